// Flows through the front door: built step by step, read, tagged, watched, and refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { poisonedError, TidegateError } from "../../../dist/js/ground/errors.js";
import { Flows } from "../../../dist/js/operations/flows.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, engineWith, utf8 } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

const unknownFlow = "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
const unknownExecution = `{fp:0}:${unknownFlow}`;

/** A flow with so many members that wait in the lane `l`. @param {Engine} engine @param {string[]} kinds */
async function built(engine, ...kinds) {
  const { flowId } = await engine.flows.create({ kind: "built", tags: { customer: "7" } });
  /** @type {string[]} */
  const ids = [];
  for (const kind of kinds) {
    const { executionId } = await engine.executions.create({ lane: "l", kind });
    await engine.flows.addExecution(flowId, executionId, { name: kind });
    ids.push(executionId);
  }
  const join = async (/** @type {number} */ from, /** @type {number} */ to, more = {}) => {
    const ends = { upstreamExecutionId: String(ids[from]), downstreamExecutionId: String(ids[to]) };
    const { edgeId } = await engine.flows.stageEdge(flowId, { ...ends, ...more });
    await engine.flows.applyEdge(flowId, edgeId);
    return edgeId;
  };
  return { flowId, ids, join };
}

/** @param {string} code @param {() => Promise<unknown>} call */
async function refused(code, call) {
  const error = await rejection(call);
  assert.ok(error instanceof TidegateError);
  assert.equal(error.code, code, error.message);
  return error;
}

test("a flow is built step by step, and runs as one that was submitted does", async () => {
  const { engine } = await openTestEngine();
  const { flows } = engine;
  assert.deepEqual(await flows.create({ flowId: unknownFlow }), { outcome: "created", flowId: unknownFlow });
  assert.equal((await flows.create({ flowId: unknownFlow, kind: "other" })).outcome, "already_satisfied");
  const { flowId, ids } = await built(engine, "a", "b", "c");
  const [a = "", b = "", c = ""] = ids;
  assert.deepEqual(await flows.addExecution(flowId, a), { outcome: "already_member", executionId: a, nodeCount: 3 });
  const policy = /** @type {const} */ ({ kind: "quorum", k: 1, onSatisfied: "let_run" });
  assert.deepEqual(await flows.setPolicy(flowId, c, policy), { outcome: "set" });
  assert.deepEqual(await flows.setPolicy(flowId, c, policy), { outcome: "already_set" });
  const ends = { upstreamExecutionId: a, downstreamExecutionId: c };
  const { edgeId, newGraphRevision } = await flows.stageEdge(flowId, { ...ends, edgeRef: "first" });
  assert.equal(newGraphRevision, 4);
  const stale = await refused("contention.stale_graph_revision", () =>
    flows.stageEdge(flowId, { upstreamExecutionId: b, downstreamExecutionId: c, expectedGraphRevision: 3 }),
  );
  assert.deepEqual([stale.details["expected"], stale.details["found"], stale.class], [3, 4, "retryable"]);
  assert.equal((await flows.edge(flowId, edgeId))?.edgeState, "pending");
  assert.equal((await engine.executions.describe(c))?.publicState, "waiting");
  const applied = { outcome: "applied", unsatisfiedCount: 1, publicState: "waiting_children" };
  assert.deepEqual(await flows.applyEdge(flowId, edgeId), applied);
  assert.equal((await flows.applyEdge(flowId, edgeId)).outcome, "already_applied");
  assert.deepEqual(await flows.eligibility(c), { status: "blocked_by_dependencies" });
  assert.deepEqual(await flows.eligibility(a), { status: "eligible" });
  const sealed = { outcome: "sealed", publicFlowState: "blocked" };
  assert.deepEqual(await flows.seal(flowId), sealed);
  assert.equal((await flows.seal(flowId)).outcome, "already_sealed");
  const loop = engine.work({ lanes: ["l"] }, { "*": ({ claim }) => claim.kind });
  assert.equal((await flows.wait(flowId))?.publicFlowState, "completed");
  assert.equal((await flows.edge(flowId, edgeId))?.edgeState, "satisfied");
  await refused("state.flow_already_terminal", () => flows.stageEdge(flowId, ends));
  await loop.stop();
  await engine.close();
});

test("a flow is described, listed, tagged and drawn", async () => {
  const { engine, clock } = await openTestEngine();
  const { flows } = engine;
  const { flowId, ids, join } = await built(engine, "a", "b", "c");
  const [a = "", , c = ""] = ids;
  const edges = [await join(0, 2), await join(1, 2, { edgeRef: "second", replaceInput: true })];
  const snapshot = await flows.describe(flowId);
  const { kind, namespace, tags, publicFlowState, graphRevision, nodeCount, edgeCount, sealed } = snapshot ?? {};
  assert.deepEqual(
    { kind, namespace, tags, publicFlowState, graphRevision, nodeCount, edgeCount, sealed },
    {
      ...{ kind: "built", namespace: "default", tags: { customer: "7" }, publicFlowState: "blocked" },
      ...{ graphRevision: 5, nodeCount: 3, edgeCount: 2, sealed: false },
    },
  );
  const { flowId: other } = await flows.create({ namespace: "team" });
  const first = await flows.list({ limit: 1 });
  const second = await flows.list({ cursor: String(first.nextCursor) });
  assert.deepEqual([...first.flows, ...second.flows].map((one) => one.flowId).sort(), [flowId, other].sort());
  assert.deepEqual(
    (await flows.list({ namespace: "team" })).flows.map((one) => [one.flowId, one.status, one.nodeCount]),
    [[other, "active", 0]],
  );
  const into = await flows.edges(flowId, { downstreamExecutionId: c });
  assert.deepEqual(into.edges.map(({ edgeId }) => edgeId).sort(), edges.toSorted());
  const [from] = (await flows.edges(flowId, { upstreamExecutionId: a })).edges;
  assert.deepEqual([from?.edgeId, from?.edgeState, from?.downstreamExecutionId], [edges[0], "applied", c]);
  const [one] = (await flows.edges(flowId, { downstreamExecutionId: c, limit: 1 })).edges;
  assert.deepEqual(await flows.edge(flowId, String(one?.edgeId)), one);
  assert.equal(await flows.ofExecution(a), flowId);
  assert.deepEqual(await flows.setTag(flowId, "customer", "8"), { key: "customer", value: "8" });
  assert.deepEqual([await flows.getTag(flowId, "customer"), await flows.getTag(flowId, "none")], ["8", null]);
  const { handle } = await claimed(engine, { worker: { id: "w" } });
  const graph = await flows.graph(flowId);
  assert.deepEqual(
    graph?.nodes.map(({ executionId, name, lane, publicState, startedAt }) => [
      ...[executionId, name, lane, publicState, startedAt],
    ]),
    [
      [a, "a", "l", "active", clock.now],
      [ids[1], "b", "l", "waiting", undefined],
      [c, "c", "l", "waiting_children", undefined],
    ],
  );
  assert.deepEqual(graph?.nodes[2]?.group, {
    ...{ policy: { kind: "all_of" }, total: 2, succeeded: 0, failed: 0, skipped: 0, state: "pending" },
  });
  assert.deepEqual(graph?.edges.map(({ from, to }) => [from, to]).sort(), [
    [0, 2],
    [1, 2],
  ]);
  assert.deepEqual([graph?.publicFlowState, graph?.truncated], ["running", false]);
  const part = await flows.graph(flowId, { limit: 2 });
  assert.deepEqual([part?.nodes.length, part?.edges.length, part?.truncated], [2, 0, true]);
  await engine.complete(handle);
  assert.equal((await flows.describe(flowId))?.publicFlowState, "blocked");
  await engine.close();
});

test("what nobody has is nothing to reads, and refused by what would change it", async () => {
  const { engine } = await openTestEngine();
  const { flows } = engine;
  assert.equal(await flows.describe(unknownFlow), null);
  assert.equal(await flows.graph(unknownFlow), null);
  assert.equal(await flows.edge(unknownFlow, unknownFlow), null);
  assert.equal(await flows.ofExecution(unknownExecution), null);
  assert.deepEqual(await flows.edges(unknownFlow, { upstreamExecutionId: unknownExecution }), { edges: [] });
  assert.deepEqual(await flows.eligibility(unknownExecution), { status: "not_found" });
  const calls = [
    () => flows.addExecution(unknownFlow, unknownExecution),
    () =>
      flows.stageEdge(unknownFlow, {
        upstreamExecutionId: unknownExecution,
        downstreamExecutionId: `{fp:0}:${unknownFlow.replace("0", "1")}`,
      }),
    () => flows.applyEdge(unknownFlow, unknownFlow),
    () => flows.setPolicy(unknownFlow, unknownExecution, { kind: "all_of" }),
    () => flows.seal(unknownFlow),
    () => flows.cancel(unknownFlow, { policy: "cancel_all" }),
    () => flows.setTag(unknownFlow, "a", "b"),
    () => flows.wait(unknownFlow),
  ];
  for (const call of calls) await refused("not_found.flow", call);
  for (const name of ["create", "submit", "cancel", "wait"]) {
    const call = /** @type {any} */ (flows)[name].bind(
      flows,
      ...(name === "cancel" || name === "wait" ? [unknownFlow] : []),
    );
    await refused("validation.invalid_input", () => call(null));
  }
  await engine.close();
});

// Contract: values.options.
test("every method refuses what it does not know", async () => {
  const { engine } = await openTestEngine();
  const extra = { surprise: 1 };
  const calls = {
    submit: [{ members: [], ...extra }],
    create: [extra],
    addExecution: ["", "", extra],
    stageEdge: ["", extra],
    applyEdge: ["", "", extra],
    setPolicy: ["", "", { kind: "all_of" }, extra],
    seal: ["", extra],
    cancel: ["", extra],
    list: [extra],
    edges: ["", extra],
    setTag: ["", "", "", extra],
    graph: ["", extra],
  };
  for (const [name, args] of Object.entries(calls)) {
    const error = await refused("validation.invalid_input", () => /** @type {any} */ (engine.flows)[name](...args));
    assert.equal(error.details["field"], "surprise", name);
  }
  const plain = ["constructor", "describe", "edge", "ofExecution", "eligibility", "getTag", "wait"];
  assert.deepEqual(Object.getOwnPropertyNames(Flows.prototype).sort(), [...plain, ...Object.keys(calls)].sort());
  await engine.close();
});

// Contract: values.json.
test("a graph that cannot be is refused by the place of what is wrong, and nothing of it is kept", async () => {
  const { engine } = await openTestEngine();
  const member = (/** @type {string} */ name, more = {}) => ({ name, lane: "l", kind: "k", ...more });
  /** @type {[any, string][]} */
  const wrong = [
    [{ members: "none" }, "members"],
    [{ members: [member("a"), null] }, "members[1]"],
    [{ members: [member("a"), member("b", { input: { deep: Number.NaN } })] }, "members[1].input.deep"],
    [{ members: [member("a", { input: "text", encoding: "raw" })] }, "members[0].encoding"],
    [{ members: [member("a", { input: new DataView(new ArrayBuffer(1)) })] }, "members[0].input"],
    [{ members: [member("a", { after: ["b"] })] }, "members[0].after[0]"],
    [{ members: [member("a"), member("a")] }, "members[1].name"],
    [{ members: [member("a", { lane: "" })] }, "members[0].lane"],
  ];
  for (const [flow, field] of wrong) {
    const error = await refused("validation.invalid_input", () => engine.flows.submit(flow));
    assert.equal(error.details["field"], field, error.message);
  }
  const members = [member("a", { after: ["b"] }), member("b", { after: ["a"] })];
  await refused("conflict.cycle_detected", () => engine.flows.submit({ members }));
  assert.deepEqual((await engine.executions.list()).executions, []);
  assert.deepEqual((await engine.flows.list()).flows, []);
  const { ids, join, flowId } = await built(engine, "a", "b");
  await join(0, 1);
  await refused("conflict.cycle_detected", () => join(1, 0));
  await refused("conflict.self_referencing_edge", () => join(0, 0));
  const { flowId: other } = await engine.flows.create();
  await refused("conflict.execution_already_in_flow", () => engine.flows.addExecution(other, String(ids[0])));
  await refused("validation.invalid_dependency", () => engine.flows.applyEdge(flowId, unknownFlow));
  await engine.close();
});

test("inputs of members arrive as they were given, and bytes may be used again at once", async () => {
  const { engine } = await openTestEngine();
  const mine = new Uint8Array([1, 2, 3]);
  const inputs = [{ to: "a@b" }, mine, undefined, 0, "text", utf8("{}")];
  const members = inputs.map((input, place) => ({
    ...{ name: `m${place}`, lane: "l", kind: "k" },
    ...(input !== undefined && { input }),
    ...(place === 5 && { encoding: "json" }),
  }));
  const submitted = engine.flows.submit({ members });
  mine.fill(9);
  const made = await Promise.all([submitted, engine.executions.create({ lane: "l", kind: "k", input: "beside" })]);
  assert.equal(made[0].executionIds.length, 6);
  const found = [];
  for (let claims = 0; claims < 7; claims++) found.push((await claimed(engine)).input);
  assert.deepEqual(found, [{ to: "a@b" }, new Uint8Array([1, 2, 3]), undefined, 0, "text", {}, "beside"]);
  await engine.close();
});

test("a request id makes a repeated call answer what the first answered", async () => {
  const { engine } = await openTestEngine();
  const submit = () =>
    engine.flows.submit({ members: [{ name: "a", lane: "l", kind: "k", input: 1 }], requestId: "s" });
  const made = await submit();
  assert.deepEqual(await submit(), made);
  assert.equal((await engine.flows.list()).flows.length, 1);
  const again = await engine.flows.submit({ flowId: made.flowId, members: [{ name: "b", lane: "l", kind: "k" }] });
  assert.deepEqual(again, { ...made, outcome: "already_satisfied" });
  const create = () => engine.flows.create({ requestId: "c" });
  const { flowId } = await create();
  assert.deepEqual(await create(), { outcome: "created", flowId });
  const seal = () => engine.flows.seal(flowId, { requestId: "z" });
  assert.deepEqual([(await seal()).outcome, (await seal()).outcome], ["sealed", "sealed"]);
  const error = await rejection(() => engine.flows.seal(made.flowId, { requestId: "c" }));
  assert.equal(error.details.field, "requestId");
  await engine.close();
});

test("the events of one flow are told apart, and so are those of flows themselves", async () => {
  const { engine } = await openTestEngine();
  const { flowId, ids, join } = await built(engine, "a", "b");
  await engine.flows.submit({ members: [{ name: "other", lane: "other", kind: "k" }] });
  const edgeId = await join(0, 1);
  await engine.flows.seal(flowId);
  for (const kind of ["a", "b"]) {
    const { handle } = await claimed(engine);
    await engine.complete(handle, { result: kind });
  }
  const told = [];
  for await (const event of engine.events({ after: "start", streams: ["flow"], flowId })) {
    assert.deepEqual([event.flowId, event.executionId], [flowId, undefined]);
    told.push(event);
    if (event.cause === "flow_completed") break;
  }
  assert.deepEqual(
    told.map(({ cause }) => cause),
    ["flow_created", "flow_member_added", "flow_member_added", "flow_edge_staged", "flow_sealed", "flow_completed"],
  );
  const [a, b] = ids;
  assert.deepEqual(told[3]?.detail, { edgeId, upstreamExecutionId: a, downstreamExecutionId: b });
  assert.deepEqual(told[5]?.detail, { publicFlowState: "completed" });
  const { events } = await engine.readEvents({ after: "start", flowId });
  assert.deepEqual(new Set(events.map(({ executionId }) => executionId)), new Set([a, b]));
  const of = events.filter(({ executionId }) => executionId === b).map(({ cause }) => cause);
  assert.deepEqual(of, ["created", "blocked", "unblocked", "claimed", "completed"]);
  const ends = await engine.readEvents({ after: "start", flowId, streams: ["completion"] });
  assert.equal(ends.events.length, 2);
  await engine.close();
});

test("a flow's cancellation in two steps leaves its members to their scheduler, for as long as it says", async () => {
  const { engine, clock } = await openTestEngine();
  const { flowId, ids } = await built(engine, "a", "b");
  const [a = "", b = ""] = ids;
  const policy = /** @type {const} */ ("cancel_all");
  const begun = await engine.protocol.cancelFlowHeader({ flowId, policy, reason: "why", graceMs: 1_000 });
  const told = { cancellationPolicy: policy, cancelReason: "why" };
  assert.deepEqual(begun, { outcome: "cancelled", ...told, memberExecutionIds: [a, b] });
  await engine.executions.cancel(a);
  assert.deepEqual(await engine.protocol.ackCancelMember({ flowId, executionId: a }), { removed: true });
  assert.deepEqual(await engine.protocol.ackCancelMember({ flowId, executionId: a }), { removed: false });
  const again = await engine.protocol.cancelFlowHeader({ flowId, policy: "flow_only" });
  assert.deepEqual(again, { outcome: "already_terminal", ...told, memberExecutionIds: [b] });
  const waiting = engine.flows.wait(flowId);
  await clock.advance(1_000);
  assert.equal((await waiting)?.publicFlowState, "cancelled");
  assert.equal((await engine.executions.wait(b))?.reason, "flow_cancelled");
  await engine.close();
});

test("a flow that ended in a batch that broke down is looked at again", async () => {
  const engine = await engineWith(
    async (calls, send) => {
      const reply = await send();
      // The end is committed, and nobody hears of it.
      if (calls.some(({ op }) => op === "complete")) throw poisonedError("today");
      return reply;
    },
    { set: () => {} },
    true,
  );
  const { flowId } = await engine.flows.submit({ members: [{ name: "a", lane: "l", kind: "k" }] });
  const { handle } = await claimed(engine);
  const waiting = engine.flows.wait(flowId);
  await new Promise((resolve) => setImmediate(resolve));
  await refused("engine.poisoned", () => engine.complete(handle));
  assert.equal((await waiting)?.publicFlowState, "completed");
  await engine.close();
});
