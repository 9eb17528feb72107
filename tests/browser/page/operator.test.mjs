// The page's operator: lanes, workers and leases are shown, and what is done about them and about executions is done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";
import { attempts, controls, focused, PRINTS, RECEIPTS, reach, ready, shopTab, submit, until, width } from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("node:test").TestContext} TestContext */

const world = new World();

/**
 * The page over a database of its own.
 * @param {TestContext} t
 * @param {string} name
 */
async function opened(t, name) {
  const page = await shopTab(t, world.context);
  await page.goto(`${world.site.origin}/www/?name=${name}`);
  await ready(page);
  return page;
}

/** @param {Page} page @param {"Executions" | "Lanes" | "Workers" | "Leases"} name */
const show = (page, name) => page.getByRole("tab", { name }).click();

/** @param {Page} page @param {string} lane @param {string} state */
async function setLane(page, lane, state) {
  await show(page, "Lanes");
  await page.getByLabel(`State of lane ${lane}`).selectOption(state);
  await page.locator(`[data-lane="${lane}"][data-lane-state="${state}"]`).waitFor();
}

/**
 * Presses a button that asks first, and answers the question.
 * @param {Page} page
 * @param {string} button
 * @param {{ answer?: string, yes: string }} how
 */
async function answered(page, button, { answer, yes }) {
  await page.getByRole("button", { name: button, exact: true }).click();
  if (answer !== undefined) await page.getByRole("dialog").getByRole("textbox").fill(answer);
  await page.getByRole("dialog").getByRole("button", { name: yes }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** @param {Page} page @param {number} order */
const row = (page, order) => page.locator(`[data-order="${order}"]`);

/** @param {Page} page @param {string} pattern what the page says was done */
const said = (page, pattern) => page.locator("[data-said]", { hasText: new RegExp(pattern) }).waitFor();

/** Longer than a lease of the page's worker. */
const HELD_MS = 7_000;

/**
 * Interrupts so many prints by a reload, once each has kept some strips.
 * @param {Page} page
 * @param {number} many
 */
async function interrupted(page, many) {
  await submit(page, PRINTS, many);
  await until(page, "active", many);
  await page
    .locator("[data-execution-id]", { hasText: /strip [3-5] of 6/ })
    .first()
    .waitFor();
  await page.reload();
  await ready(page);
}

test("a paused lane hands nothing out, says so, and goes on when it is active again", async (t) => {
  const page = await opened(t, "lanes");
  await setLane(page, "darkroom", "paused");
  await said(page, "^Lane darkroom is paused");
  await submit(page, PRINTS, 2);
  await submit(page, RECEIPTS, 3);
  await show(page, "Executions");
  await until(page, "completed", 3);
  assert.equal(await page.locator('[data-kind="print"][data-state="waiting"]').count(), 2);
  assert.match(await row(page, 1001).innerText(), /in line, lane darkroom is paused/);
  await page.getByRole("button", { name: "Details of Print 1001" }).click();
  await page.getByRole("button", { name: "Why is Print 1001 not claimed?" }).click();
  const explanation = row(page, 1001).getByRole("status");
  await explanation.filter({ hasText: /^Its lane darkroom lets nothing be claimed\.$/ }).waitFor();
  await setLane(page, "darkroom", "active");
  await show(page, "Executions");
  await until(page, "completed", 5);
  assert.equal(await explanation.count(), 0, "what is over is not explained");
});

test("a draining lane refuses new executions in the engine's words, and hands out what it has", async (t) => {
  const page = await opened(t, "draining");
  await setLane(page, "post", "paused");
  await submit(page, RECEIPTS, 2);
  await setLane(page, "post", "draining");
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  assert.match(await page.locator('[data-batch="refused"]').innerText(), /^The batch was refused: .*lane.* post/);
  await show(page, "Executions");
  await until(page, "completed", 2);
});

test("the tab's worker stands in the registry while it works, and leaves it when it is paused", async (t) => {
  const page = await opened(t, "registry");
  await show(page, "Workers");
  const own = page.locator('[data-worker-instance][data-ours="true"]');
  await own.waitFor();
  assert.match(
    await own.innerText(),
    /there[\s\S]*print-shop[\s\S]*darkroom, post, till[\s\S]*Last heard of[\s\S]*Expires\s*in \d+ s/,
  );
  await page.getByRole("button", { name: "Pause" }).click();
  await own.waitFor({ state: "detached" });
  await page.getByText("No worker is registered.").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await own.waitFor();
});

test("the worker of a dead tab is marked dead, and its work goes on in the same attempts", async (t) => {
  const page = await opened(t, "dead");
  await interrupted(page, 3);
  const underWay = Number(await page.locator("[data-inherited]").getAttribute("data-inherited-active"));
  assert.ok(underWay > 0, "the visitor is told what had begun");
  await show(page, "Workers");
  const gone = page.locator('[data-worker-instance][data-ours="false"]');
  const instance = await gone.getAttribute("data-worker-instance");
  await answered(page, `Mark ${instance} dead`, { answer: "its tab was reloaded", yes: "Mark it dead" });
  await said(page, `^${instance} is marked dead`);
  await gone.waitFor({ state: "detached" });
  await show(page, "Executions");
  await until(page, "completed", 3);
  assert.deepEqual(await attempts(page), { ended_success: 3 });
});

test("a lease counts down until it has lapsed; a revoked one is taken at once, in the same attempt", async (t) => {
  const page = await opened(t, "leases");
  await submit(page, PRINTS, 3);
  await until(page, "active", 3);
  await page.getByRole("button", { name: "Pause" }).click();
  await show(page, "Leases");
  const leases = page.locator("[data-lease-of]");
  await leases.nth(2).waitFor();
  const first = leases.filter({ hasText: "Print 1001" });
  const left = Number(await first.getAttribute("data-lease-left"));
  await page.locator(`[data-lease-left="${left - 1}"]`, { hasText: `Print 1001` }).waitFor();
  assert.match(await first.innerText(), new RegExp(`^${left - 1} s left`));
  const heard = page.locator('[role="status"], [role="alert"], [aria-live]').filter({ has: leases });
  assert.equal(await heard.count(), 0, "no live region tells each second");
  await answered(page, "Revoke the lease of Print 1001", { answer: "its paper is torn", yes: "Revoke it" });
  await first.waitFor({ state: "detached" });
  // Nothing is renewed while the page's thread is held.
  await page.evaluate(
    (until) => {
      while (performance.now() < until);
    },
    (await page.evaluate(() => performance.now())) + HELD_MS,
  );
  await leases
    .filter({ hasText: /^lapsed/ })
    .nth(1)
    .waitFor();
  assert.equal(await leases.getByRole("button").count(), 0, "what has lapsed cannot be revoked");
  await show(page, "Executions");
  assert.equal(await row(page, 1001).getAttribute("data-state"), "waiting");
  await page.getByRole("button", { name: "Resume" }).click();
  await until(page, "completed", 3);
  const facts = await Promise.all([1001, 1002, 1003].map((order) => row(page, order).getAttribute("data-attempts")));
  assert.deepEqual(facts, ["1", "2", "2"]);
  // The result is read after the state has come.
  await row(page, 1001)
    .filter({ hasText: /\d strips kept, \d developed/ })
    .waitFor();
});

test("a lease is revoked under its worker's hands, and the execution goes on after the last step it kept", async (t) => {
  const page = await opened(t, "hands");
  await submit(page, PRINTS, 1);
  await until(page, "active", 1);
  await page.getByRole("button", { name: "Details of Print 1001" }).click();
  await page.locator('[data-step="strip 2"]').waitFor();
  await answered(page, "Revoke the lease of Print 1001", { yes: "Revoke it" });
  await said(page, "^The lease of Print 1001 is revoked");
  await until(page, "completed", 1);
  assert.equal(await row(page, 1001).getAttribute("data-attempts"), "1");
  await row(page, 1001)
    .filter({ hasText: /\d strips? kept, \d developed/ })
    .waitFor();
  assert.equal(await page.locator("[data-step]").count(), 6);
});

test("a priority moves a waiting execution to the front of its lane", async (t) => {
  const page = await opened(t, "priority");
  await page.getByLabel("At the same time").selectOption("1");
  await setLane(page, "darkroom", "paused");
  await submit(page, PRINTS, 2);
  await show(page, "Executions");
  await page.getByRole("button", { name: "Details of Print 1002" }).click();
  await page.getByRole("button", { name: "Change the priority of Print 1002" }).click();
  await page.getByLabel("Priority", { exact: true }).fill("50");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.locator('[data-order="1002"][data-priority="50"]').waitFor();
  await setLane(page, "darkroom", "active");
  await show(page, "Executions");
  await until(page, "active", 1);
  assert.equal(await page.locator('[data-state="active"]').getAttribute("data-order"), "1002");
  assert.equal(await page.getByRole("button", { name: /^Change the priority/ }).count(), 0, "it waits no more");
});

test("a cancel asks first and keeps its reason; what has ended is replayed, in a new attempt", async (t) => {
  const page = await opened(t, "cancel");
  await setLane(page, "post", "paused");
  await submit(page, RECEIPTS, 2);
  await show(page, "Executions");
  await page.getByRole("button", { name: "Cancel Receipt 1001" }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await row(page, 1001).getAttribute("data-state"), "waiting");
  await page.locator('[aria-label="Cancel Receipt 1001"]:focus').waitFor();
  await answered(page, "Cancel Receipt 1001", { answer: "ordered twice", yes: "Cancel it" });
  await row(page, 1001).getByText("ordered twice").waitFor();
  await setLane(page, "post", "active");
  await show(page, "Executions");
  await until(page, "completed", 1);
  for (const order of [1001, 1002]) await page.getByRole("button", { name: `Replay Receipt ${order}` }).click();
  await until(page, "completed", 2);
  await page.locator('[data-order="1002"][data-attempts="2"]').waitFor();
  assert.deepEqual(await attempts(page), { ended_success: 3 });
  assert.equal(await row(page, 1002).locator('[data-attempt-type="replay"]').count(), 1);
});

test("what the engine refuses is told where it was asked for, in its words", async (t) => {
  const page = await opened(t, "refusals");
  await submit(page, PRINTS, 1);
  await until(page, "active", 1);
  await page.getByRole("button", { name: "Cancel Print 1001" }).click();
  await until(page, "completed", 1);
  await page.getByRole("button", { name: "Cancel it" }).click();
  const told = await page.getByRole("dialog").getByRole("alert").getByText("Refused: ").innerText();
  assert.match(told, /^Refused: .*has not ended, found outcome success$/);
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.locator('[aria-label="Details of Print 1001"]:focus').waitFor();
});

test("a lane is paused and an execution cancelled with the keyboard alone", async (t) => {
  const page = await opened(t, "keys");
  await submit(page, RECEIPTS, 1);
  await until(page, "completed", 1);
  await reach(page, "Executions");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Flows");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Lanes");
  await reach(page, "State of lane post");
  await page.keyboard.press("p");
  await page.locator('[data-lane="post"][data-lane-state="paused"]').waitFor();
  await submit(page, RECEIPTS, 1);
  await page.getByRole("tab", { name: "Lanes" }).focus();
  await page.keyboard.press("Home");
  assert.equal(await focused(page), "Executions");
  await reach(page, "Cancel Receipt 1002");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("by hand");
  await page.keyboard.press("Enter");
  await row(page, 1002).getByText("by hand").waitFor();
  await page.getByRole("button", { name: "Replay Receipt 1002" }).waitFor();
  await page.locator('[aria-label="Details of Receipt 1002"]:focus').waitFor();
});

test("no register and no question is wider than a screen of 360 pixels, and every control has a name", async (t) => {
  const page = await opened(t, "small");
  await page.setViewportSize({ width: 360, height: 740 });
  await setLane(page, "till", "draining");
  await submit(page, PRINTS, 4);
  const widths = [];
  const found = [];
  for (const name of /** @type {const} */ (["Lanes", "Workers", "Leases"])) {
    await show(page, name);
    await page.locator("[data-entry]").first().waitFor();
    widths.push(await width(page));
    found.push(...(await controls(page)));
  }
  await page
    .getByRole("button", { name: /^Revoke/ })
    .last()
    .click();
  widths.push(await width(page));
  found.push(...(await controls(page)));
  assert.deepEqual(widths, [360, 360, 360, 360]);
  for (const { role, name } of found) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  for (const start of ["State of lane", "Mark ", "Revoke the lease", "Reason"])
    assert.ok(found.some(({ name }) => name.startsWith(start), `${start} is there`));
});
