// A flow over real files: its tab is closed in mid-flow, the worker of the next one falls, and nothing of it is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const PARTS = 24;
/** Those that the first tab takes and never ends: as many as it has slots. */
const HELD = 8;

const world = new World({
  "/worker-to-fall.js": `
    new BroadcastChannel("fall").onmessage = () => {
      queueMicrotask(() => { throw new Error("fell today"); });
    };
    importScripts("/browser/worker.js");`,
});

test("a flow outlives its tab and a fall of the worker: another tab completes it, and nothing is lost", async (t) => {
  const first = await world.tab(t);
  const begun = await first.evaluate(begin, { parts: PARTS, held: HELD });
  await first.close();
  const second = await world.tab(t);
  const seen = await second.evaluate(goOn, begun);
  assert.deepEqual(seen.wrong, []);
  assert.equal(seen.state, "completed");
  assert.deepEqual(
    seen.result,
    Array.from({ length: PARTS }, (_, part) => [`part${part}`, "success", part * part]),
  );
  assert.equal(seen.workers, 2, "the worker fell once");
  assert.equal(begun.done.filter((id) => seen.ran.includes(id)).length, 0, "what was completed is not run again");
  assert.equal(new Set(seen.ran).size, PARTS + 2 - begun.done.length);
  assert.ok(seen.given >= HELD, "what the first tab held was given back to the second");
});

/**
 * Submits a flow and works on it until all slots are held by handlers that never return.
 * @param {{ parts: number, held: number }} options
 */
async function begin({ parts, held }) {
  const engine = await window.client.open("flow");
  const names = Array.from({ length: parts }, (_, part) => `part${part}`);
  const { flowId, executionIds } = await engine.flows.submit({
    members: [
      { name: "split", lane: "l", kind: "split" },
      ...names.map((name, input) => ({ name, lane: "l", kind: "part", input, after: ["split"] })),
      { name: "sum", lane: "l", kind: "sum", after: names },
    ],
  });
  engine.work(
    { lanes: ["l"], concurrency: held, leaseTtlMs: 500 },
    {
      split: () => "begun",
      part: ({ input }) => (Number(input) % 2 === 0 ? Number(input) ** 2 : new Promise(() => {})),
    },
  );
  for (;;) {
    const { nodes = [] } = (await engine.flows.graph(flowId)) ?? {};
    const done = nodes.filter(({ publicState }) => publicState === "completed").map(({ executionId }) => executionId);
    const active = nodes.filter(({ publicState }) => publicState === "active").length;
    // The first so many of both sorts: those that are done, and those that are held.
    if (active === held && done.length === held + 1) return { flowId, executionIds, done };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Takes the flow over with two workers, whose engine falls in the middle.
 * @param {{ flowId: string, executionIds: string[] }} begun
 */
async function goOn({ flowId, executionIds }) {
  const { inspect, open, overFalls } = window.client;
  let started = 0;
  const Native = Worker;
  window.Worker = class extends Native {
    /** @param {ConstructorParameters<typeof Native>} args */
    constructor(...args) {
      super(...args);
      started++;
    }
  };
  const engine = await open("flow", { waitMs: 30_000 }, { workerUrl: "/worker-to-fall.js" });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  const channel = new BroadcastChannel("fall");
  /** @type {string[]} */
  const ran = [];
  const options = { lanes: ["l"], concurrency: 2, leaseTtlMs: 500, onError: () => {} };
  /** @type {import("../../../dist/js/index.js").Handlers} */
  const handlers = {
    async part({ claim, input }) {
      if (ran.push(claim.executionId) === 5) channel.postMessage("fall");
      await pause();
      return Number(input) ** 2;
    },
    sum({ claim, upstream }) {
      ran.push(claim.executionId);
      const order = (/** @type {string | undefined} */ name) => Number(String(name).slice(4));
      return upstream
        .map(({ name = "", outcome, result = null }) => /** @type {const} */ ([name, outcome, result]))
        .sort(([a], [b]) => order(a) - order(b));
    },
  };
  const workers = [engine.work(options, handlers), engine.work(options, handlers)];
  let state = "none";
  await overFalls(async () => {
    state = (await engine.flows.wait(flowId))?.publicFlowState ?? "none";
  });
  const result = (await engine.executions.result(String(executionIds.at(-1))))?.result;
  await Promise.all(workers.map((worker) => worker.stop()));
  const { wrong } = await inspect(engine, { created: executionIds, completed: [] });
  const { events } = await engine.readEvents({ after: "start", limit: 1_000, streams: ["lease"] });
  const given = events.filter(({ detail }) => JSON.stringify(detail)?.includes("connection_gone")).length;
  await engine.close();
  return { state, result, ran, workers: started, wrong, given };
}
