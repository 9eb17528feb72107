// A panic in the worker: one error for the calls it met, and a sound engine for those after it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const world = new World({
  "/worker-to-break.js": `
    new BroadcastChannel("break").onmessage = () => {
      crypto.getRandomValues = () => { throw new Error("no entropy today"); };
    };
    importScripts("/browser/worker.js");`,
  "/worker-to-fall.js": `
    new BroadcastChannel("fall").onmessage = ({ data }) => {
      if (data === "fall") queueMicrotask(() => { throw new Error("fell today"); });
    };
    importScripts("/browser/worker.js");`,
});

// Contract: storage.reopens.
test("a panic rejects the calls it met once, and the engine opens again with all that was answered", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { checked, listed, open } = window.client;
    const engine = await open("panic", {}, { workerUrl: "/worker-to-break.js" });
    const channel = new BroadcastChannel("break");
    /** @type {string[]} */
    const answered = [];
    /** @type {string[][]} */
    const failed = [];
    const create = async () => {
      const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
      answered.push(executionId);
    };
    /** The codes of what a batch of calls was refused with. */
    const batch = async () => {
      const calls = await Promise.allSettled(Array.from({ length: 40 }, create));
      return calls.filter((call) => call.status === "rejected").map(({ reason }) => String(reason.code));
    };
    for (let breakdowns = 0; breakdowns < 3; breakdowns++) {
      channel.postMessage("break");
      let met = await batch();
      while (met.length === 0) met = await batch();
      failed.push(met);
      await create();
    }
    const kept = new Set((await listed(engine)).map(({ executionId }) => executionId));
    const lost = answered.filter((id) => !kept.has(id));
    const { over } = engine;
    const sound = await checked(engine);
    await engine.close();
    return { failed, lost, extra: kept.size - answered.length, over: over === undefined, sound };
  });
  assert.deepEqual(seen.failed, Array(3).fill(Array(40).fill("engine.poisoned")));
  assert.deepEqual(
    { lost: seen.lost, extra: seen.extra, over: seen.over, sound: seen.sound },
    { lost: [], extra: 0, over: true, sound: "sound" },
  );
});

test("a worker goes on over a panic: what it held is taken over and all is completed", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { listed, logged, open } = window.client;
    const engine = await open("panic-worker", {}, { workerUrl: "/worker-to-break.js" });
    const channel = new BroadcastChannel("break");
    /** @type {unknown[]} */
    const heard = [];
    const options = { lanes: ["l"], concurrency: 4, leaseTtlMs: 500, onError: (/** @type {any} */ e) => heard.push(e) };
    const worker = engine.work(options, { k: (task) => ({ of: task.claim.executionId }) });
    const create = () => engine.executions.create({ lane: "l", kind: "k" }).catch(() => null);
    for (let creates = 0; creates < 300; creates++) {
      if (creates === 150) channel.postMessage("break");
      await create();
    }
    const unfinished = async () => (await listed(engine)).filter(({ publicState }) => publicState !== "completed");
    while ((await unfinished()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await worker.stop();
    const executions = await listed(engine);
    const completions = (await logged(engine)).filter(({ completion }) => completion === "success");
    await engine.close();
    const codes = [...new Set(heard.map((error) => /** @type {any} */ (error).code))];
    return { executions: executions.length, completions: completions.length, codes };
  });
  assert.ok(seen.executions >= 250);
  assert.equal(seen.completions, seen.executions);
  for (const code of seen.codes) assert.equal(code, "engine.poisoned");
});

test("a worker that falls outside of any call is replaced, and nothing answered is lost", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { checked, listed, open } = window.client;
    const engine = await open("fallen", {}, { workerUrl: "/worker-to-fall.js" });
    const channel = new BroadcastChannel("fall");
    /** @type {string[]} */
    const answered = [];
    /** @type {Set<string>} */
    const codes = new Set();
    for (let calls = 0; calls < 200; calls++) {
      if (calls % 50 === 25) channel.postMessage("fall");
      const create = engine.executions.create({ lane: "l", kind: "k" });
      await create.then(
        ({ executionId }) => answered.push(executionId),
        ({ code }) => codes.add(code),
      );
    }
    const kept = new Set((await listed(engine)).map(({ executionId }) => executionId));
    const lost = answered.filter((id) => !kept.has(id));
    const sound = await checked(engine);
    await engine.close();
    return { lost, codes: [...codes], answered: answered.length, sound };
  });
  assert.deepEqual(seen.lost, []);
  for (const code of seen.codes) assert.equal(code, "engine.poisoned");
  assert.ok(seen.answered >= 190, `${seen.answered} of 200 answered`);
  assert.equal(seen.sound, "sound");
});
