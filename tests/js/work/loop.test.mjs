// The work loop and the engine beneath it when something around them goes wrong: a storage, a listener, a late claim.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskFailure } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { deferred, engineWith, storageError, thrownBy, watched } from "../world/engine.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {Engine} engine @param {string} id @param {string} state */
async function reached(engine, id, state) {
  for (;;) {
    // A batch that is made to fail may have this call beside the one that it is made to fail for.
    const it = await engine.executions.describe(id).catch(() => null);
    if (it?.publicState === state) return it;
    await sleep(5);
  }
}

// Contract: workers.loop-storage.
test("a result is told again to a storage that fails for a moment", async () => {
  let refusals = 2;
  const engine = await engineWith(async (calls, send) => {
    if (refusals === 0 || !calls.some(({ op }) => op === "complete")) return send();
    refusals -= 1;
    const answers = calls.map(() => ({ error: storageError }));
    return {
      answers,
      wakes: { lanes: [], opened: [], finished: [], streams: [], events: false },
      nextDueAt: null,
      now: 1_000_000,
    };
  });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  let runs = 0;
  const loop = engine.work({ lanes: ["l"] }, { k: () => ++runs });
  await reached(engine, executionId, "completed");
  assert.deepEqual([runs, refusals], [1, 0]);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-stop.
test("a claim that arrives after the stop is not begun: nobody could end it", async () => {
  const claim = deferred();
  const asked = deferred();
  const engine = await engineWith(async (calls, send) => {
    if (!calls.some(({ op }) => op === "claim")) return send();
    const reply = await send();
    asked.resolve(undefined);
    await claim.promise;
    return reply;
  });
  await engine.executions.create({ lane: "l", kind: "k" });
  let begun = 0;
  const loop = engine.work({ lanes: ["l"] }, { k: () => ++begun });
  await asked.promise;
  await loop.stop({ drainMs: 0 });
  claim.resolve(undefined);
  await loop.stopped;
  assert.equal(begun, 0);
  await engine.close();
});

test("a listener of errors that throws ends nothing", async (t) => {
  t.mock.method(console, "error", () => {});
  let told = false;
  const engine = await engineWith(async (calls, send) => {
    if (told || !calls.some(({ op }) => op === "claim")) return send();
    throw new Error("no");
  });
  const heard = deferred();
  const onError = () => {
    told = true;
    heard.resolve(undefined);
    throw new Error("the listener broke");
  };
  const loop = engine.work({ lanes: ["l"], onError }, { k: () => "done" });
  await heard.promise;
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  await reached(engine, executionId, "completed");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-signal.
test("an execution that ended aborts its own handler and no other", async () => {
  const engine = await engineWith((_, send) => send());
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const other = await engine.executions.create({ lane: "l", kind: "k" });
  const begun = deferred();
  /** @type {string[]} */
  const aborted = [];
  let running = 0;
  const loop = engine.work(
    { lanes: ["l"], concurrency: 2 },
    {
      async k({ claim, signal }) {
        if (++running === 2) begun.resolve(undefined);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted.push(`${claim.executionId} ${signal.reason.reason}`);
        return null;
      },
    },
  );
  await begun.promise;
  await engine.executions.cancel(executionId);
  await sleep(5);
  assert.deepEqual(aborted, [`${executionId} ended`]);
  await loop.stop({ drainMs: 1 });
  assert.deepEqual(aborted, [`${executionId} ended`, `${other.executionId} stopping`]);
  await engine.close();
});

test("what is committed is answered even if a timer throws", async (t) => {
  const error = t.mock.method(console, "error", () => {});
  let broken = true;
  const engine = await engineWith((_, send) => send(), {
    set() {
      if (broken) throw new Error("the timer broke");
    },
  });
  const made = await Promise.allSettled([
    engine.executions.create({ lane: "l", kind: "k" }),
    engine.executions.create({ lane: "l", kind: "k", priority: Number.NaN }),
  ]);
  assert.deepEqual(
    made.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
  assert.equal((await engine.executions.list()).executions.length, 1);
  assert.ok(error.mock.callCount() > 0);
  broken = false;
  await engine.close();
});

// Contract: workers.loop-failure.
test("whatever a handler throws, its attempt fails with a text", async () => {
  const engine = await engineWith((_, send) => send());
  /** @type {[unknown, string][]} */
  const thrown = [
    [new Error("half \ud800 of it"), "half \ufffd of it"],
    [Object.create(null), "a thrown object without a text"],
    [Symbol("s"), "Symbol(s)"],
    [new Error("\ufeffx".repeat(40_000)), ""],
  ];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k({ input }) {
        throw thrown[Number(input)]?.[0];
      },
    },
  );
  for (const [index, [, message]] of thrown.entries()) {
    const retry = { maxRetries: 0 };
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k", input: index, retry });
    const found = (await reached(engine, executionId, "failed")).attempts[0]?.failure?.message ?? "";
    if (message === "") assert.ok(Buffer.byteLength(found) > 65_530 && Buffer.byteLength(found) <= 65_536);
    else assert.equal(found, message);
  }
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-storage.
test("an ending that finds no room is told again, and nothing is claimed meanwhile", async () => {
  const quota = { ...storageError, code: "storage.quota", kind: "quota", retryable: false };
  let refusals = 3;
  let claims = 0;
  let claimsMeanwhile = 0;
  const engine = await engineWith(async (calls, send) => {
    if (calls.some(({ op }) => op === "claim")) claims += 1;
    if (calls.some(({ op }) => op === "complete")) claimsMeanwhile = claims;
    if (refusals === 0 || !calls.some(({ op }) => op === "complete")) return send();
    refusals -= 1;
    const answers = calls.map(() => ({ error: quota }));
    return {
      answers,
      wakes: { lanes: [], opened: [], finished: [], streams: [], events: false },
      nextDueAt: null,
      now: 1_000_000,
    };
  });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  let begun = 0;
  const loop = engine.work({ lanes: ["l"] }, { k: () => ++begun });
  await reached(engine, executionId, "completed");
  assert.deepEqual([begun, refusals], [1, 0]);
  assert.equal(claimsMeanwhile, 1);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-stop.
test("a stop may wait for as long as it takes", async () => {
  const engine = await engineWith((_, send) => send());
  await engine.executions.create({ lane: "l", kind: "k" });
  const begun = deferred();
  const end = deferred();
  let aborted = true;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k: async ({ signal }) => {
        begun.resolve(undefined);
        await end.promise;
        aborted = signal.aborted;
      },
    },
  );
  await begun.promise;
  const stopped = loop.stop({ drainMs: Number.POSITIVE_INFINITY });
  await sleep(20);
  end.resolve(undefined);
  await stopped;
  assert.equal(aborted, false);
  await engine.close();
});

// Contract: workers.loop-given-up.
test("a handler is told to stop though one that gave the same attempt up has returned meanwhile", async () => {
  const engine = await engineWith((_, send) => send());
  await engine.executions.create({ lane: "l", kind: "k" });
  const [firstMayEnd, secondRuns] = [deferred(), deferred()];
  /** @type {AbortSignal | undefined} */
  let second;
  const loop = engine.work(
    { lanes: ["l"], concurrency: 2 },
    {
      async k(task) {
        if (task.claim.leaseEpoch === 1) {
          await task.waitChildren();
          await firstMayEnd.promise;
        } else {
          second = task.signal;
          secondRuns.resolve(undefined);
          await new Promise((resolve) => task.signal.addEventListener("abort", resolve));
        }
      },
    },
  );
  await secondRuns.promise;
  firstMayEnd.resolve(undefined);
  await sleep(5);
  assert.equal(loop.running, 1);
  await loop.stop({ drainMs: 1 });
  assert.equal(second?.aborted, true);
  await engine.close();
});

// Contract: workers.loop-options.
test("work that cannot be meant is refused by name", async () => {
  const engine = await engineWith((_, send) => send());
  const bad = /** @type {any} */ (engine);
  /** @param {() => unknown} call @param {string} field */
  const refused = (call, field) =>
    assert.throws(call, (/** @type {any} */ error) => error.details.field === field && error.class === "terminal");
  refused(() => bad.work(undefined, {}), "options");
  refused(() => bad.work({ lanes: ["l"] }), "handlers");
  refused(() => bad.work({ lanes: ["l"], concurrency: 2 ** 33 }, {}), "concurrency");
  for (const worker of [null, "mailer"]) refused(() => bad.work({ lanes: ["l"], worker }, {}), "worker");
  await engine.close();
});

// Contract: workers.loop-failure, attempts.fail-at.
test("a failure that names an instant is tried again then", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const retryAt = clock.now + 7_000;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k: () => {
        throw new TaskFailure("too many requests", { class: "transient", retryAt });
      },
    },
  );
  assert.equal((await reached(engine, executionId, "delayed")).claimableAt, retryAt);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-kinds.
test("a loop claims the kinds that it has handlers for, all of them only with a handler for any", async () => {
  const { engine, called } = await watched();
  const [held, other] = await Promise.all(["k", "other"].map((kind) => engine.executions.create({ lane: "l", kind })));
  const idle = engine.work({ lanes: ["l"] }, {});
  const loop = engine.work({ lanes: ["l"] }, { k: () => "done", j: () => "done" });
  assert.deepEqual((await called("claim")).args["kinds"], ["k", "j"]);
  await reached(engine, String(held?.executionId), "completed");
  assert.equal((await engine.executions.describe(String(other?.executionId)))?.publicState, "waiting");
  const any = engine.work({ lanes: ["l"], worker: { id: "any" } }, { "*": () => "done" });
  await reached(engine, String(other?.executionId), "completed");
  for (const one of [idle, loop, any]) await one.stop();
  const bad = /** @type {any} */ (engine);
  const refused = (/** @type {() => void} */ call, /** @type {string} */ field) =>
    assert.equal(thrownBy(call).details.field, field);
  refused(() => bad.work({ lanes: ["l"], kinds: ["x"] }, { k: () => {} }), "kinds");
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`kind ${n}`, () => {}]));
  refused(() => bad.work({ lanes: ["l"] }, many), "handlers");
  await engine.close();
});
