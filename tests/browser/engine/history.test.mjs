// Pages that stand still, as those that the browser keeps for the way back: they go on when they wake up, and hold no
// files against others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */

const world = new World();

/**
 * Goes through the history; a page that was kept makes no new navigation that could be awaited.
 * @param {Page} page
 * @param {"back" | "forward"} way
 * @param {string} path
 */
async function go(page, way, path) {
  await page.evaluate((way) => void setTimeout(() => history[way]()), way);
  await page.waitForFunction((path) => location.pathname === path && window.client !== undefined, path);
}

/**
 * Opens an engine that stays with its page, and creates an execution.
 * @param {Page} page
 */
function begin(page) {
  return page.evaluate(async () => {
    window.engine = await window.client.open("history");
    return (await window.engine.executions.create({ lane: "l", kind: "k" })).outcome;
  });
}

/** @param {Page} page */
function count(page) {
  return page.evaluate(async () => window.engine && (await window.engine.executions.list()).executions.length);
}

test("a page that was kept for the way back goes on with its engine", async (t) => {
  const page = await world.tab(t);
  assert.equal(await begin(page), "created");
  await page.goto(`${world.site.origin}/guarded`);
  await go(page, "back", "/");
  // A browser that did not keep the page has loaded it anew.
  const kept = await count(page);
  if (kept === undefined) assert.equal(await begin(page), "created");
  else assert.equal(kept, 1);
});

test("a page that is kept for the way back gives its files to the one that asks for them", async (t) => {
  const page = await world.tab(t);
  assert.equal(await begin(page), "created");
  await page.goto(`${world.site.origin}/guarded`);
  await page.waitForFunction(() => window.client !== undefined);
  const other = await world.tab(t);
  assert.equal(await begin(other), "created");
  assert.ok(Number(await count(other)) >= 2);
  await other.close();
  await go(page, "back", "/");
  assert.equal(await begin(page), "created");
});

test("a page that stood still in mid-work goes on, and takes over what lapsed meanwhile", async (t) => {
  const page = await world.tab(t);
  await page.evaluate(async () => {
    const engine = await window.client.open("still");
    window.engine = engine;
    await Promise.all(Array.from({ length: 8 }, () => engine.executions.create({ lane: "slow", kind: "k" })));
    engine.work(
      { lanes: ["slow"], concurrency: 2, leaseTtlMs: 300, onError: () => {} },
      { k: ({ signal }) => pause(200, signal).then(() => "done") },
    );

    /** @param {number} ms @param {AbortSignal} signal */
    function pause(ms, signal) {
      return new Promise((resolve, reject) => {
        setTimeout(resolve, ms);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    }
  });
  const states = () =>
    page.evaluate(async () => {
      const { engine, client } = window;
      return engine ? (await client.listed(engine)).map(({ publicState }) => publicState) : [];
    });
  while (!(await states()).includes("completed"));
  // Longer than the leases that are held.
  await page.evaluate(() => {
    for (const began = performance.now(); performance.now() - began < 1_000; );
  });
  while ((await states()).some((state) => state !== "completed"));
  const seen = await page.evaluate(async () => {
    const { engine, client } = window;
    return engine && (await client.inspect(engine, { created: [], completed: [] }));
  });
  assert.equal(seen?.executions, 8);
  assert.ok(Number(seen?.reclaims) > 0, "a lease lapsed while the page stood still");
  assert.deepEqual(seen?.wrong, []);
});
