// What the page shows as it happens: streams, events, what a search finds, what a compaction gives back; and that it asks
// for nothing while nothing happens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "../world/browser.mjs";
import { World } from "../world/world.mjs";
import {
  controls,
  eavesdrop,
  focused,
  meddling,
  PRINTS,
  RECEIPTS,
  reach,
  ready,
  rows,
  shopTab,
  submit,
  until,
  width,
} from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("node:test").TestContext} TestContext */

const CHARGES = "Charge cards";

const world = new World();

/**
 * The page over a database of its own.
 * @param {TestContext} t
 * @param {string} name
 */
async function opened(t, name) {
  const page = await shopTab(t, world.context);
  await eavesdrop(page);
  await page.goto(`${world.site.origin}/www/?name=${name}`);
  await ready(page);
  return page;
}

/**
 * Works on a database before the page opens it.
 * @param {TestContext} t
 * @param {string} name
 * @param {{ executions: number, retention?: { executionsMs?: number, eventsMs?: number } }} how
 */
async function prepared(t, name, how) {
  const page = await shopTab(t, world.context);
  await visit(page, `${world.site.origin}/`);
  await page.evaluate(
    async ({ name, executions, retention }) => {
      const engine = await window.client.open(name, {}, retention ? { retention } : {});
      const input = { of: "x".repeat(2_000) };
      for (let begun = 0; begun < executions; begun += 100) {
        const calls = Array.from({ length: Math.min(100, executions - begun) }, () =>
          engine.executions.create({ lane: "l", kind: "k", input }),
        );
        const ids = (await Promise.all(calls)).map(({ executionId }) => executionId);
        await Promise.all(ids.map((id) => engine.executions.cancel(id)));
      }
      if (retention) await new Promise((resolve) => setTimeout(resolve, 50));
      while ((await engine.tick()).more);
      await engine.close();
    },
    { name, ...how },
  );
  await page.close();
}

/** @param {Page} page @param {string} name */
const show = (page, name) => page.getByRole("tab", { name }).click();

/** @param {Page} page @param {string} title */
const details = (page, title) => page.getByRole("button", { name: `Details of ${title}` }).click();

/** @param {Page} page */
const frames = (page) => page.locator("[data-frame]");

test("the page asks nothing of its engine while nothing happens, and hears of what does", async (t) => {
  const page = await opened(t, "idle");
  await submit(page, RECEIPTS, 2);
  await until(page, "completed", 2);
  await page.locator('[data-storage-checked="sound"]').waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-worker="paused"]').waitFor();
  // The last figures of the storage are read within three seconds of the last event.
  await page.waitForTimeout(4_000);
  const asked = () => page.evaluate(() => Number(document.documentElement.dataset["asked"]));
  const before = await asked();
  assert.ok(before > 0);
  await page.waitForTimeout(3_000);
  assert.equal(await asked(), before);
  await submit(page, RECEIPTS, 1);
  await until(page, "waiting", 1);
});

test("the stream of a print is shown as it grows, follows its end until one scrolls up, and says why it closed", async (t) => {
  const page = await opened(t, "stream");
  await submit(page, PRINTS, 1);
  await until(page, "active", 1);
  await details(page, "Print 1001");
  await frames(page).first().waitFor();
  assert.match(await frames(page).first().innerText(), /^\d\d:\d\d:\d\d\.\d\s+stdout\s+.*6 strips$/);
  const proof = page.locator('[data-frame-kind="blob"]').first();
  await proof.waitFor();
  assert.match(await proof.innerText(), /blob\s+proof, [\d.]+ k?B$/);
  await frames(page).nth(10).waitFor();
  const list = page.getByRole("list", { name: "Frames of Print 1001, attempt 1" });
  const place = () =>
    list.evaluate(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  assert.ok((await list.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)) > 0, "it scrolls");
  assert.ok((await place()) <= 12, "the end is in sight");
  await list.press("Home");
  await page.locator('[data-follows="false"]').waitFor();
  // A frame that came while the key was pressed may still have moved the list once.
  await list.press("Home");
  await page.locator('[data-summary-version="6"]').waitFor();
  assert.equal(await list.evaluate(({ scrollTop }) => scrollTop), 0, "the reader is left where he is");
  await page.getByRole("button", { name: "Follow the end" }).click();
  await page
    .locator('[data-stream-closed="attempt_success"]', { hasText: /Closed .*: the attempt completed/ })
    .waitFor();
  assert.ok((await place()) <= 12);
  assert.match(await page.locator("[data-summary-version]").innerText(), /pages\s+6\s+sheet\s+\w+/);
  assert.equal(await list.locator('[role="status"], [role="alert"], [aria-live]').count(), 0);
});

test("an earlier attempt's stream can be chosen, and so can the newest again", async (t) => {
  const page = await opened(t, "attempts");
  await submit(page, CHARGES, 2);
  await until(page, "completed", 2);
  await details(page, "Charge 1002");
  const attempt = page.getByLabel("Attempt of Charge 1002 whose stream is shown");
  await page.locator('[data-stream-closed="attempt_success"]').waitFor();
  assert.equal(await page.locator('[data-frame-kind="stderr"]').count(), 0);
  await attempt.selectOption("0");
  await page.locator('[data-frame-kind="stderr"]', { hasText: "nobody answers" }).waitFor();
  await page.locator('[data-stream-closed="attempt_failure"]').waitFor();
  await attempt.selectOption("1");
  await page.locator('[data-stream-closed="attempt_success"]').waitFor();
});

test("the feed shows completions as they come, can be paused and filtered, and leads to an execution", async (t) => {
  const page = await opened(t, "feed");
  await show(page, "Events");
  await page.locator('[data-feed="live"]').waitFor();
  await submit(page, RECEIPTS, 3);
  const completions = page.locator('[data-event="completed"][data-completion="success"]');
  await completions.nth(2).waitFor();
  const first = await page.locator("[data-event]").evaluateAll((found) => found.map((one) => one.textContent ?? ""));
  assert.deepEqual(
    first
      .map((text) => text.slice(0, 10))
      .toSorted()
      .toReversed(),
    first.map((text) => text.slice(0, 10)),
  );
  await page.getByLabel("Events of").selectOption("completion");
  await page.locator('[data-event="created"]').first().waitFor({ state: "detached" });
  await completions.nth(2).waitFor();
  assert.equal(await page.locator("[data-event]").count(), 3);
  await page.getByRole("button", { name: "Pause the feed" }).click();
  await page.locator('[data-feed="paused"]').waitFor();
  await submit(page, RECEIPTS, 1);
  await page.locator('main[data-count-completed="4"]').waitFor();
  assert.equal(await completions.count(), 3);
  await page.getByRole("button", { name: "Go on" }).click();
  await completions.nth(3).waitFor();
  await page.getByRole("button", { name: "Show Receipt 1004" }).waitFor();
  await page.getByRole("textbox", { name: "Tag", exact: true }).fill("order");
  await page.getByRole("textbox", { name: "Its value" }).fill("1002");
  await page.getByRole("button", { name: "Show these" }).click();
  await page.locator("[data-event]").nth(1).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Show Receipt 1002" }).click();
  await page.locator('[data-order="1002"] [data-attempt-lifecycle="ended_success"]').waitFor();
  assert.equal((await rows(page)).length, 1);
  assert.equal(await focused(page), "Details of Receipt 1002");
  assert.equal(await page.locator('[data-happened="created"]').count(), 1, "its history is told");
  await page.getByRole("button", { name: "Show all" }).click();
  await until(page, "completed", 4);
});

test("earlier events are read on, window by window, each event once", async (t) => {
  await prepared(t, "earlier", { executions: 500 });
  const page = await opened(t, "earlier");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-worker="paused"]').waitFor();
  await show(page, "Events");
  await page.getByLabel("Events of").selectOption("execution");
  const shown = () =>
    page
      .locator("[data-event]")
      .evaluateAll((found) =>
        found.map((one) => `${one.getAttribute("data-event-of")} ${one.getAttribute("data-event")}`),
      );
  await page.locator('[data-feed="live"] [data-event="created"]').first().waitFor();
  const all = await shown();
  assert.ok(all.length <= 500 && all.length > 250, `${all.length} are shown`);
  while ((await page.getByRole("button", { name: "Earlier events" }).count()) > 0) {
    const [first] = await shown();
    await page.getByRole("button", { name: "Earlier events" }).click();
    await page.waitForFunction((first) => {
      const one = document.querySelector("[data-event]");
      return `${one?.getAttribute("data-event-of")} ${one?.getAttribute("data-event")}` !== first;
    }, first);
    all.push(...(await shown()));
  }
  assert.equal(await page.locator('[data-feed="past"]').count(), 1);
  assert.equal(all.length, 1_000);
  assert.equal(new Set(all).size, 1_000);
  await page.getByRole("button", { name: "The newest" }).click();
  await page.locator('[data-feed="live"]').waitFor();
});

test("a feed that stood still for too long says so, and goes on with what is kept", async (t) => {
  await prepared(t, "trimmed", { executions: 20, retention: { eventsMs: 1 } });
  const page = await opened(t, "trimmed");
  await submit(page, RECEIPTS, 1);
  await until(page, "completed", 1);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-worker="paused"]').waitFor();
  await show(page, "Events");
  await page.locator('[data-event="completed"]').waitFor();
  await page.getByRole("button", { name: "Pause the feed" }).click();
  await page.locator('[data-feed="paused"]').waitFor();
  await meddling(page, "rewind", 1);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText(/^The feed stood still for longer than events are kept/).waitFor();
  await page.locator('[data-feed="live"] [data-event="completed"]').waitFor();
});

test("a search finds by state, kind, lane, tag and time, in pages, and says what it looked for where it finds nothing", async (t) => {
  const page = await opened(t, "search");
  await submit(page, RECEIPTS, 60);
  await page.locator('main[data-count-completed="60"]').waitFor();
  await submit(page, CHARGES, 7);
  await page.locator('main[data-count-failed="1"]').waitFor();
  const found = (/** @type {number} */ many) => page.locator(`[data-found="${many}"]`).waitFor({ state: "attached" });
  await page.getByLabel("Kind", { exact: true }).selectOption({ label: "Receipt" });
  await found(50);
  await page.getByRole("button", { name: "Show more" }).click();
  await found(60);
  await show(page, "Lanes");
  await show(page, "Executions");
  await found(60);
  await page.getByLabel("Kind", { exact: true }).selectOption({ label: "any" });
  await page.getByLabel("Lane", { exact: true }).selectOption("till");
  await page.getByRole("button", { name: /^All 7/ }).waitFor();
  await page.getByRole("button", { name: /^Failed 1/ }).click();
  await found(1);
  await page.getByText("1 found in lane till.").waitFor();
  await page.locator('[data-order="1067"][data-state="failed"]').waitFor();
  await page.getByLabel("Created within").selectOption({ label: "the last hour" });
  await page.getByText("1 found in lane till, created within the last hour.").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await page.getByLabel("Lane", { exact: true }).inputValue(), "");
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByLabel("Tag", { exact: true }).fill("customer");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("A tag is looked for by its name and its value.").waitFor();
  await page.getByLabel("Its value").fill("Nobody");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("Nothing was found: there is no execution tagged customer = Nobody.").waitFor();
  await page.getByLabel("Tag", { exact: true }).fill("No Key");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText(/^The search was not made: .*tag/).waitFor();
});

test("a tag that is set in the details is shown there, and found", async (t) => {
  const page = await opened(t, "tags");
  await submit(page, RECEIPTS, 3);
  await until(page, "completed", 3);
  await details(page, "Receipt 1002");
  await page.getByLabel("Key of a tag for Receipt 1002").fill("Not A Key");
  await page.getByLabel("Value of the tag for Receipt 1002").fill("yes");
  await page.getByRole("button", { name: "Set the tag of Receipt 1002" }).click();
  await page.getByText(/^Refused: .*key/).waitFor();
  await page.getByLabel("Key of a tag for Receipt 1002").fill("complaint");
  await page.getByRole("button", { name: "Set the tag of Receipt 1002" }).click();
  await page.locator('[data-tag="complaint"]', { hasText: "yes" }).waitFor();
  await page.getByLabel("Tag", { exact: true }).fill("complaint");
  await page.getByLabel("Its value").fill("yes");
  await page.getByLabel("Its value").press("Enter");
  await page.locator('[data-found="1"]').waitFor({ state: "attached" });
  assert.deepEqual(
    await page.locator("[data-order]").evaluateAll((all) => all.map((one) => one.getAttribute("data-order"))),
    ["1002"],
  );
});

test("what was deleted is shown as room, and a compaction gives it back and says so", async (t) => {
  await prepared(t, "compact", { executions: 800, retention: { executionsMs: 1, eventsMs: 1 } });
  const page = await opened(t, "compact");
  const free = page.locator("[data-free-bytes]");
  await page.waitForFunction(
    () => Number(document.querySelector("[data-free-bytes]")?.getAttribute("data-free-bytes")) > 0,
  );
  const before = Number(await free.getAttribute("data-free-bytes"));
  await page.getByRole("button", { name: "Compact" }).click();
  const done = page.locator('[data-compaction="done"]');
  await done.waitFor();
  assert.match(await done.innerText(), /^Compacted: [\d.]+ [kM]B given back\.$/);
  await page.waitForFunction(
    (before) => Number(document.querySelector("[data-free-bytes]")?.getAttribute("data-free-bytes")) < before / 10,
    before,
  );
  await page.getByRole("button", { name: "Compact" }).click();
  await done.getByText("Compacted: there was nothing to give back.").waitFor();
});

test("what is live is no wider than 360 pixels, every control of it has a name, and the keyboard reaches it", async (t) => {
  const page = await opened(t, "slim");
  await page.setViewportSize({ width: 360, height: 740 });
  await submit(page, PRINTS, 1);
  await until(page, "active", 1);
  await details(page, "Print 1001");
  await frames(page).nth(3).waitFor();
  await reach(page, "Frames of Print 1001");
  const widths = [await width(page)];
  const named = await controls(page);
  await page.getByLabel("Kind", { exact: true }).selectOption({ label: "Charge" });
  await page.getByText("Nothing was found: there is no execution of kind charge.").waitFor();
  widths.push(await width(page));
  await show(page, "Events");
  await page.locator("[data-event]").first().waitFor();
  widths.push(await width(page));
  named.push(...(await controls(page)));
  await reach(page, "Show Print 1001");
  await page.keyboard.press("Enter");
  await page.locator('[aria-label="Details of Print 1001"]:focus').waitFor();
  assert.deepEqual(widths, [360, 360, 360]);
  for (const { role, name } of named) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  for (const start of ["Lane", "Its value", "Key of a tag", "Events of", "Pause the feed", "Show Print"])
    assert.ok(
      named.some(({ name }) => name.startsWith(start)),
      `${start} is there`,
    );
});
