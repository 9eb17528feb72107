// What stands around the samples of the guides that use names without saying where they are from.

import assert from "node:assert/strict";

/** @typedef {import("./run.mjs").Scene} Scene */
/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").EventRecord} EventRecord */

/** The state of the last flow that an engine created, by its id. @param {string} state @returns {Scene} */
const leaves = (state) => ({
  after: async (engine) => assert.equal((await engine.flows.list()).flows.at(-1)?.publicFlowState, state),
});

/** An execution that completes at once. @param {Engine} engine */
async function completed(engine) {
  const worker = engine.work({ lanes: ["l"] }, { k: () => "done" });
  const { executionId } = await engine.executions.create({ namespace: "team", lane: "l", kind: "k" });
  await engine.executions.wait(executionId);
  await worker.stop();
  return executionId;
}

/** What an execution of a kind came to. @param {Engine} engine @param {string} lane @param {string} kind */
async function resultOf(engine, lane, kind) {
  const { executionId } = await engine.executions.create({ lane, kind, input: { customer: "7" } });
  return (await engine.executions.wait(executionId))?.result;
}

/** By page and heading: one scene for all samples of a heading, or one for each of them, in order. */
/** @type {Record<string, Record<string, Scene | Scene[]>>} */
export const scenes = {
  "docs/flows.md": {
    "Submitting a whole graph": leaves("completed"),
    "What a member needs": leaves("completed"),
    "Cleaning up after a failure": leaves("failed"),
    "Waiting for children": leaves("completed"),
    "Building step by step": leaves("blocked"),
    Cancelling: leaves("cancelled"),
    "Running a part again": leaves("completed"),
  },
  "docs/events.md": {
    "Waiting for an end": {
      around: async (engine) => ({ executionId: await completed(engine), signal: AbortSignal.timeout(60_000) }),
    },
    "Watching the log": readsOn(),
    "Watching one execution": {
      around: async (engine) => ({ executionId: await completed(engine), show: () => {} }),
    },
  },
  "docs/steps-and-operators.md": {
    "Steps: parts of the work that are done once": {
      around: () => ({ pay: () => ({ paid: 20 }), mail: () => {} }),
      after: async (engine) => assert.deepEqual(await resultOf(engine, "orders", "order"), { paid: 20 }),
    },
  },
  "docs/streams.md": { Streams: frames() },
  "docs/retention.md": {
    "How much there is, and giving it back": { around: () => ({ show: () => {} }) },
  },
};

/** A reader of the log that goes on for ever: it has heard of an end. @returns {Scene} */
function readsOn() {
  /** @type {EventRecord[]} */
  const heard = [];
  return {
    around: () => ({ cursor: "start", handle: (/** @type {EventRecord} */ event) => heard.push(event) }),
    until: async (engine) => {
      await completed(engine);
      while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    after: () => assert.equal(heard[0]?.completion, "success"),
  };
}

/** What an attempt puts out, and who reads it. @returns {Scene} */
function frames() {
  return {
    around: async (engine) => ({
      ...(await engine.executions.create({ lane: "builds", kind: "build" })),
      frameOfVideo: new Uint8Array([1, 2, 3]),
      console: { log: () => {} },
    }),
  };
}
