// Whatever was answered survives: the worker ended and the browser killed, again and again, in the middle of work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../laws/churn.mjs";
import { Ledger } from "../laws/laws.mjs";
import { launch, profile, tab } from "../world/browser.mjs";
import { serve } from "../world/server.mjs";
import { World } from "../world/world.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */

const SEED = Number(process.env["TIDEGATE_SEED"] ?? Date.now() % 1_000_000);
const WORKER_KILLS = 50;
const BROWSER_KILLS = 10;

const world = new World();

// Contract: storage.durability.
test(`${WORKER_KILLS} ends of the worker in mid-work lose nothing that was answered`, async (t) => {
  t.diagnostic(`TIDEGATE_SEED=${SEED}`);
  const page = await world.tab(t);
  const seen = await page.evaluate(endWorkers, { seed: SEED, kills: WORKER_KILLS });
  t.diagnostic(JSON.stringify({ ...seen, wrong: seen.wrong.length }));
  assert.deepEqual(seen.wrong.slice(0, 10), []);
  assert.deepEqual(seen.unexpected, []);
  assert.equal(seen.checked, "sound");
  assert.ok(seen.completed > 0 && seen.created > seen.completed && seen.reclaims > 0);
});

/**
 * Opens, works and ends the worker, again and again; every fourth time while the engine is still being opened.
 * @param {{ seed: number, kills: number }} options
 */
async function endWorkers({ seed, kills }) {
  const { Churn, checked, inspect, open, seeded } = window.client;
  /** @type {Worker[]} */
  const workers = [];
  const Native = Worker;
  window.Worker = class extends Native {
    /** @param {ConstructorParameters<typeof Native>} args */
    constructor(...args) {
      super(...args);
      workers.push(this);
    }
  };
  const random = seeded(seed);
  const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const again = () => open("crash", { waitMs: 30_000 });
  const all = { created: /** @type {string[]} */ ([]), completed: /** @type {[string, number, string][]} */ ([]) };
  /** @type {string[]} */
  const wrong = [];
  /** @type {string[]} */
  const unexpected = [];
  for (let kill = 0; kill < kills; kill++) {
    if (kill % 4 === 0) {
      const before = workers.length;
      void again();
      while (workers.length === before) await pause(0);
      await pause(random() * 80);
    } else {
      const engine = await again();
      wrong.push(...(await inspect(engine, all)).wrong.map((what) => `after ${kill} ends: ${what}`));
      const churn = new Churn(engine, random, () => {});
      churn.start();
      await pause(random() * 120);
      all.created.push(...churn.created);
      all.completed.push(...churn.completed);
      unexpected.push(...churn.unexpected);
    }
    workers.at(-1)?.terminate();
  }
  const engine = await again();
  const { reclaims, ...last } = await inspect(engine, all);
  wrong.push(...last.wrong);
  const sound = await checked(engine);
  await engine.close();
  return { wrong, unexpected, checked: sound, reclaims, created: all.created.length, completed: all.completed.length };
}

for (const durability of /** @type {const} */ (["strict", "relaxed"])) {
  const kills = BROWSER_KILLS / 2;
  // Contract: storage.durability.
  test(`${kills} kills of the browser in mid-work lose nothing that a ${durability} engine answered`, async (t) => {
    t.diagnostic(`TIDEGATE_SEED=${SEED}`);
    const [site, { folder, remove }] = await Promise.all([serve(), profile()]);
    /** @type {import("../world/browser.mjs").Chromium | undefined} */
    let browser;
    t.after(async () => {
      await browser?.kill();
      await site.close();
      await remove();
    });
    const random = seeded(SEED);
    const ledger = new Ledger();
    for (let kill = 0; kill <= kills; kill++) {
      browser = await launch(folder);
      await browser.context.exposeBinding("answered", (_, { created, completed }) => {
        if (created !== undefined) ledger.created.push(created);
        if (completed !== undefined) ledger.completed.push(completed);
      });
      const page = await tab(browser.context, `${site.origin}/`);
      const options = { durability, seed: Math.floor(random() * 1e9), ledger: { ...ledger }, last: kill === kills };
      const { executions, wrong, sound } = await page.evaluate(inspectAndWork, options);
      assert.deepEqual(wrong.slice(0, 10), [], `after ${kill} kills, with ${executions} executions`);
      if (kill === kills) assert.equal(sound, "sound");
      else await new Promise((resolve) => setTimeout(resolve, 100 + random() * 400));
      await browser.kill();
    }
    t.diagnostic(JSON.stringify({ created: ledger.created.length, completed: ledger.completed.length }));
    assert.ok(ledger.completed.length > 0 && ledger.created.length > ledger.completed.length);
  });
}

/**
 * Looks at what the kill before left, and starts to work; every answer is told outside as it comes.
 * @param {{ durability: "strict" | "relaxed", seed: number, ledger: Ledger, last: boolean }} options
 */
async function inspectAndWork({ durability, seed, ledger, last }) {
  const { Churn, checked, inspect, open, seeded } = window.client;
  const engine = await open("kill", { durability });
  const found = await inspect(engine, ledger);
  if (last) return { ...found, sound: await checked(engine) };
  new Churn(engine, seeded(seed), (answer) => void window.answered?.(answer)).start();
  return { ...found, sound: "not asked" };
}
