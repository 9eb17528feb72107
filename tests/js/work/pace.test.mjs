// Durations go by a steady clock: rests, renewals, heartbeats, parked calls and timeouts, whatever becomes of the clock on
// the wall; and after the machine slept every held lease is renewed or found lost at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openEngine } from "../../../dist/js/index.js";
import { deferred, engineWith } from "../world/engine.mjs";
import { handPace, settled } from "../world/pace.mjs";

/** An engine by a pace that is moved by hand, with the operations that were called of late. */
async function paced() {
  const pace = handPace();
  /** @type {{ op: string, args: any }[]} */
  const calls = [];
  const engine = await engineWith(
    (batch, send) => {
      calls.push(...batch);
      return send();
    },
    { set: () => {} },
    false,
    pace,
    () => pace.wall(),
  );
  return {
    engine,
    pace,
    /** How often something was called since the last question. @param {string} op */
    called(op) {
      const found = calls.filter((call) => call.op === op).length;
      calls.length = 0;
      return found;
    },
    calls,
  };
}

// Contract: time.steady.
test("renewals, heartbeats, parked claims and waits go by the pace that an engine was given", async () => {
  const { engine, pace, called } = await paced();
  const end = deferred();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const loop = engine.work({ lanes: ["l"], leaseTtlMs: 30_000, livenessTtlMs: 90_000 }, { k: () => end.promise });
  await settled();
  called("claim");
  // The clock on the wall goes back a day, and nothing of it changes.
  pace.put(-86_400_000);
  await pace.pass(9_999);
  assert.equal(called("renew"), 0);
  await pace.pass(1);
  assert.equal(called("renew"), 1);
  await pace.pass(20_000);
  assert.equal(called("heartbeat_worker"), 1);
  /** @type {unknown} */
  let waited = "waiting";
  const waiting = engine.executions.wait(executionId, { timeoutMs: 60_000 }).then((found) => (waited = found));
  await pace.pass(59_999);
  assert.equal(waited, "waiting");
  await pace.pass(1);
  assert.equal(waited, null);
  await waiting;
  end.resolve("done");
  await settled();
  assert.equal((await engine.executions.describe(executionId))?.publicState, "completed");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-slept.
test("after the machine slept a held lease is renewed at once", async () => {
  const { engine, pace, called } = await paced();
  const end = deferred();
  await engine.executions.create({ lane: "l", kind: "k" });
  const loop = engine.work({ lanes: ["l"], leaseTtlMs: 3_600_000 }, { k: () => end.promise });
  await pace.pass(5_000);
  assert.equal(called("renew"), 0);
  pace.put(600_000);
  await pace.pass(1_000);
  assert.equal(called("renew"), 1);
  await pace.pass(5_000);
  assert.equal(called("renew"), 0);
  end.resolve("done");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-slept.
test("after the machine slept through a lease it is found lost at once, and that is nobody's fault", async () => {
  const { engine, pace } = await paced();
  /** @type {unknown[]} */
  const told = [];
  /** @type {AbortSignal | undefined} */
  let signal;
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const loop = engine.work(
    { lanes: ["l"], leaseTtlMs: 30_000, onError: (error) => told.push(error) },
    {
      k: async (task) => {
        if (signal) return "second";
        signal = task.signal;
        await new Promise((resolve) => task.signal.addEventListener("abort", resolve));
        return "first";
      },
    },
  );
  await pace.pass(1_000);
  pace.put(600_000);
  await pace.pass(1_000);
  assert.equal(signal?.reason?.reason, "lease_lost");
  await settled();
  assert.equal((await engine.executions.result(executionId))?.result, "second");
  assert.deepEqual(told, []);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-overrun.
test("work longer than its lease is told at the first time, and finishes under a longer one", async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  /** @type {any[]} */
  const told = [];
  let runs = 0;
  const { executionId } = await engine.executions.create({ lane: "l", kind: "thumbs" });
  const loop = engine.work(
    { lanes: ["l"], leaseTtlMs: 60, concurrency: 2, onError: (error) => told.push(error) },
    {
      thumbs() {
        runs += 1;
        const until = performance.now() + 150;
        while (performance.now() < until);
        return "done";
      },
    },
  );
  await engine.executions.wait(executionId);
  assert.equal((await engine.executions.result(executionId))?.result, "done");
  assert.equal(runs, 2);
  const [error] = told;
  assert.deepEqual([told.length, error.name, error.code], [1, "TidegateError", "state.lease_expired"]);
  const { leaseTtlMs, elapsedMs, nextLeaseTtlMs, kind } = error.details;
  assert.deepEqual([leaseTtlMs, kind, error.details.executionId], [60, "thumbs", executionId]);
  assert.ok(elapsedMs >= 149 && nextLeaseTtlMs >= 2 * elapsedMs, JSON.stringify(error.details));
  assert.match(error.message, /60 ms/);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-overrun.
test("a loop asks for an hour at most by itself, and never for less than it was told to", async () => {
  for (const [given, next] of /** @type {const} */ ([
    [30_000, 3_600_000],
    [7_200_000, 7_200_000],
  ])) {
    const { engine, pace, calls } = await paced();
    /** @type {any[]} */
    const told = [];
    await engine.executions.create({ lane: "l", kind: "k" });
    const loop = engine.work(
      { lanes: ["l"], leaseTtlMs: given, onError: (error) => told.push(error) },
      {
        k: () => {
          if (told.length === 0) pace.block(10 * 3_600_000);
        },
      },
    );
    await pace.pass(1_000);
    assert.equal(told[0]?.details.nextLeaseTtlMs, next);
    const claims = calls.filter(({ op }) => op === "claim").map(({ args }) => args.leaseTtlMs);
    assert.deepEqual([claims[0], claims.at(-1)], [given, next]);
    await loop.stop();
    await engine.close();
  }
});
