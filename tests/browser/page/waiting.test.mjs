// What waits, and for whom: kinds that nobody here does, what is to begin later, and how far is what is under way; and
// what became of attempts too many for one page, and of keys that were used before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "../world/browser.mjs";
import { World } from "../world/world.mjs";
import { controls, focused, PRINTS, RECEIPTS, ready, shopTab, submit, until, width } from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("node:test").TestContext} TestContext */

const FRAMINGS = "Frame prints (nobody here can)";

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

/** @param {Page} page @param {string} name */
const show = (page, name) => page.getByRole("tab", { name, exact: true }).click();

/** @param {Page} page @param {string} title */
const details = (page, title) => page.getByRole("button", { name: `Details of ${title}` }).click();

/** @param {Page} page @param {number} order */
const row = (page, order) => page.locator(`[data-order="${order}"]`);

test("a kind that nobody here does waits for others, says so everywhere, and holds up nothing", async (t) => {
  const page = await opened(t, "others");
  assert.equal(await page.locator("[data-for-others]").getAttribute("data-for-others"), "0");
  await submit(page, FRAMINGS, 2);
  await until(page, "waiting", 2);
  await row(page, 1001).getByText("in line, lane workshop, for a worker that does framing: none here does").waitFor();
  await page.getByRole("status").getByText("2 executions wait for a worker that does other kinds.").waitFor();
  await details(page, "Framing 1001");
  await page.getByRole("button", { name: "Why is Framing 1001 not claimed?" }).click();
  await page.getByText("It is of the kind framing, which the worker does not claim.").waitFor();
  await show(page, "Flows");
  await page.getByRole("button", { name: "Chain" }).click();
  await page.locator('[data-flow-state="completed"]').waitFor();
  await show(page, "Lanes");
  const lane = page.locator('[data-lane="workshop"]');
  assert.match(await lane.innerText(), /Holds\s*2 waiting, 0 active, of 7 executions in all/);
  assert.match(await lane.innerText(), /For others\s*2 of kind framing, which no worker here does/);
  assert.doesNotMatch(await page.locator('[data-lane="post"]').innerText(), /For others/);
  await show(page, "Executions");
  await page.getByRole("button", { name: "Cancel Framing 1001" }).click();
  await page.getByRole("button", { name: "Cancel it" }).click();
  await page.locator('[data-for-others="1"]', { hasText: "1 execution waits" }).waitFor();
  await page.getByLabel("Kind", { exact: true }).selectOption({ label: "Framing" });
  await page.locator('[data-found="2"]').waitFor({ state: "attached" });
});

test("what is to begin later says when, and is run now by hand, with the focus beside it", async (t) => {
  const page = await opened(t, "later");
  await page.getByLabel("To begin").selectOption("in a minute");
  await submit(page, RECEIPTS, 1);
  await page.getByLabel("To begin").selectOption("in an hour");
  await submit(page, RECEIPTS, 1);
  await until(page, "delayed", 2);
  await row(page, 1001)
    .getByText(/^may begin in [0-9]+ s$/)
    .waitFor();
  await row(page, 1002)
    .getByText(/^may begin at .*\d\d:\d\d:\d\d$/)
    .waitFor();
  await page.getByRole("button", { name: /^Delayed 2/ }).waitFor();
  await details(page, "Receipt 1002");
  await page.getByRole("button", { name: "Run Receipt 1002 now" }).press("Enter");
  await page.locator("[data-said]", { hasText: "Receipt 1002 waits no longer: it is next in its lane." }).waitFor();
  await row(page, 1002).and(page.locator('[data-state="completed"]')).waitFor();
  assert.equal(await focused(page), "Details of Receipt 1002");
  await page.locator('[data-happened="woken"]', { hasText: "woken: woken on the page" }).waitFor();
  assert.equal(await row(page, 1001).getAttribute("data-state"), "delayed");
  await show(page, "Events");
  await page.locator('[data-event="woken"]').waitFor();
});

test("a retry that waits for its back-off is run now by hand", async (t) => {
  const page = await opened(t, "retry");
  await page.getByLabel("Kind of work").selectOption({ label: "Charge cards" });
  await submit(page, "Charge cards", 4);
  await details(page, "Charge 1004");
  const now = page.getByRole("button", { name: "Run Charge 1004 now" });
  await row(page, 1004)
    .getByText(/^retry [12] of 3 in /)
    .waitFor();
  await now.click();
  await page.locator('[data-happened="woken"]').first().waitFor();
  await row(page, 1004).and(page.locator('[data-state="completed"]')).waitFor();
  assert.equal(await row(page, 1004).getAttribute("data-attempts"), "3", "a wake is no attempt");
});

/**
 * Writes down what the benches show of progress, from now on.
 * @param {Page} page
 */
async function observed(page) {
  await page.evaluate(() => {
    /** @type {string[]} */
    const seen = [];
    Object.assign(window, { seen });
    const look = () => {
      for (const one of document.querySelectorAll("[data-bench] .work p"))
        if (!seen.includes(one.textContent ?? "")) seen.push(one.textContent ?? "");
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => /** @type {{ seen: string[] }} */ (/** @type {unknown} */ (window)).seen);
}

test("how far an execution is shows as it is reported, on its bench, in its details and as one event", async (t) => {
  const page = await opened(t, "progress");
  const seen = await observed(page);
  await show(page, "Flows");
  // Its members report parts, and write no frame meanwhile.
  await page.getByRole("button", { name: "Chain" }).click();
  await page.locator('[data-flow-state="completed"]').waitFor();
  const parts = (await seen()).filter((text) => text.includes("part"));
  assert.deepEqual(parts, ["0 % part 1 of 4", "25 % part 2 of 4", "50 % part 3 of 4", "75 % part 4 of 4"]);
  await submit(page, PRINTS, 1);
  await show(page, "Events");
  await page.getByLabel("Events of").selectOption("progress");
  const reported = page.locator('[data-event="progress_reported"]').filter({ hasText: "Print 1001" });
  await reported.filter({ hasText: /progress reported: \d+ %, (strip \d of 6|drying)/ }).waitFor();
  await show(page, "Executions");
  await row(page, 1001).and(page.locator('[data-state="completed"]')).waitFor();
  const strips = (await seen()).filter((text) => text.includes("strip"));
  assert.deepEqual(strips.toSorted(), strips, "it never goes back");
  assert.ok(strips.length >= 3, strips.join());
  await details(page, "Print 1001");
  await page.getByText(/^100 %, drying, attempt 1, \d\d:\d\d:\d\d$/).waitFor();
  assert.match(await page.locator('[data-step="strip 1"]').innerText(), /took [\d.]+ m?s/);
  await show(page, "Events");
  await reported.waitFor();
  assert.equal(await reported.count(), 1, "the newest of it alone");
  await page.getByLabel("Events of").selectOption("");
  await page.locator('[data-event="completed"]').first().waitFor();
  assert.equal(await reported.count(), 0, "progress is no change");
});

test("attempts are told in pages, however many there are", async (t) => {
  const preparing = await shopTab(t, world.context);
  await visit(preparing, `${world.site.origin}/`);
  await preparing.evaluate(async () => {
    const engine = await window.client.open("attempts");
    const retry = { maxRetries: 1_000, backoff: { type: /** @type {const} */ ("fixed"), delayMs: 0 } };
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry });
    for (let attempts = 0; attempts < 130; attempts++) {
      const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" }, leaseTtlMs: 60_000, maxWaitMs: 5_000 });
      if (!claim) throw new Error("nothing to claim");
      await engine.fail(claim.handle, { reason: { message: `no. ${attempts + 1}` }, class: "transient" });
    }
    await engine.executions.cancel(executionId);
    await engine.close();
  });
  await preparing.close();
  const page = await opened(t, "attempts");
  await details(page, "k");
  const attempts = page.locator("[data-attempt-lifecycle]");
  await page.getByText("The newest 20 of 130 are shown.").waitFor();
  assert.match(await attempts.first().innerText(), /^111\. retry[\s\S]*no\. 111/);
  const earlier = page.getByRole("button", { name: "Earlier attempts of k" });
  for (const many of [40, 60, 80, 100, 120]) {
    await earlier.click();
    await page.getByText(`The newest ${many} of 130 are shown.`).waitFor();
  }
  assert.equal(await attempts.count(), 120);
  await earlier.press("Enter");
  await attempts.nth(129).waitFor();
  assert.match(await attempts.first().innerText(), /^1\. first try[\s\S]*no\. 1/);
  assert.match(await attempts.last().innerText(), /^130\. retry[\s\S]*no\. 130/);
  assert.equal(await earlier.count(), 0);
  assert.equal(await focused(page), "Details of k");
});

test("an order whose key was used for something else says what differs, and leaves that as it was", async (t) => {
  const preparing = await shopTab(t, world.context);
  await visit(preparing, `${world.site.origin}/`);
  await preparing.evaluate(async () => {
    const engine = await window.client.open("differs");
    await engine.executions.create({ lane: "elsewhere", kind: "note", idempotencyKey: "receipt 1001" });
    await engine.close();
  });
  await preparing.close();
  const page = await opened(t, "differs");
  await submit(page, RECEIPTS, 2);
  const report = page.locator('[data-batch-differing="1"]');
  await report.waitFor();
  assert.match(
    await report.innerText(),
    /^1 created in one commit, [\d.]+ ms: orders 1001 to 1002; 1 was known already, 1 of them with another lane and kind and input: they stay as they were\.$/,
  );
  await row(page, 1002).and(page.locator('[data-state="completed"]')).waitFor();
  assert.equal(await page.locator('[data-kind="note"][data-state="waiting"]').count(), 1);
});

test("what waits is no wider than 360 pixels, and every control of it has a name", async (t) => {
  const page = await opened(t, "narrow");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByLabel("To begin").selectOption("in an hour");
  await submit(page, FRAMINGS, 1);
  await until(page, "delayed", 1);
  await details(page, "Framing 1001");
  await page.getByRole("button", { name: "Run Framing 1001 now" }).waitFor();
  const widths = [await width(page)];
  const named = await controls(page);
  await page.getByRole("button", { name: "Run Framing 1001 now" }).click();
  await until(page, "waiting", 1);
  widths.push(await width(page));
  await show(page, "Lanes");
  await page.locator('[data-lane="workshop"]', { hasText: "For others" }).waitFor();
  widths.push(await width(page));
  assert.deepEqual(widths, [360, 360, 360]);
  for (const { role, name } of named) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  for (const start of ["To begin", "Run Framing 1001 now", "Why is Framing 1001"])
    assert.ok(
      named.some(({ name }) => name.startsWith(start)),
      `${start} is there`,
    );
});
