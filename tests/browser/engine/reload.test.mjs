// Whoever held a lease is gone: a page that was reloaded, an engine that was closed. And who is still there, though the
// worker under it was replaced.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const world = new World({
  "/worker-to-fall.js": `
    new BroadcastChannel("fall").onmessage = () => queueMicrotask(() => { throw new Error("fell today"); });
    importScripts("/browser/worker.js");`,
});

/** What the second handler found of the first, and what was told of it. */
const resumed = {
  handleKind: "resumed",
  attemptIndex: 0,
  steps: ["written"],
  runs: 0,
  reclaims: 0,
  retries: 0,
  attempts: 1,
  state: "completed",
  reasons: ["connection_gone"],
};

/**
 * Opens an engine and begins a handler that writes one step and never ends.
 * @param {string} name
 */
async function begin(name) {
  const engine = await window.client.open(name);
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  await new Promise((resolve) => {
    engine.work(
      { lanes: ["l"] },
      {
        async k(task) {
          await task.step("written", () => 1);
          resolve(undefined);
          await new Promise(() => {});
        },
      },
    );
  });
  return { engine, executionId };
}

/**
 * Opens the database again and lets a handler run to its end; answers what it found, and when it ran.
 * @param {{ name: string, executionId: string }} of
 */
async function goOn({ name, executionId }) {
  const engine = await window.client.open(name);
  let runs = 0;
  /** @type {Promise<{ at: number, handleKind: string, attemptIndex: number, steps: string[] }>} */
  const ran = new Promise((resolve) => {
    engine.work(
      { lanes: ["l"] },
      {
        async k(task) {
          const at = performance.timeOrigin + performance.now();
          const { handleKind, attemptIndex, steps } = task.claim;
          await task.step("written", () => (runs += 1));
          resolve({ at, handleKind, attemptIndex, steps: steps.map((step) => step.name) });
        },
      },
    );
  });
  const { at, ...found } = await ran;
  await engine.executions.wait(executionId);
  const told = await engine.executions.describe(executionId);
  const { events } = await engine.readEvents({ after: "start", streams: ["lease"] });
  const reasons = events.flatMap(({ detail }) => (detail && "reason" in detail ? [detail.reason] : []));
  await engine.close();
  return {
    at,
    found: {
      ...found,
      runs,
      reclaims: told?.leaseReclaimCount,
      retries: told?.retryCount,
      attempts: told?.totalAttemptCount,
      state: told?.publicState,
      reasons,
    },
  };
}

// Contract: workers.loop-gone, storage.open-gives-back.
test("a page that is reloaded in the middle of a handler goes on with the same attempt and its steps", async (t) => {
  const page = await world.tab(t);
  await page.evaluate(`globalThis.begin = ${begin}`);
  const executionId = await page.evaluate(async () => (await /** @type {any} */ (window).begin("reload")).executionId);
  const reloadedAt = Date.now();
  await page.reload();
  await page.waitForFunction(() => window.client !== undefined);
  const { at, found } = await page.evaluate(goOn, { name: "reload", executionId: String(executionId) });
  t.diagnostic(`from the reload to the handler: ${Math.round(at - reloadedAt)} ms`);
  assert.deepEqual(found, resumed);
});

// Contract: workers.loop-gone, leases.close.
test("an engine that is closed while a handler runs gives its lease back", async (t) => {
  const page = await world.tab(t);
  await page.evaluate(`globalThis.begin = ${begin}`);
  const executionId = await page.evaluate(async () => {
    const { engine, executionId } = await /** @type {any} */ (window).begin("closed");
    await engine.close();
    return executionId;
  });
  const { found } = await page.evaluate(goOn, { name: "closed", executionId: String(executionId) });
  assert.deepEqual(found, resumed);
});

// Contract: storage.open-gives-back.
test("a handler goes on under its lease when the worker of its engine is replaced", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { logged, open, overFalls } = window.client;
    const engine = await open("replaced", {}, { workerUrl: "/worker-to-fall.js" });
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
    /** @type {() => void} */
    let fell = () => {};
    /** @type {() => void} */
    let begun = () => {};
    const afterFall = new Promise((resolve) => (fell = () => resolve(undefined)));
    const afterBegin = new Promise((resolve) => (begun = () => resolve(undefined)));
    let runs = 0;
    engine.work(
      { lanes: ["l"] },
      {
        async k() {
          runs += 1;
          begun();
          await afterFall;
        },
      },
    );
    await afterBegin;
    new BroadcastChannel("fall").postMessage("fall");
    let falls = 0;
    while (falls === 0) falls += await overFalls(() => engine.executions.list());
    fell();
    const outcome = (await engine.executions.wait(executionId))?.outcome;
    const causes = (await logged(engine)).map(({ cause }) => cause);
    await engine.close();
    return { runs, outcome, causes };
  });
  assert.deepEqual(seen, { runs: 1, outcome: "success", causes: ["created", "claimed", "completed"] });
});
