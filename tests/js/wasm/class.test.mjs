import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, errorCodes, manual, thrownBy, utf8 } from "../world/engine.mjs";
import { callFlows } from "./class-flows.mjs";

const worker = { id: "w" };

test("an execution is created, claimed and completed, bytes intact", () => {
  const { engine } = manual();
  const input = new Uint8Array([0, 255, 128]);
  const made = engine.createExecution({ lane: "mail", kind: "send", input, tags: { a: "b" } });
  assert.equal(made.outcome, "created");
  const claim = engine.claim({ lanes: ["mail"], worker });
  assert.ok(claim);
  assert.deepEqual(claim.input, input);
  assert.deepEqual(claim.tags, { a: "b" });
  assert.equal(claim.handleKind, "fresh");
  assert.equal(engine.claim({ lanes: ["mail"], worker }), null);
  engine.complete({ handle: claim.handle, result: new Uint8Array([1, 200]) });
  const found = engine.getExecutionResult({ executionId: made.executionId });
  assert.deepEqual(found?.result, new Uint8Array([1, 200]));
});

test("every operation of the class answers", () => {
  const { engine, pass } = manual();
  const { executionId } = engine.createExecution({
    lane: "l",
    kind: "k",
    retry: { maxRetries: 1, backoff: { type: "fixed", delayMs: 5 } },
  });
  const { handle } = engine.claim({ lanes: ["l"], worker, leaseTtlMs: 1000 }) ?? { handle: "none" };
  pass(100);
  assert.deepEqual(engine.renew({ handle }), { expiresAt: 1_001_100, leaseEpoch: 1 });
  assert.deepEqual(engine.progress({ handle, percent: 50, message: "half" }), { leaseExpiresAt: 1_001_100 });
  const failed = engine.fail({ handle, reason: { message: "no" }, class: "transient" });
  assert.deepEqual(failed, { outcome: "retry_scheduled", delayUntil: 1_000_105, nextAttemptIndex: 1 });
  assert.equal(engine.nextDueAt(), 1_000_105);
  pass(5);
  assert.equal(engine.tick().applied, 1);
  assert.equal(engine.nextDueAt(), null);
  assert.equal(engine.describeExecution({ executionId })?.publicState, "waiting");
  assert.equal(engine.cancelExecution({ executionId, reason: "enough" }).publicState, "cancelled");
  assert.equal(engine.listExecutions({}).executions.length, 1);
  const { events } = engine.readEvents({ after: "start", streams: ["execution", "lease"] });
  const causes = ["created", "claimed", "renewed", "retry_scheduled", "delay_over", "cancelled"];
  assert.deepEqual(
    events.map(({ cause }) => cause),
    causes,
  );
  assert.deepEqual(engine.clockReport(), { hostNow: 1_000_105, engineNow: 1_000_105, aheadMs: 0 });
  pass(-1000);
  assert.equal(engine.clockReport().aheadMs, 1000);
  assert.equal(engine.acceptClock(), 1000);
  assert.equal(engine.describeExecution({ executionId: "{fp:0}:00000000-0000-0000-0000-000000000000" }), null);
});

/** The methods of the class that are operations, by the list that a refusal gives. */
function operations() {
  const { text } = manual().engine.batch(JSON.stringify([{ op: "nonsense" }]), []);
  const [, names] = JSON.parse(text).answers[0].error.details.limit.split("one of ");
  return names.split(", ").map((/** @type {string} */ op) => op.replace(/_./g, (part) => part[1]?.toUpperCase() ?? ""));
}

/** An engine that notes which of its methods were used. */
function noted() {
  const { engine, pass } = manual();
  /** @type {Set<string>} */
  const used = new Set();
  const get = (/** @type {any} */ target, /** @type {string} */ name) => {
    used.add(name);
    return target[name].bind(target);
  };
  return { engine: new Proxy(engine, { get }), pass, used };
}

/** What waits, one after the other: lanes, grants, and what sets aside. @param {ReturnType<typeof noted>} it */
function schedule({ engine, pass }) {
  const make = () => engine.createExecution({ lane: "l", kind: "k", input: utf8("in") }).executionId;
  const executionId = make();
  engine.setLaneState({ lane: "l", state: "paused" });
  assert.equal(engine.explainClaim({ executionId }).reason, "lane_paused");
  engine.setLaneState({ lane: "l", state: "active" });
  assert.deepEqual(engine.listLanes({}), { lanes: [{ lane: "l", state: "active" }] });
  assert.deepEqual(engine.scanEligibleExecutions({ lane: "l" }), { executionIds: [executionId] });
  const reason = "paused_by_operator";
  engine.blockExecutionForAdmission({ executionId, reason });
  assert.equal(engine.explainClaim({ executionId }).reason, "blocked_by_operator");
  assert.equal(engine.unblockExecution({ executionId, expectedReason: reason }).publicState, "waiting");
  engine.blockRoute({ executionId });
  assert.equal(engine.claimForWorker({ lanes: ["l"], worker }).outcome, "granted");
  const first = engine.claimExecution({ executionId, worker });
  assert.deepEqual(first.input, utf8("in"));
  const kept = { name: "part", result: utf8("kept"), encoding: "raw", recordedAt: 1_000_000 };
  const { name, result, encoding } = kept;
  assert.deepEqual(engine.recordStep({ handle: first.handle, name, result, encoding }), kept);
  engine.recordStep({ handle: first.handle, name: "nothing" });
  const steps = [kept, { name: "nothing", recordedAt: 1_000_000 }];
  assert.equal(engine.waitChildren({ handle: first.handle }).publicState, "waiting");
  engine.issueClaimGrant({ executionId, worker });
  const claims = [engine.claimResumedExecution({ executionId, worker })];
  pass(30_000);
  const { grantKey } = engine.issueClaimGrant({ executionId, worker });
  claims.push(engine.claimFromResumeGrant({ executionId, grantKey, worker }));
  pass(30_000);
  assert.equal(engine.listExpiredLeases({}).entries[0].leaseEpoch, 3);
  engine.issueReclaimGrant({ executionId, worker });
  claims.push(engine.reclaimExecution({ executionId, worker }));
  for (const claim of claims) assert.deepEqual([claim.input, claim.steps], [utf8("in"), steps]);
  engine.delay({ handle: claims[2].handle, delayUntil: 1_060_010 });
  assert.deepEqual(engine.readStep({ executionId, name: "part" }), kept);
  assert.deepEqual(engine.getExecutionInput({ executionId }).input, utf8("in"));
  assert.equal(engine.listAttempts({ executionId }).attempts[0].attemptIndex, 1);
  assert.equal(engine.wakeExecution({ executionId }).publicState, "waiting");
  assert.deepEqual(engine.claim({ lanes: ["l"], worker }).steps, steps);
  engine.revokeLease({ executionId });
  return make;
}

// Contract: values.operations.
test("every operation that the engine knows has a method, and it answers", () => {
  const it = noted();
  const { engine, used } = it;
  const make = schedule(it);
  const registered = { workerInstanceId: "i" };
  engine.registerWorker({ worker: { id: "w", instanceId: "i" }, lanes: ["l"] });
  assert.equal(engine.heartbeatWorker(registered).outcome, "refreshed");
  assert.equal(engine.listWorkers({}).workers.length, 1);
  assert.equal(engine.markWorkerDead(registered).outcome, "marked");
  const resumed = engine.claim({ lanes: ["l"], worker });
  engine.cancel({ handle: resumed.handle });
  assert.equal(engine.replayExecution({ executionId: resumed.executionId }).publicState, "waiting");
  assert.equal(engine.changePriority({ executionId: resumed.executionId, newPriority: 5 }).priority, 5);
  engine.cancelExecution({ executionId: resumed.executionId });
  const typed = () => {
    const { executionId, attemptIndex, leaseId, leaseEpoch, attemptId } = engine.issueGrantAndClaim({
      executionId: make(),
    });
    return { executionId, attemptIndex, fence: { leaseId, leaseEpoch, attemptId } };
  };
  const fence = typed();
  assert.equal(engine.renewLease({ ...fence, leaseTtlMs: 5 }).leaseEpoch, 1);
  engine.completeExecution({ ...fence, result: utf8("done") });
  assert.deepEqual(engine.getExecutionResult({ executionId: fence.executionId }).result, utf8("done"));
  const end = { outcome: "success", result: utf8("done") };
  assert.deepEqual(engine.wait({ executionId: fence.executionId }), end);
  assert.ok(engine.inspectStorage({}).databaseBytes > 4096);
  assert.equal(engine.executionHistory({ executionId: fence.executionId }).events.length, 3);
  const reason = { message: "no" };
  assert.equal(engine.failExecution({ ...typed(), reason, class: "permanent" }).outcome, "terminal_failed");
  for (const last of ["complete", "fail", "renew", "progress"]) {
    make();
    const { executionId, handle } = engine.claim({ lanes: ["l"], worker });
    assert.equal(engine.appendFrame({ handle, bytes: utf8("{}"), mode: "summary" }).frameCount, 1);
    assert.deepEqual(engine.readStream({ executionId }).frames[0].bytes, utf8("{}"));
    assert.equal(engine.tailStream({ executionId }).frames.length, 1);
    assert.equal(engine.readSummary({ executionId }).documentJson, "{}");
    engine[last]({ handle, ...(last === "fail" && { reason, class: "transient" }) });
  }
  assert.equal(engine.describeExecution({ executionId: resumed.executionId }).steps, undefined);
  assert.equal(engine.listExecutions({ limit: 1 }).executions.length, 1);
  const tag = { executionId: resumed.executionId, key: "a" };
  assert.deepEqual(engine.setExecutionTag({ ...tag, value: "b" }), { key: "a", value: "b" });
  assert.equal(engine.getExecutionTag(tag), "b");
  assert.equal(engine.searchExecutions({ tags: { a: "b" } }).executions[0].executionId, resumed.executionId);
  assert.equal(engine.countExecutions({}).total.cancelled, 1);
  assert.ok(engine.readEvents({ after: "start" }).events.length > 0);
  callFlows(engine);
  assert.deepEqual(
    operations().filter((/** @type {string} */ name) => !used.has(name)),
    [],
  ); // prettier-ignore
});

test("a batch makes many calls in one crossing", () => {
  const { engine } = manual();
  const calls = [
    { op: "create_execution", args: { lane: "l", kind: "k", input: 0 }, requestId: "r1" },
    { op: "create_execution", args: { lane: "l", kind: "k" }, requestId: "r1" },
    { op: "claim", args: { lanes: ["l"], worker } },
    { op: "claim", args: { lanes: [], worker } },
    { op: "nonsense" },
  ];
  const { text, payloads } = engine.batch(JSON.stringify(calls), [utf8("in")]);
  const { answers, wakes, nextDueAt } = JSON.parse(text);
  assert.deepEqual(answers[0], answers[1]);
  assert.deepEqual(payloads[answers[2].ok.input], utf8("in"));
  assert.equal(answers[3].error.code, "validation.invalid_input");
  assert.equal(answers[3].error.details.field, "lanes");
  assert.equal(answers[4].error.details.field, "op");
  const lanes = [{ lane: "l", kind: "k", count: 1 }];
  assert.deepEqual(wakes, { lanes, opened: [], finished: [], streams: [], events: true });
  assert.equal(nextDueAt, 1_030_000);
});

test("a batch points to the payloads of steps as to any other", () => {
  const { engine, pass } = manual();
  engine.createExecution({ lane: "l", kind: "k", input: utf8("in") });
  const { handle } = engine.claim({ lanes: ["l"], worker }) ?? {};
  const steps = [
    { op: "record_step", args: { handle, name: "second of the list", result: 1 } },
    { op: "record_step", args: { handle, name: "first of the list", result: 0 } },
    { op: "record_step", args: { handle, name: "neither", result: 0 } },
  ];
  const made = engine.batch(JSON.stringify(steps), [utf8("a"), utf8("bb")]);
  const { answers } = JSON.parse(made.text);
  assert.deepEqual(made.payloads, [utf8("bb"), utf8("a")]);
  assert.deepEqual([answers[0].ok.result, answers[1].ok.result], [0, 1]);
  assert.equal(answers[2].error.details.field, "result");
  pass(30_000);
  const { text, payloads } = engine.batch(JSON.stringify([{ op: "claim", args: { lanes: ["l"], worker } }]), []);
  const claim = JSON.parse(text).answers[0].ok;
  const places = [claim.input, ...claim.steps.map((/** @type {any} */ step) => step.result)];
  assert.deepEqual(
    places.map((place) => payloads[place]),
    [utf8("in"), utf8("bb"), utf8("a")],
  ); // prettier-ignore
});

// Contract: values.nesting, values.plain-data.
test("arguments that are no plain data are refused by field, and nothing is written", () => {
  const { engine } = manual();
  /** @type {any} */
  const circle = { lane: "l" };
  circle.kind = circle;
  /** @type {[unknown, string][]} */
  const refused = [
    [{ lane: "l", kind: "k", priority: Number.NaN }, "priority"],
    [{ lane: "l", kind: "k", priority: 1.5 }, "priority"],
    [{ lane: "l", kind: "k", retry: { maxRetries: Number.POSITIVE_INFINITY } }, "retry.maxRetries"],
    [{ lane: "l", kind: "k", retry: [3] }, "retry"],
    [{ lane: "l", kind: "k", surprise: 1 }, "surprise"],
    [{ lane: 5, kind: "k" }, "lane"],
    [{ lane: "l" }, "kind"],
    [{ lane: "l", kind: () => {} }, "arguments"],
    [
      {
        lane: "l",
        get kind() {
          throw new Error("boo");
        },
      },
      "arguments",
    ],
    [["l", "k"], "arguments"],
    ["l", "arguments"],
    [null, "arguments"],
    [undefined, "lane"],
    [5n, "arguments"],
    [Symbol("x"), "arguments"],
  ];
  for (const [args, field] of refused) {
    const error = thrownBy(() => engine.createExecution(/** @type {any} */ (args)));
    assert.equal(error.name, "TidegateError");
    assert.equal(error.details.field, field, error.message);
  }
  assert.match(thrownBy(() => engine.createExecution(circle)).message, /nesting/);
  assert.equal(engine.listExecutions({}).executions.length, 0);
});

// Contract: values.class-errors, errors.typed.
test("an error carries code, category, kind, details, class and a stack", () => {
  const { engine } = manual();
  const error = /** @type {any} */ (thrownBy(() => engine.cancelExecution({ executionId: "nope" })));
  assert.ok(error instanceof Error);
  assert.ok(error.stack);
  const { code, category, kind, retryable, class: class_ } = /** @type {any} */ (error);
  assert.deepEqual(
    { code, category, kind, retryable, class: class_ },
    {
      code: "validation.invalid_input",
      category: "validation",
      kind: "invalid_input",
      retryable: false,
      class: "terminal",
    },
  );
  assert.ok(errorCodes().some((/** @type {any} */ row) => row.code === code && row.meaning));
});

// Contract: storage.close.
test("a closed engine says so, and closing twice does nothing", () => {
  const { engine } = manual();
  engine.close();
  engine.close();
  assert.equal(thrownBy(() => engine.tick()).code, "engine.closed");
  assert.equal(thrownBy(() => engine.batch("[]", [])).code, "engine.closed");
});

test("a clock that answers no time is refused, whatever it does", () => {
  const clocks = [
    () => Number.NaN,
    () => -1,
    () => 253402300800000,
    () => "now",
    () => {
      throw new Error("stopped");
    },
  ];
  for (const clock of clocks) {
    const engine = Engine.openMemory(/** @type {any} */ (clock));
    const error = thrownBy(() => engine.createExecution({ lane: "l", kind: "k" }));
    assert.equal(error.code, "validation.invalid_input");
    assert.equal(error.details.field, "clock");
  }
});

// Contract: storage.poisoned.
test("a panic surfaces as one typed error and poisons the engine, not its neighbours", (context) => {
  const poisoned = Engine.openMemory();
  const neighbour = Engine.openMemory();
  context.mock.method(crypto, "getRandomValues", () => {
    throw new Error("no entropy today");
  });
  const args = { lane: "l", kind: "k" };
  let first;
  for (let tries = 0; tries < 600 && !first; tries++) {
    try {
      poisoned.createExecution(args);
    } catch (error) {
      first = /** @type {any} */ (error);
    }
  }
  assert.equal(first.name, "TidegateError");
  assert.equal(first.code, "engine.poisoned");
  assert.equal(first.class, "bug");
  context.mock.restoreAll();
  assert.equal(thrownBy(() => poisoned.createExecution(args)).code, "engine.poisoned");
  assert.equal(thrownBy(() => poisoned.nextDueAt()).code, "engine.poisoned");
  assert.equal(neighbour.createExecution(args).outcome, "created");
});

test("the payload limit is set at open, within its own limit", () => {
  const engine = Engine.openMemory(undefined, { payloadBytesMax: 10 });
  const error = thrownBy(() => engine.createExecution({ lane: "l", kind: "k", input: new Uint8Array(11) }));
  assert.equal(error.code, "validation.payload_too_large");
  assert.deepEqual(error.details, { field: "input", limit: 10, found: 11, unit: "bytes" });
  for (const max of [0, -5, 1.5, 2 ** 24 + 1, Number.NaN])
    assert.equal(
      thrownBy(() => Engine.openMemory(undefined, { payloadBytesMax: max })).details.field,
      "payloadBytesMax",
    );
});

// Contract: values.bytes-only.
test("a batch that is no batch is refused with a typed error", () => {
  const { engine } = manual();
  /** @type {[any, any, string][]} */
  const refused = [
    [5, [], "batch"],
    ["[]", undefined, "payloads"],
    ["[]", [undefined], "payloads"],
    ["[]", [{ length: 3e9 }], "payloads"],
    ["{}", [], "batch"],
  ];
  for (const [text, payloads, field] of refused)
    assert.equal(thrownBy(() => engine.batch(text, payloads)).details.field, field);
  const bytes = thrownBy(() =>
    engine.createExecution(/** @type {any} */ ({ lane: "l", kind: "k", priority: utf8("9") })),
  );
  assert.equal(bytes.code, "validation.invalid_input");
  assert.equal(engine.listExecutions({}).executions.length, 0);
});

// Contract: storage.close, values.class-reentry.
test("a call from inside the clock is refused, and a close from there comes after the call", () => {
  /** @type {any} */
  const inside = {};
  const engine = Engine.openMemory(() => {
    inside.error ??= thrownBy(() => engine.nextDueAt());
    if (inside.close) engine.close();
    return 1_000;
  });
  engine.createExecution({ lane: "l", kind: "k" });
  assert.equal(inside.error.details.field, "call");
  inside.close = true;
  assert.equal(engine.listExecutions({}).executions.length, 1);
  assert.equal(thrownBy(() => engine.listExecutions({})).code, "engine.closed");
});
