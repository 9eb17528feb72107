// Every operation on flows as a synchronous method of the class.

import assert from "node:assert/strict";
import { utf8 } from "../world/engine.mjs";

const worker = { id: "w" };
const reason = "no";

/**
 * Builds, runs, reads and cancels flows.
 * @param {import("../../../dist/wasm/tidegate.js").Engine} engine
 */
export function callFlows(engine) {
  build(engine);
  submit(engine);
  cancel(engine);
}

/** @param {import("../../../dist/wasm/tidegate.js").Engine} engine */
function build(engine) {
  const { flowId } = engine.createFlow({ kind: "built" });
  const [up = "", down = ""] = ["up", "down"].map((kind) => {
    const { executionId } = engine.createExecution({ lane: "f", kind });
    assert.equal(engine.addExecutionToFlow({ flowId, executionId, name: kind }).outcome, "added");
    return executionId;
  });
  const policy = /** @type {const} */ ({ kind: "any_of" });
  assert.equal(engine.setEdgeGroupPolicy({ flowId, downstreamExecutionId: down, policy }).outcome, "set");
  const ends = { upstreamExecutionId: up, downstreamExecutionId: down };
  const { edgeId } = engine.stageDependencyEdge({ flowId, ...ends });
  assert.equal(engine.applyDependencyToChild({ flowId, edgeId }).publicState, "waiting_children");
  assert.equal(engine.describeEdge({ flowId, edgeId })?.edgeState, "applied");
  assert.equal(engine.listEdges({ flowId, upstreamExecutionId: up }).edges.length, 1);
  assert.deepEqual(engine.setFlowTag({ flowId, key: "a", value: "b" }), { key: "a", value: "b" });
  assert.equal(engine.getFlowTag({ flowId, key: "a" }), "b");
  assert.equal(engine.flowGraph({ flowId })?.nodes.length, 2);
  assert.equal(engine.sealFlow({ flowId }).outcome, "sealed");
  assert.ok("pending" in engine.waitFlow({ flowId }));
  engine.cancelExecution({ executionId: up });
  assert.equal(engine.describeFlow({ flowId })?.publicFlowState, "failed");
  assert.equal(engine.resolveExecutionFlowId({ executionId: down }), flowId);
  assert.deepEqual(engine.evaluateFlowEligibility({ executionId: down }), { status: "not_runnable" });
  assert.deepEqual(
    engine.listFlows({}).flows.map((flow) => flow.flowId),
    [flowId],
  );
}

/** @param {import("../../../dist/wasm/tidegate.js").Engine} engine */
function submit(engine) {
  engine.submitFlow({
    members: [
      { name: "first", lane: "f", kind: "first", input: utf8("one") },
      { name: "second", lane: "f", kind: "second", input: utf8("two"), after: ["first"] },
    ],
  });
  const first = engine.claim({ lanes: ["f"], worker });
  assert.deepEqual(first?.input, utf8("one"));
  engine.complete({ handle: String(first?.handle), result: utf8("done") });
  const second = engine.claim({ lanes: ["f"], worker });
  assert.deepEqual([second?.input, second?.upstream?.[0]?.result], [utf8("two"), utf8("done")]);
  engine.complete({ handle: String(second?.handle) });
}

/** @param {import("../../../dist/wasm/tidegate.js").Engine} engine */
function cancel(engine) {
  const policy = /** @type {const} */ ("cancel_all");
  const members = [{ name: "only", lane: "f", kind: "k" }];
  const whole = engine.submitFlow({ members });
  assert.equal(engine.cancelFlow({ flowId: whole.flowId, policy, reason }).memberCount, 1);
  const { flowId, executionIds } = engine.submitFlow({ members });
  assert.equal(engine.cancelFlowHeader({ flowId, policy, graceMs: 1_000 }).outcome, "cancelled");
  const [executionId = ""] = executionIds;
  assert.equal(engine.ackCancelMember({ flowId, executionId }).removed, true);
  engine.cancelExecution({ executionId });
}
