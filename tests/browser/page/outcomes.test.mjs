// Flows whose members depend on how those before them end: a clean-up runs when it is needed, is skipped without blame when
// it is not, and the drawing, the table and the list tell which.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";
import { controls, ready, shopTab, width } from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("node:test").TestContext} TestContext */

const world = new World();

/**
 * The flows of a database of its own.
 * @param {TestContext} t
 * @param {string} name
 */
async function opened(t, name) {
  const page = await shopTab(t, world.context);
  await page.goto(`${world.site.origin}/www/?name=${name}`);
  await ready(page);
  await show(page, "Flows");
  return page;
}

/** @param {Page} page @param {string} name */
const show = (page, name) => page.getByRole("tab", { name, exact: true }).click();

/** @param {Page} page @param {string} sample */
async function submit(page, sample, mishap = false) {
  await page.getByLabel("With a mishap").setChecked(mishap);
  await page.getByRole("button", { name: sample }).click();
}

/** @param {Page} page @param {string} state */
const until = (page, state) => page.locator(`[data-flow-state="${state}"]`).waitFor();

/** The state of each member. @param {Page} page */
const states = (page) =>
  page
    .locator("[data-member]")
    .evaluateAll((found) =>
      Object.fromEntries(found.map((one) => [one.getAttribute("data-member"), one.getAttribute("data-state")])),
    );

/** The cells of a member's line. @param {Page} page @param {string} name */
const cells = (page, name) =>
  page
    .locator(`[data-member="${name}"] :is(th, td)`)
    .allInnerTexts()
    .then((texts) => texts.map((text) => text.replaceAll(/\s+/g, " ").trim()));

/** Which ends of their upstreams the edges are for, and how they stand. @param {Page} page */
const edges = (page) =>
  page
    .locator(".graph-box [data-edge]")
    .evaluateAll((found) =>
      found.map((one) => `${one.getAttribute("data-edge-for")} ${one.getAttribute("data-edge")}`).toSorted(),
    );

test("a clean-up that nothing needs is skipped without blame, and the page says why", async (t) => {
  const page = await opened(t, "spared");
  await submit(page, "Clean-up");
  await until(page, "completed");
  assert.deepEqual(await states(page), {
    Stretch: "completed",
    Varnish: "completed",
    Deliver: "completed",
    "Scrape clean": "skipped",
    "Write up": "completed",
  });
  assert.deepEqual(await edges(page), [
    "any_end satisfied",
    "any_end satisfied",
    "failure_only impossible",
    "success_only satisfied",
    "success_only satisfied",
  ]);
  const [, state, before] = await cells(page, "Scrape clean");
  assert.equal(state, "skipped not needed: nothing that it is for has failed");
  assert.equal(before, "Varnish, if it fails (succeeded)");
  assert.equal(
    (await cells(page, "Write up"))[2],
    "Deliver, however it ends (succeeded), Scrape clean, however it ends (skipped)",
  );
  const box = page.getByRole("button", { name: "Scrape clean, craft, skipped, not needed: nothing that it is for" });
  assert.match(await box.innerHTML(), />not needed</);
  await page.getByRole("button", { name: "Show Scrape clean" }).click();
  await page.locator('[data-state="skipped"]', { hasText: "not needed: nothing that it is for has failed" }).waitFor();
  await page.locator('main[data-count-failed="0"][data-count-cancelled="1"]').waitFor();
  await page.getByRole("button", { name: /^Cancelled or skipped 1/ }).waitFor();
  await page.locator('[data-happened="skipped"]', { hasText: "skipped: not needed" }).waitFor();
});

test("a clean-up runs once what it is for has failed, and stays done when that is replayed", async (t) => {
  const page = await opened(t, "cleaned");
  await submit(page, "Clean-up", true);
  await until(page, "failed");
  const wanted = { Stretch: "completed", "Scrape clean": "completed", "Write up": "completed" };
  assert.deepEqual(await states(page), { ...wanted, Varnish: "failed", Deliver: "skipped" });
  assert.deepEqual(await edges(page), [
    "any_end satisfied",
    "any_end satisfied",
    "failure_only satisfied",
    "success_only impossible",
    "success_only satisfied",
  ]);
  assert.equal((await cells(page, "Deliver"))[1], "skipped what it depends on did not come about");
  assert.equal((await cells(page, "Scrape clean"))[2], "Varnish, if it fails (failed)");
  assert.equal((await cells(page, "Write up"))[3], "all 2: 2 met, satisfied");
  await page.getByRole("button", { name: "Replay Varnish" }).click();
  await page.getByRole("dialog").getByLabel("They follow").check();
  await page.getByRole("dialog").getByRole("button", { name: "Replay it" }).click();
  await until(page, "completed");
  assert.deepEqual(await states(page), { ...wanted, Varnish: "completed", Deliver: "completed" });
  assert.equal((await cells(page, "Scrape clean"))[4], "1", "it does not run again");
});

test("what an edge is for shows in its line and its sign, in both colour schemes, and the legend says so", async (t) => {
  const page = await opened(t, "signs");
  await submit(page, "Chain");
  await page.locator('[data-node="Select"]').waitFor();
  assert.doesNotMatch(await page.getByRole("list", { name: "What the lines mean" }).innerText(), /if it fails/);
  await submit(page, "Clean-up");
  await page.locator('[data-node="Scrape clean"]').waitFor();
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    const drawn = await page.locator(".graph-box [data-edge]").evaluateAll((found) =>
      found.map((one) => {
        const line = /** @type {Element} */ (one.querySelector(".edge-line"));
        const { strokeDasharray, strokeWidth } = getComputedStyle(line);
        const sign = one.querySelector(".edge-sign path")?.getAttribute("d") ?? "";
        return [one.getAttribute("data-edge-for"), [strokeDasharray, strokeWidth, sign].join(" ")];
      }),
    );
    const shapes = new Map(drawn.filter(([kind]) => kind !== null).map(([kind, shape]) => [kind, shape]));
    assert.equal(new Set(shapes.values()).size, 3, JSON.stringify([...shapes]));
  }
  const legend = await page.getByRole("list", { name: "What the lines mean" }).getByRole("listitem").allInnerTexts();
  assert.deepEqual(
    legend.map((text) => text.trim()),
    ["open", "met", "not met any more", "not applied", "if it succeeds", "if it fails", "however it ends"],
  );
});

test("flows are listed by their state, their kind and a tag, and what is listed follows what happens", async (t) => {
  const page = await opened(t, "listed");
  await submit(page, "Clean-up", true);
  await until(page, "failed");
  await submit(page, "Chain");
  const lines = page.locator("[data-flow-line]");
  await lines.nth(1).waitFor();
  await page.getByLabel("State of the flow").selectOption("failed");
  await page.locator('[data-flows-listed="1"]').waitFor({ state: "attached" });
  assert.match(await lines.innerText(), /restoration/);
  await page.getByLabel("State of the flow").selectOption("running");
  await lines.filter({ hasText: "album" }).waitFor();
  assert.equal(await lines.count(), 1);
  await page.getByText("There is no flow that is running.").waitFor();
  await page.getByLabel("State of the flow").selectOption("");
  await lines.nth(1).waitFor();
  await page.getByLabel("Kind of the flow").fill("album");
  await page.getByLabel("Kind of the flow").press("Enter");
  await page.locator('[data-flows-listed="1"]').waitFor({ state: "attached" });
  assert.match(await lines.innerText(), /album/);
  assert.match(await page.locator("[data-flows-listed]").innerText(), /1 flow of kind album\./);
  await page.getByLabel("Kind of the flow").fill("");
  await page.getByRole("textbox", { name: "Tag", exact: true }).fill("sample");
  await page.getByRole("button", { name: "List these" }).click();
  await page.getByText("A tag is looked for by its name and its value.").waitFor();
  await page.getByRole("textbox", { name: "Its value" }).fill("cleanup");
  await page.getByRole("button", { name: "List these" }).click();
  await lines.filter({ hasText: "restoration" }).waitFor();
  await page.locator('[data-flows-listed="1"]').waitFor({ state: "attached" });
  await page.getByRole("textbox", { name: "Tag", exact: true }).fill("No Key");
  await page.getByRole("button", { name: "List these" }).click();
  await page.getByText(/^The flows were not listed: .*tag/).waitFor();
});

test("a flow with a clean-up is no wider than 360 pixels, and every control of it has a name", async (t) => {
  const page = await opened(t, "narrow");
  await page.setViewportSize({ width: 360, height: 740 });
  await submit(page, "Clean-up", true);
  await until(page, "failed");
  assert.equal(await width(page), 360);
  const named = await controls(page);
  for (const { role, name } of named) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  for (const start of ["Clean-up", "State of the flow", "Kind of the flow", "List these", "Deliver, craft, skipped"])
    assert.ok(
      named.some(({ name }) => name.startsWith(start)),
      `${start} is there`,
    );
});
