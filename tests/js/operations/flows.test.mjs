// Flows through the front door: submitted, worked on, awaited, cancelled and replayed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskFailure, TaskStopped, TidegateError } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, deferred } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").FlowMember} FlowMember */
/** @typedef {import("../../../dist/js/index.js").Task} Task */

const lanes = ["l"];
const bytes = new Uint8Array([0, 255, 7]);

/**
 * Members of the lane `l` whose kind is their name.
 * @param {Record<string, Partial<FlowMember>>} members
 */
const graph = (members) => Object.entries(members).map(([name, one]) => ({ name, lane: "l", kind: name, ...one }));

/**
 * The states of a flow's members by their names.
 * @param {Engine} engine @param {string} flowId
 */
async function states(engine, flowId) {
  const { nodes = [] } = (await engine.flows.graph(flowId)) ?? {};
  return Object.fromEntries(nodes.map(({ name, publicState }) => [name, publicState]));
}

/** Lets everything happen that needs no timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a chain runs in its order, and each member is given what the one before came to", async () => {
  const { engine } = await openTestEngine();
  const members = graph({
    draft: { input: { title: "On tides" } },
    print: { after: ["draft"] },
    bind: { after: [{ name: "print", edgeRef: "sheets" }], input: "linen" },
  });
  const made = await engine.flows.submit({ kind: "book", tags: { customer: "7" }, members });
  const [draft, print, bind] = made.executionIds;
  assert.equal(made.outcome, "created");
  /** @type {string[]} */
  const ran = [];
  const loop = engine.work(
    { lanes, concurrency: 3 },
    {
      draft: (task) => {
        ran.push("draft");
        assert.deepEqual([task.flowId, task.upstream], [made.flowId, []]);
        return { text: task.input };
      },
      print: ({ upstream }) => {
        ran.push("print");
        const [{ edgeId = "", ...rest } = {}] = upstream;
        assert.match(edgeId, /^[0-9a-f-]{36}$/);
        const result = { text: { title: "On tides" } };
        assert.deepEqual(rest, { executionId: draft, name: "draft", outcome: "success", result, encoding: "json" });
        return bytes;
      },
      bind: (task) => {
        ran.push("bind");
        const told = task.upstream.map(({ edgeRef, name, executionId, result }) => [
          edgeRef,
          name,
          executionId,
          result,
        ]);
        assert.deepEqual(told, [["sheets", "print", print, bytes]]);
        return task.input;
      },
    },
  );
  assert.equal((await engine.flows.wait(made.flowId))?.publicFlowState, "completed");
  assert.deepEqual(ran, ["draft", "print", "bind"]);
  assert.equal((await engine.executions.result(String(bind)))?.result, "linen");
  assert.equal((await engine.executions.describe(String(bind)))?.flowId, made.flowId);
  await loop.stop();
  await engine.close();
});

/** Bytes stand alone as a payload; within one they are a list. @param {unknown} result */
const listed = (result) => (result instanceof Uint8Array ? [...result] : result);

test("what fans out comes together: the last member has all results, JSON and bytes, and may have one as its input", async () => {
  const { engine } = await openTestEngine();
  const { flowId, executionIds } = await engine.flows.submit({
    members: graph({
      split: { input: 3 },
      ...Object.fromEntries([0, 1, 2].map((n) => [`part${n}`, { kind: "part", after: ["split"], input: n }])),
      sum: { after: ["part0", "part1", "part2", { name: "split", replaceInput: true }], input: "replaced" },
    }),
  });
  const loop = engine.work(
    { lanes, concurrency: 4 },
    {
      split: ({ input }) => ({ parts: input }),
      part: ({ input }) => (input === 1 ? bytes : { square: Number(input) ** 2 }),
      sum: ({ input, upstream }) => [
        input,
        Object.fromEntries(upstream.map(({ name, result }) => [name, listed(result)])),
      ],
    },
  );
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "completed");
  const { result } = (await engine.executions.result(String(executionIds.at(-1)))) ?? {};
  const of = { split: { parts: 3 }, part0: { square: 0 }, part1: [0, 255, 7], part2: { square: 4 } };
  assert.deepEqual(result, [{ parts: 3 }, of]);
  await loop.stop();
  await engine.close();
});

test("a result that says it is JSON and is not fails what depends on it for good, where it is looked at", async () => {
  const { engine } = await openTestEngine();
  const { flowId, executionIds } = await engine.flows.submit({
    members: graph({ first: {}, second: { after: ["first"] } }),
  });
  const { handle } = await claimed(engine);
  await engine.complete(handle, { result: bytes, encoding: "json" });
  const loop = engine.work({ lanes }, { second: ({ upstream }) => upstream.length });
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "failed");
  const { reason } = (await engine.executions.wait(String(executionIds[1]))) ?? {};
  assert.equal(reason, "the result of an upstream is not the JSON it says it is");
  await loop.stop();
  await engine.close();
});

test("of a race so many as are needed win, and the handlers of the others are told to stop", async () => {
  const { engine } = await openTestEngine();
  const names = ["one", "two", "three", "four"];
  const { flowId, executionIds } = await engine.flows.submit({
    members: graph({
      ...Object.fromEntries(names.map((name) => [name, { kind: "runner", input: name }])),
      finish: { after: names, need: { quorum: 2 } },
    }),
  });
  const gun = deferred();
  /** @type {unknown[]} */
  const stopped = [];
  let ready = 0;
  const loop = engine.work(
    { lanes, concurrency: 5 },
    {
      async runner({ input, signal }) {
        if (++ready === 4) gun.resolve();
        await gun.promise;
        if (input === "two" || input === "three") return input;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        assert.ok(signal.reason instanceof TaskStopped);
        stopped.push([input, signal.reason.reason]);
        return "too late";
      },
      finish: ({ upstream }) => upstream.map(({ name, outcome, result = null }) => [name, outcome, result]).sort(),
    },
  );
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "completed");
  assert.deepEqual((await engine.executions.result(String(executionIds[4])))?.result, [
    ["four", "cancelled", null],
    ["one", "cancelled", null],
    ["three", "success", "three"],
    ["two", "success", "two"],
  ]);
  assert.deepEqual(stopped.sort(), [
    ["four", "ended"],
    ["one", "ended"],
  ]);
  const { outcome, reason } = (await engine.executions.wait(String(executionIds[0]))) ?? {};
  assert.deepEqual([outcome, reason], ["cancelled", "sibling_quorum_satisfied"]);
  assert.deepEqual(await states(engine, flowId), {
    ...{ one: "cancelled", two: "completed", three: "completed", four: "cancelled" },
    finish: "completed",
  });
  await loop.stop();
  await engine.close();
});

test("what depends on a failure is skipped, and a replay with cascade runs it after all", async () => {
  const { engine } = await openTestEngine();
  const members = graph({ pay: {}, ship: { after: ["pay"] }, thank: { after: ["ship"] }, log: {} });
  const { flowId, executionIds } = await engine.flows.submit({ members });
  const [pay = "", ship = ""] = executionIds;
  let open = false;
  const loop = engine.work(
    { lanes },
    {
      "*": ({ claim }) => claim.kind,
      pay() {
        if (!open) throw new TaskFailure("the bank is closed", { class: "permanent" });
        return "paid";
      },
    },
  );
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "failed");
  assert.deepEqual(await states(engine, flowId), {
    pay: "failed",
    ship: "skipped",
    thank: "skipped",
    log: "completed",
  });
  const { outcome, reason } = (await engine.executions.wait(ship)) ?? {};
  assert.deepEqual([outcome, reason], ["skipped", "dependency_impossible"]);
  open = true;
  const [again] = await Promise.all([engine.flows.wait(flowId), engine.executions.replay(pay, { cascade: true })]);
  assert.equal(again?.publicFlowState, "failed", "it was over when it was asked for");
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "completed");
  assert.equal((await engine.executions.result(ship))?.result, "ship");
  await loop.stop();
  await engine.close();
});

// Contract: flows.wait-sdk.
test("a wait does not miss an end that a replay follows in the same batch", async () => {
  const { engine } = await openTestEngine();
  const { flowId, executionIds } = await engine.flows.submit({ members: graph({ only: {} }) });
  const { handle } = await claimed(engine);
  const waiting = engine.flows.wait(flowId);
  await settled();
  await Promise.all([engine.complete(handle), engine.executions.replay(String(executionIds[0]))]);
  assert.equal((await waiting)?.publicFlowState, "completed");
  assert.equal((await engine.flows.describe(flowId))?.publicFlowState, "open");
  await engine.close();
});

// Contract: flows.wait-sdk.
test("a wait is given up by its time and its signal, ends with its engine, and refuses what is unknown", async () => {
  const { engine, clock } = await openTestEngine();
  const { flowId } = await engine.flows.create();
  assert.equal(await engine.flows.wait(flowId, { timeoutMs: 0 }), null);
  const timed = engine.flows.wait(flowId, { timeoutMs: 20 });
  await clock.advance(20);
  assert.equal(await timed, null);
  for (const timeoutMs of [-1, Number.NaN, "50"]) {
    const error = await rejection(() => engine.flows.wait(flowId, /** @type {any} */ ({ timeoutMs })));
    assert.equal(error.details.field, "timeoutMs");
  }
  const giveUp = new AbortController();
  const given = rejection(() => engine.flows.wait(flowId, { signal: giveUp.signal }));
  await settled();
  giveUp.abort(new Error("enough"));
  assert.equal((await given).message, "enough");
  const unknown = "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
  await assert.rejects(engine.flows.wait(unknown), { code: "not_found.flow" });
  const sealed = engine.flows.wait(flowId.toUpperCase());
  await settled();
  await engine.flows.seal(flowId);
  assert.equal((await sealed)?.publicFlowState, "completed", "it has no members");
  const { flowId: other } = await engine.flows.create();
  const parked = engine.flows.wait(other);
  await settled();
  await Promise.all([assert.rejects(parked, { code: "engine.closed" }), engine.close()]);
});

test("a cancellation ends those that it names and aborts their handlers", async () => {
  const { engine } = await openTestEngine();
  const members = graph({ first: {}, second: { after: ["first"] }, other: { lane: "nobody works here" } });
  const { flowId, executionIds } = await engine.flows.submit({ members });
  const [running, stopped] = [deferred(), deferred()];
  const loop = engine.work(
    { lanes },
    {
      async first({ signal }) {
        running.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        stopped.resolve(signal.reason.reason);
      },
    },
  );
  await running.promise;
  const answer = await engine.flows.cancel(flowId, { policy: "cancel_all", reason: "enough", waitMs: Infinity });
  assert.deepEqual(answer, {
    cancellationPolicy: "cancel_all",
    cancelReason: "enough",
    memberCount: 3,
    memberExecutionIds: executionIds,
  });
  assert.equal(await stopped.promise, "ended");
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "cancelled");
  assert.deepEqual(await engine.flows.cancel(flowId, { policy: "flow_only" }), answer, "the first one counts");
  await loop.stop();
  await engine.close();
});

// Contract: flows.cancel-wait.
test("a cancellation that leaves members running waits for them as long as it is told", async () => {
  const { engine, clock } = await openTestEngine();
  const { flowId } = await engine.flows.submit({ members: graph({ first: {}, second: { after: ["first"] } }) });
  const { handle } = await claimed(engine);
  const policy = /** @type {const} */ ("cancel_pending");
  const timed = rejection(() => engine.flows.cancel(flowId, { policy, waitMs: 20 }));
  await clock.advance(20);
  const error = await timed;
  assert.ok(error instanceof TidegateError);
  assert.deepEqual([error.code, error.class, error.retryable], ["timeout.cancel_flow", "retryable", true]);
  assert.equal(error.details["op"], "cancel_flow");
  assert.ok(Number(error.details["elapsedMs"]) >= 19);
  assert.equal(error.details["waitMs"], 20);
  assert.deepEqual(await states(engine, flowId), { first: "active", second: "cancelled" });
  assert.equal((await engine.flows.cancel(flowId, { policy })).memberCount, 1, "it answers at once");
  const giveUp = new AbortController();
  const given = rejection(() => engine.flows.cancel(flowId, { policy, waitMs: 60_000, signal: giveUp.signal }));
  const patient = engine.flows.cancel(flowId, { policy, waitMs: 60_000 });
  await settled();
  giveUp.abort(new Error("no patience"));
  assert.equal((await given).message, "no patience");
  await engine.complete(handle);
  assert.equal((await patient).memberCount, 1);
  assert.equal((await engine.flows.describe(flowId))?.publicFlowState, "cancelled");
  for (const waitMs of [-1, Number.NaN, "50"]) {
    const refused = await rejection(() => engine.flows.cancel(flowId, /** @type {any} */ ({ policy, waitMs })));
    assert.equal(refused.details.field, "waitMs");
  }
  await engine.close();
});

test("a handler adds children, waits for them in the same attempt, and gets what they came to", async () => {
  const { engine } = await openTestEngine();
  const { flowId, executionIds } = await engine.flows.submit({ members: graph({ album: { input: [2, 3] } }) });
  const [album = ""] = executionIds;
  /** @param {Task} task */
  const children = (task) =>
    task.step("children", async () => {
      const sizes = /** @type {number[]} */ (task.input);
      const made = await Promise.all(
        sizes.map((input) => engine.executions.create({ lane: "l", kind: "photo", input })),
      );
      for (const { executionId } of made) await engine.flows.addExecution(String(task.flowId), executionId);
      return made.map(({ executionId }) => executionId);
    });
  /** @type {unknown[]} */
  const attempts = [];
  const loop = engine.work(
    { lanes, concurrency: 2 },
    {
      photo: ({ input }) => Number(input) * 10,
      async album(task) {
        attempts.push([task.claim.attemptIndex, task.claim.handleKind]);
        const ids = await children(task);
        if (task.upstream.length === 0)
          return task.waitChildren(ids.map((upstreamExecutionId) => ({ upstreamExecutionId })));
        return task.upstream.map(({ result }) => result);
      },
    },
  );
  assert.equal((await engine.flows.wait(flowId))?.publicFlowState, "completed");
  assert.deepEqual(attempts, [
    [0, "fresh"],
    [0, "resumed"],
  ]);
  const { result } = (await engine.executions.result(album)) ?? {};
  assert.deepEqual(/** @type {number[]} */ (result).toSorted(), [20, 30]);
  await loop.stop();
  await engine.close();
});

test("waiting for children takes a policy, and is refused with a typed error that leaves the lease", async () => {
  const { engine } = await openTestEngine();
  const { flowId, executionIds } = await engine.flows.submit({ members: graph({ parent: {} }) });
  const [parent = ""] = executionIds;
  const { handle } = await claimed(engine);
  /** @type {{ upstreamExecutionId: string, edgeRef: string }[]} */
  const edges = [];
  for (const kind of ["a", "b"]) {
    const { executionId } = await engine.executions.create({ lane: "l", kind });
    edges.push({ upstreamExecutionId: executionId, edgeRef: kind });
  }
  const stranger = await rejection(() => engine.waitChildren(handle, { edges }));
  assert.equal(stranger.code, "state.execution_not_in_flow");
  const self = await rejection(() => engine.waitChildren(handle, { edges: [{ upstreamExecutionId: parent }] }));
  assert.equal(self.code, "conflict.self_referencing_edge");
  for (const { upstreamExecutionId } of edges) await engine.flows.addExecution(flowId, upstreamExecutionId);
  const policy = /** @type {const} */ ({ kind: "any_of", onSatisfied: "let_run" });
  const waiting = await engine.waitChildren(handle, { edges, policy, requestId: "r" });
  assert.deepEqual(waiting, { executionId: parent, publicState: "waiting_children" });
  assert.deepEqual(await engine.waitChildren(handle, { edges, policy, requestId: "r" }), waiting);
  const child = await claimed(engine);
  await engine.complete(child.handle, { result: child.kind });
  const resumed = await claimed(engine);
  assert.equal(resumed.executionId, parent);
  const told = resumed.upstream.map(({ edgeRef, outcome, result }) => [edgeRef, outcome, result]);
  assert.deepEqual(told, [[child.kind, "success", child.kind]]);
  await engine.close();
});
