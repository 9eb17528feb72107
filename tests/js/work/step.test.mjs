// Steps: what a part of the work came to is kept with its execution, and no later attempt runs it again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, deferred, storageError, watched } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Payload} Payload */
/** @typedef {import("../../../dist/js/index.js").DecodedStep} DecodedStep */

const retry = { maxRetries: 3, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 10 }) };
const order = { lane: "l", kind: "k", retry };
/** Steps without the instant at which they were recorded. */
const told = (/** @type {DecodedStep[]} */ steps) => steps.map(({ name, result }) => [name, result]);

// Contract: workers.loop-step.
test("a retry gets what was kept, of every kind and in the order of the handler, and runs nothing again", async () => {
  const { engine, called, advance } = await watched();
  const bytes = new Uint8Array([0, 255, 128]);
  const values = [{ deep: [1, { n: null }] }, "text", 0, false, null, [], bytes, undefined];
  /** @type {(Payload | undefined)[][]} */
  const results = [];
  /** @type {DecodedStep[][]} */
  const handed = [];
  let runs = 0;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        handed.push(task.claim.steps);
        const found = [];
        for (const [index, value] of values.entries()) {
          const run = () => {
            runs += 1;
            return value;
          };
          found.push(await task.step(`part ${index}`, index % 2 === 0 ? run : async () => run()));
        }
        results.push(found);
        if (results.length < 3) throw new Error("not yet");
        return "done";
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  for (let failures = 0; failures < 2; failures++) {
    assert.equal((await called("fail")).answer.ok.outcome, "retry_scheduled");
    await advance(10);
  }
  await called("complete");
  assert.equal(runs, values.length);
  assert.deepEqual(results, [values, values, values]);
  const kept = values.map((value, index) => [`part ${index}`, value]);
  assert.deepEqual(handed.map(told), [[], kept, kept]);
  const described = await engine.executions.describe(executionId);
  assert.deepEqual(
    described?.steps?.map(({ name, resultBytes }) => [name, resultBytes]),
    kept.map(([name, value]) => [name, value === undefined ? 0 : sizeOf(value)]),
  );
  await loop.stop();
  await engine.close();
});

test("a step is kept over a lost lease, and whoever lost it records no more", async () => {
  const { engine, called, advance, now } = await watched();
  /** @type {string[]} */
  const runs = [];
  const recorded = deferred();
  const taken = deferred();
  const late = deferred();
  const loop = engine.work(
    { lanes: ["l"], concurrency: 2 },
    {
      async k(task) {
        const { attemptIndex, handleKind } = task.claim;
        const charge = await task.step("charge", () => {
          runs.push(handleKind);
          return { paid: attemptIndex };
        });
        if (attemptIndex === 1) {
          taken.resolve(task.claim.steps);
          return charge;
        }
        recorded.resolve();
        await taken.promise;
        late.resolve(await rejection(() => task.step("late", () => runs.push("late"))));
        return "too late";
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  await recorded.promise;
  const recordedAt = now();
  await advance(30_000);
  assert.deepEqual(await taken.promise, [{ name: "charge", result: { paid: 0 }, encoding: "json", recordedAt }]);
  assert.match((await late.promise).code, /^contention\./);
  await called("complete");
  assert.deepEqual(runs, ["fresh", "late"]);
  assert.deepEqual((await engine.executions.result(executionId))?.result, { paid: 0 });
  const described = await engine.executions.describe(executionId);
  assert.deepEqual([described?.leaseReclaimCount, described?.steps?.length], [1, 1]);
  await loop.stop();
  await engine.close();
});

test("a handler that waits for its children is called again, in the same attempt and with its steps", async () => {
  const { engine, called } = await watched();
  /** @type {[number, string, boolean][]} */
  const calls = [];
  let runs = 0;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        await task.step("begin", () => ++runs);
        const first = calls.length === 0;
        if (first) await task.waitChildren();
        calls.push([task.claim.attemptIndex, task.claim.handleKind, task.over]);
        return first ? "ignored" : "done";
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  assert.equal((await called("wait_children")).answer.ok.publicState, "waiting");
  await called("complete");
  assert.equal((await engine.executions.result(executionId))?.result, "done");
  assert.deepEqual(
    [runs, calls],
    [
      1,
      [
        [0, "fresh", true],
        [0, "resumed", false],
      ],
    ],
  ); // prettier-ignore
  await loop.stop();
  await engine.close();
});

// Contract: values.options.
test("options of waiting for children that are no object are refused by name, and the lease is kept", async () => {
  const { engine } = await watched();
  const fields = /** @type {unknown[]} */ ([]);
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        for (const options of /** @type {any[]} */ (["abc", null, 5]))
          fields.push((await rejection(() => task.waitChildren(undefined, undefined, options))).details.field);
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  assert.equal((await engine.executions.wait(executionId))?.outcome, "success");
  assert.deepEqual(fields, ["options", "options", "options"]);
  await loop.stop();
  await engine.close();
});

test("a result that is too much for the claim is asked for when its step is", async () => {
  const { engine, called, advance } = await watched({ payloadBytesMax: 1 << 24 });
  const large = 9 << 20;
  let runs = 0;
  /** @type {(boolean | undefined)[]} */
  let omitted = [];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        omitted = task.claim.steps.map((step) => step.omitted);
        const parts = [];
        for (const fill of [1, 2])
          parts.push(
            await task.step(`part ${fill}`, () => {
              runs += 1;
              return new Uint8Array(large).fill(fill);
            }),
          );
        if (task.claim.attemptIndex === 0) throw new Error("not yet");
        return parts.map((part) => [part.length, part.at(-1) ?? 0]);
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  await called("fail");
  await advance(10);
  await called("complete");
  assert.deepEqual([runs, omitted], [2, [undefined, true]]);
  const found = (await engine.executions.result(executionId))?.result;
  assert.deepEqual(found, [
    [large, 1],
    [large, 2],
  ]); // prettier-ignore
  await loop.stop();
  await engine.close();
});

test("what can never be kept fails the work for good instead of being run by every retry", async () => {
  const { engine, called } = await watched();
  /** @type {[string, unknown, RegExp][]} */
  const broken = [
    ["", 1, /name has 1 to 256 bytes/],
    ["n".repeat(257), 1, /name has 1 to 256 bytes/],
    ["number", { deep: Number.NaN }, /result\.deep: needs a finite number/],
    ["large", "x".repeat(1 << 20), /result: needs at most 1048576 bytes/],
  ];
  let runs = 0;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k(task) {
        const [name, value] = broken[Number(task.input)] ?? ["", ""];
        return task.step(name, () => {
          runs += 1;
          return /** @type {Payload} */ (value);
        });
      },
    },
  );
  for (const [index, [, , message]] of broken.entries()) {
    await engine.executions.create({ ...order, input: index });
    const { args, answer } = await called("fail");
    assert.equal(answer.ok.outcome, "terminal_failed");
    assert.match(/** @type {any} */ (args).reason.message, message);
  }
  assert.equal(runs, 2);
  await loop.stop();
  await engine.close();
});

test("a step that the storage refuses for a moment is told again, and does not run again", async () => {
  const it = await watched();
  const { engine, called, nap } = it;
  let refusals = 2;
  it.fails = (call) => (call.op === "record_step" && refusals-- > 0 ? storageError : undefined);
  let runs = 0;
  const loop = engine.work({ lanes: ["l"] }, { k: (task) => task.step("part", () => ++runs) });
  await engine.executions.create(order);
  (await nap(200)).wake();
  (await nap(400)).wake();
  assert.equal((await called("complete")).answer.ok.publicState, "completed");
  assert.equal(runs, 1);
  await loop.stop();
  await engine.close();
});

test("a stop does not wait for a storage that keeps refusing a step", async () => {
  const it = await watched();
  const { engine, called } = it;
  it.fails = (call) => (call.op === "record_step" ? storageError : undefined);
  const loop = engine.work({ lanes: ["l"] }, { k: (task) => task.step("part", () => 1) });
  await engine.executions.create(order);
  await called("record_step");
  await loop.stop({ drainMs: 1 });
  assert.equal((await called("fail")).args.class, "infra_crash");
  await engine.close();
});

test("no part begins once the lease was given up, or under a name that cannot be kept", async () => {
  const { engine, called } = await watched();
  let runs = 0;
  /** @type {string[]} */
  const refusals = [];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        for (const name of ["", "n".repeat(257)])
          refusals.push(await task.step(name, () => ++runs).catch(({ message }) => message));
        await task.delay(2_000_000);
        refusals.push(await task.step("late", () => ++runs).catch(({ message }) => message));
        return null;
      },
    },
  );
  await engine.executions.create(order);
  await called("delay");
  await loop.stop();
  assert.deepEqual(refusals, [
    "a step's name has 1 to 256 bytes, not 0",
    "a step's name has 1 to 256 bytes, not 257",
    "the lease was given up before this step",
  ]);
  assert.equal(runs, 0);
  await engine.close();
});

test("a loop of one's own records steps by handle; the first under a name wins", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create(order);
  const { handle } = await claimed(engine);
  const [first, second] = await Promise.all([
    engine.recordStep(handle, "a", { result: { n: 1 } }),
    engine.recordStep(handle, "a", { result: "later", requestId: "r" }),
  ]);
  assert.deepEqual(first, { name: "a", result: { n: 1 }, encoding: "json", recordedAt: clock.now });
  assert.deepEqual(second, first);
  assert.deepEqual(await engine.recordStep(handle, "a", { requestId: "r" }), first);
  const raw = { result: new Uint8Array([7]), encoding: "cbor" };
  assert.deepEqual(await engine.recordStep(handle, "b", raw), { name: "b", ...raw, recordedAt: clock.now });
  assert.deepEqual(await engine.recordStep(handle, "c"), { name: "c", result: undefined, recordedAt: clock.now });
  const refused = /** @type {const} */ ([
    [() => engine.recordStep("nonsense", "d"), "validation.corruption"],
    [() => engine.recordStep(handle, ""), "validation.invalid_input"],
    [() => engine.recordStep(handle, "d", { result: "json", encoding: "cbor" }), "validation.invalid_input"],
    [() => engine.recordStep(handle, "d", { result: new Uint8Array(1 << 21) }), "validation.payload_too_large"],
  ]);
  for (const [call, code] of refused) assert.equal((await rejection(call)).code, code);
  const names = Array.from({ length: 998 }, (_, index) => `n ${index}`);
  const made = await Promise.allSettled(names.map((name) => engine.recordStep(handle, name)));
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 997);
  assert.match((await rejection(() => engine.recordStep(handle, "one more"))).details.limit, /1000 steps/);
  await clock.advance(30_000);
  assert.equal((await rejection(() => engine.recordStep(handle, "a"))).code, "state.lease_expired");
  assert.equal((await claimed(engine)).steps.length, 1000);
  await engine.executions.cancel(executionId);
  await engine.executions.replay(executionId);
  assert.deepEqual((await claimed(engine)).steps, []);
  await engine.close();
});

test("a batch brings many answers with payloads, each with its own, in steps and beside them", async () => {
  const { engine, clock } = await openTestEngine();
  let ended = "";
  for (const n of [1, 2, 3]) {
    const { executionId } = await engine.executions.create({ ...order, lane: `l${n}`, input: new Uint8Array([n]) });
    const { handle } = await claimed(engine, { lanes: [`l${n}`] });
    await engine.recordStep(handle, "bytes", { result: new Uint8Array([n, n]) });
    await engine.recordStep(handle, "nothing");
    await engine.recordStep(handle, "json", { result: [n] });
    if (n === 3) await engine.complete(handle, { result: { n } });
    ended = executionId;
  }
  await clock.advance(30_000);
  const take = (/** @type {string} */ lane) => claimed(engine, { lanes: [lane], requestId: `take ${lane}` });
  const [one, result, listed, two] = await Promise.all([
    take("l1"),
    engine.executions.result(ended),
    engine.executions.describe(ended),
    take("l2"),
  ]);
  const steps = (/** @type {number} */ n) => [
    ["bytes", new Uint8Array([n, n])],
    ["nothing", undefined],
    ["json", [n]],
  ]; // prettier-ignore
  for (const [n, claim] of /** @type {const} */ ([
    [1, one],
    [2, two],
  ])) {
    // prettier-ignore
    assert.deepEqual(claim.input, new Uint8Array([n]));
    assert.deepEqual(told(claim.steps), steps(n));
  }
  assert.deepEqual(result?.result, { n: 3 });
  assert.deepEqual(
    listed?.steps?.map(({ resultBytes }) => resultBytes),
    [2, 0, 3],
  ); // prettier-ignore
  // A repeated request id is answered as before: without what was recorded since.
  await engine.recordStep(one.handle, "since");
  assert.deepEqual(await Promise.all([take("l2"), take("l1")]), [two, one]);
  await engine.close();
});

/** @param {Payload} value */
function sizeOf(value) {
  return value instanceof Uint8Array ? value.length : Buffer.byteLength(JSON.stringify(value));
}
