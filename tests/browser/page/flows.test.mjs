// Flows on the page: samples are submitted and drawn as they run, and what can be done about a flow is done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "../world/browser.mjs";
import { World } from "../world/world.mjs";
import { controls, eavesdrop, focused, reach, ready, shopTab, width } from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("node:test").TestContext} TestContext */
/** @typedef {import("tidegate").SubmitFlow} SubmitFlow */

const world = new World();

/**
 * The flows of a database of its own.
 * @param {TestContext} t
 * @param {string} name
 */
async function opened(t, name) {
  const page = await shopTab(t, world.context);
  await eavesdrop(page);
  await page.goto(`${world.site.origin}/www/?name=${name}`);
  await ready(page);
  await show(page, "Flows");
  return page;
}

/**
 * Submits flows to a database before the page opens it.
 * @param {TestContext} t
 * @param {string} name
 * @param {SubmitFlow[]} flows
 */
async function prepared(t, name, flows) {
  const page = await shopTab(t, world.context);
  await visit(page, `${world.site.origin}/`);
  await page.evaluate(
    async ({ name, text }) => {
      const engine = await window.client.open(name);
      for (const flow of JSON.parse(text)) await engine.flows.submit(flow);
      await engine.close();
    },
    { name, text: JSON.stringify(flows) },
  );
  await page.close();
}

/** Members that no worker of the page claims. @param {string} kind @param {number} count @returns {SubmitFlow} */
const idle = (kind, count) => ({
  kind,
  members: Array.from({ length: count }, (_, at) => ({ name: `m${at}`, lane: "nobody", kind: "k" })),
});

/** @param {Page} page @param {string} name */
const show = (page, name) => page.getByRole("tab", { name, exact: true }).click();

/** @param {Page} page @param {"Chain" | "Fan-out, fan-in" | "Race, 2 of 3"} sample */
const submit = (page, sample, mishap = false) =>
  page
    .getByLabel("With a mishap")
    .setChecked(mishap)
    .then(() => page.getByRole("button", { name: sample }).click());

/** @param {Page} page @param {string} state */
const until = (page, state) => page.locator(`[data-flow-state="${state}"]`).waitFor();

/** @param {Page} page @param {string} name @param {string} state */
const node = (page, name, state) => page.locator(`[data-node="${name}"][data-state="${state}"]`);

/**
 * The state of each member, as each of the three ways to show it tells; all must tell the same.
 * @param {Page} page
 */
async function states(page) {
  const [drawn, barred, listed] = await page.evaluate(() =>
    ["node", "bar", "member"].map((way) =>
      [...document.querySelectorAll(`[data-${way}]`)].map((one) => {
        const { dataset } = /** @type {HTMLElement} */ (one);
        return [String(dataset[way]), String(dataset["state"])];
      }),
    ),
  );
  assert.deepEqual(drawn, barred);
  assert.deepEqual(drawn, listed);
  return Object.fromEntries(drawn ?? []);
}

/** How many edges are in each state. @param {Page} page */
const edges = (page) =>
  page.locator(".graph-box [data-edge]").evaluateAll((found) => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const one of found) {
      const state = String(one.getAttribute("data-edge"));
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  });

/** The cells of a member's line. @param {Page} page @param {string} name */
const cells = (page, name) => page.locator(`[data-member="${name}"] :is(th, td)`).allInnerTexts();

/** How a member is painted. @param {Page} page @param {string} name */
const paint = (page, name) =>
  page.locator(`[data-node="${name}"] .node-box`).evaluate((box) => getComputedStyle(box).fill);

/** @param {Page} page @param {string} answer @param {string} yes */
async function answered(page, answer, yes) {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(answer).check();
  await dialog.getByRole("button", { name: yes }).click();
  await dialog.waitFor({ state: "detached" });
}

test("a chain runs member after member, and is drawn as it goes", async (t) => {
  const page = await opened(t, "chain");
  await page.getByText("There is no flow yet.").waitFor();
  await submit(page, "Chain");
  await node(page, "Select", "active").waitFor();
  await node(page, "Send", "waiting_children").waitFor();
  const [active, waiting] = [await paint(page, "Select"), await paint(page, "Send")];
  await page.locator('[data-live="true"] .timeline-now').waitFor({ state: "attached" });
  await until(page, "running");
  await until(page, "completed");
  assert.deepEqual(await states(page), {
    Select: "completed",
    Print: "completed",
    Bind: "completed",
    Wrap: "completed",
    Send: "completed",
  });
  assert.equal(new Set([active, waiting, await paint(page, "Send")]).size, 3);
  assert.deepEqual(await edges(page), { satisfied: 4 });
  const [member, state, before, need, attempts, waited, ran] = await cells(page, "Print");
  assert.match(String(member), /^Print\s+craft, workshop$/);
  assert.deepEqual([state?.trim(), before, need, attempts], ["completed", "Select (succeeded)", "", "1"]);
  assert.match(`${waited} ${ran}`, /^[\d.]+ m?s [\d.]+ m?s$/);
  assert.equal(await page.locator(".timeline-now").count(), 0, "time stands still");
  await page.locator('[data-flow-line][data-state="completed"]').waitFor();
});

test("a fan opens and closes again: what joins it says how many it needs, and begins once all are done", async (t) => {
  const page = await opened(t, "fan");
  await submit(page, "Fan-out, fan-in");
  await node(page, "Frame 4", "active").waitFor();
  assert.equal(await page.locator('[data-node="Hang"] [data-need="all 4"]').count(), 1);
  assert.match((await cells(page, "Hang"))[3] ?? "", /^all 4: \d succeeded, not decided yet$/);
  await until(page, "completed");
  assert.match((await cells(page, "Hang"))[3] ?? "", /^all 4: 4 succeeded, satisfied$/);
  assert.deepEqual(await edges(page), { satisfied: 9 });
  await states(page);
});

test("of a race the first two suffice: the third is cancelled, and the flow completes", async (t) => {
  const page = await opened(t, "race");
  await submit(page, "Race, 2 of 3");
  await page.locator('[data-node="Compare"] [data-need="2 of 3"]').waitFor();
  await page.locator('[data-node^="Lab"][data-state="cancelled"]').waitFor();
  await until(page, "completed");
  const found = await states(page);
  const labs = ["Lab North", "Lab East", "Lab South"].map((name) => String(found[name]));
  assert.deepEqual(labs.toSorted(), ["cancelled", "completed", "completed"]);
  assert.deepEqual([found["Compare"], found["Send"]], ["completed", "completed"]);
  assert.deepEqual(await edges(page), { satisfied: 6, impossible: 1 });
  assert.match((await cells(page, "Compare"))[2] ?? "", /Lab \w+ \(cancelled\)/);
});

test("a mishap has those behind it skipped; replayed with them, the flow completes after all", async (t) => {
  const page = await opened(t, "mishap");
  await submit(page, "Chain", true);
  await until(page, "failed");
  assert.deepEqual(await states(page), {
    Select: "completed",
    Print: "completed",
    Bind: "failed",
    Wrap: "skipped",
    Send: "skipped",
  });
  assert.deepEqual(await edges(page), { satisfied: 2, impossible: 2 });
  const fills = await Promise.all(["Print", "Bind", "Wrap"].map((name) => paint(page, name)));
  assert.equal(new Set(fills).size, 3);
  await page.getByRole("button", { name: "Replay Bind" }).click();
  await answered(page, "They follow", "Replay it");
  await page.locator("[data-said]", { hasText: /^Bind runs again, replay 1/ }).waitFor();
  assert.equal(await focused(page), "Show Bind");
  await until(page, "completed");
  assert.deepEqual(await edges(page), { satisfied: 4 });
  assert.equal((await cells(page, "Bind"))[4], "2");
  await show(page, "Events");
  await page.locator('[data-event="flow_reopened"]').waitFor();
  await page.locator('[data-event="flow_completed"].failed', { hasText: "flow over: failed" }).waitFor();
  assert.equal(await page.locator('[data-event="flow_completed"]').count(), 2);
  await page
    .getByRole("button", { name: /^Show flow/ })
    .first()
    .click();
  await page.locator("#flow-heading:focus").waitFor();
});

test("replayed alone, a member leaves those that were skipped as they are", async (t) => {
  const page = await opened(t, "alone");
  await submit(page, "Chain", true);
  await until(page, "failed");
  await page.getByRole("button", { name: "Replay Bind" }).click();
  await answered(page, "It alone", "Replay it");
  await node(page, "Bind", "completed").waitFor();
  await until(page, "completed");
  const { Bind, Wrap, Send } = await states(page);
  assert.deepEqual([Bind, Wrap, Send], ["completed", "skipped", "skipped"], "nothing has failed any more");
});

test("a cancel asks what becomes of the members: what is at work may run on", async (t) => {
  const page = await opened(t, "cancel");
  await submit(page, "Chain");
  await node(page, "Select", "active").waitFor();
  const cancel = page.getByRole("button", { name: /^Cancel album/ });
  await cancel.click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator('[aria-label^="Cancel album"]:focus').waitFor();
  await cancel.click();
  await page.getByRole("dialog").getByLabel("Reason").fill("the customer is gone");
  await answered(page, "Those that wait are cancelled", "Cancel it");
  await until(page, "cancelled");
  await node(page, "Select", "completed").waitFor();
  assert.deepEqual(new Set(Object.values(await states(page)).slice(1)), new Set(["cancelled"]));
  assert.match(await page.locator(".flow-head").innerText(), /cancel_pending[\s\S]*the customer is gone/);
  assert.equal(await cancel.count(), 0);
  assert.equal(await focused(page), (await page.locator("#flow-heading").innerText()).trim());
});

test("the keyboard goes through the graph and to a member's execution, and from there to its flow again", async (t) => {
  const page = await opened(t, "keys");
  await submit(page, "Fan-out, fan-in");
  await until(page, "completed");
  await page.getByRole("heading", { name: /^exhibition/ }).focus();
  await reach(page, "Choose, craft, completed");
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(page), /^Frame [23], craft, completed/);
  await page.keyboard.press("Home");
  assert.match(await focused(page), /^Choose/);
  await page.keyboard.press("End");
  assert.match(await focused(page), /^Open/);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), "Hang, craft, completed, needs all 4: 4 succeeded, satisfied");
  await page.keyboard.press("Tab");
  assert.doesNotMatch(await focused(page), /craft, completed/, "one member is a stop of Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator('[aria-label="Details of Hang"]:focus').waitFor();
  assert.equal(await page.locator("[data-execution-id]").count(), 1);
  await page.getByRole("button", { name: "Show the flow of Hang" }).press("Enter");
  await page.locator("#flow-heading:focus").waitFor();
  assert.equal(await page.locator("[data-node]").count(), 7);
});

test("an open flow is tagged, and sealed; sealed, it ends with its members", async (t) => {
  const preparing = await shopTab(t, world.context);
  await visit(preparing, `${world.site.origin}/`);
  await preparing.evaluate(async () => {
    const engine = await window.client.open("open");
    const { flowId } = await engine.flows.create({ kind: "open" });
    const { executionId } = await engine.executions.create({ lane: "nobody", kind: "k" });
    await engine.flows.addExecution(flowId, executionId, { name: "only" });
    await engine.executions.cancel(executionId);
    await engine.close();
  });
  await preparing.close();
  const page = await opened(t, "open");
  await page.locator('[data-flow-sealed="false"]').waitFor();
  await page.getByLabel(/^Key of a tag for open/).fill("season");
  await page.getByLabel(/^Value of the tag for open/).fill("winter");
  await page.getByRole("button", { name: /^Set the tag of open/ }).click();
  await page.locator('[data-tag="season"]', { hasText: "winter" }).waitFor();
  await page.getByRole("button", { name: /^Seal open/ }).click();
  await page.locator('[data-flow-sealed="true"][data-flow-state="failed"]').waitFor();
  assert.equal(await page.getByRole("button", { name: /^(Seal|Cancel) open/ }).count(), 0);
  await page.locator("#flow-heading:focus").waitFor();
});

test("flows are listed from the newest on, in pages", async (t) => {
  await prepared(
    t,
    "pages",
    Array.from({ length: 7 }, (_, at) => idle(`flow${at}`, at + 1)),
  );
  const page = await opened(t, "pages");
  const lines = page.locator("[data-flow-line]");
  await lines.nth(4).waitFor();
  assert.match(await lines.first().innerText(), /^open\s+flow6 …\w{6}\s+7 members/);
  assert.equal(await page.locator('[data-flow-line][aria-pressed="true"]').count(), 1);
  await page.getByRole("button", { name: "Next flows" }).click();
  await lines.filter({ hasText: "flow0" }).click();
  await page.getByRole("heading", { name: /^flow0/ }).waitFor();
  await page.locator('[data-member="m0"]').waitFor();
  assert.equal(await lines.count(), 2);
});

test("a flow that is too large to be drawn says so, and its members are told in pages", async (t) => {
  await prepared(t, "large", [idle("large", 1_001)]);
  const page = await opened(t, "large");
  await page.locator('[data-undrawn="true"]', { hasText: /too large to be drawn: 1001 members/ }).waitFor();
  assert.equal(await page.locator("[data-node]").count(), 0);
  assert.equal(await page.locator("[data-member]").count(), 100);
  for (let turns = 0; turns < 10; turns++) await page.getByRole("button", { name: "Next members" }).click();
  await page.locator('[data-member="m1000"]').waitFor();
  assert.equal(await page.locator("[data-member]").count(), 1);
});

test("the drawing has a title, a description and named members, and nothing is wider than 360 pixels", async (t) => {
  const page = await opened(t, "small-flows");
  await page.setViewportSize({ width: 360, height: 740 });
  await submit(page, "Race, 2 of 3");
  await node(page, "Lab East", "active").waitFor();
  assert.equal(await width(page), 360);
  const drawing = page.getByRole("group", { name: /^Graph of proof/ });
  const described = await drawing.evaluate((svg) => ({
    title: svg.querySelector(":scope > title")?.textContent,
    desc: svg.querySelector(":scope > desc")?.textContent,
  }));
  assert.match(String(described.title), /^Graph of proof …\w{6}$/);
  assert.match(String(described.desc), /^6 members, 7 edges\. Arrow keys/);
  assert.equal(await drawing.getByRole("button").count(), 6);
  const bar = page.getByRole("listitem").filter({ hasText: /^Order: completed, waited [\d.]+ m?s, took [\d.]+ m?s/ });
  await bar.waitFor();
  const heard = page.locator('[role="status"], [role="alert"], [aria-live]');
  assert.equal(await heard.filter({ has: page.locator("[data-bar], [data-node]") }).count(), 0);
  await page.getByRole("button", { name: /^Cancel proof/ }).click();
  assert.equal(await width(page), 360);
  const named = await controls(page);
  for (const { role, name } of named) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  await answered(page, "All are cancelled", "Cancel it");
  await until(page, "cancelled");
});

test("both colour schemes paint states apart", async (t) => {
  const page = await opened(t, "schemes");
  await submit(page, "Chain", true);
  await until(page, "failed");
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const fills = await Promise.all(["Print", "Bind", "Wrap"].map((name) => paint(page, name)));
    assert.equal(new Set(fills).size, 3, `${colorScheme}: ${fills}`);
  }
});

test("the graph is read a few times a second at most, and not at all while nothing happens", async (t) => {
  const page = await opened(t, "calm");
  const reads = () => page.evaluate(() => Number(document.documentElement.dataset["flows"] ?? 0));
  await submit(page, "Fan-out, fan-in");
  const began = Date.now();
  await until(page, "completed");
  const most = Math.ceil((Date.now() - began) / 300) + 3;
  const made = await reads();
  assert.ok(made > 0 && made <= most, `${made} of ${most}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-worker="paused"]').waitFor();
  await page.waitForTimeout(4_000);
  const asked = () => page.evaluate(() => Number(document.documentElement.dataset["asked"]));
  const before = await asked();
  await page.waitForTimeout(2_000);
  assert.equal(await asked(), before);
});
