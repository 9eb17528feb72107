// What yields and what operators do, through the front door: delay, cancel, revoke, priorities, replay.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { rejection } from "../world/rejection.mjs";

const worker = { id: "w" };

test("a worker puts its execution off, or cancels it, and an operator moves, revokes and replays", async () => {
  const { engine, clock } = await openTestEngine();
  const create = () => engine.executions.create({ lane: "l", kind: "k" });
  const claim = async () =>
    /** @type {import("../../../dist/js/index.js").ClaimedExecution} */ (await engine.claim({ lanes: ["l"], worker }));
  const [first, second] = [await create(), await create()];
  assert.equal((await engine.executions.changePriority(second.executionId, 7)).priority, 7);
  const held = await claim();
  assert.equal(held.executionId, second.executionId);
  assert.equal((await engine.delay(held.handle, clock.now + 500)).delayUntil, clock.now + 500);
  const other = await claim();
  assert.equal(other.executionId, first.executionId);
  const revoked = await engine.leases.revoke(first.executionId, { reason: "maintenance" });
  assert.equal(revoked.outcome, "revoked");
  assert.equal((await rejection(() => engine.complete(other.handle))).code, "state.lease_revoked");
  const again = await claim();
  assert.equal(again.attemptId, other.attemptId);
  assert.equal((await engine.cancel(again.handle, { reason: "enough" })).publicState, "cancelled");
  assert.equal((await engine.executions.replay(first.executionId)).replayCount, 1);
  await clock.advance(500);
  assert.equal((await claim()).attemptId, held.attemptId);
  assert.equal((await claim()).attemptType, "replay");
  const { events } = await engine.readEvents({ after: "start", streams: ["operator", "lease"] });
  const told = events.flatMap(({ cause, detail }) => (detail ? [[cause, detail]] : []));
  assert.deepEqual(told, [
    ["priority_changed", { oldPriority: 0, newPriority: 7 }],
    ["lease_revoked", { reason: "maintenance" }],
    ["replayed", { branch: "normal", groupsReset: 0 }],
  ]);
  await engine.close();
});

// Contract: workers.loop-given-up.
test("a handler that puts its execution off is called again, in the same attempt", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  /** @type {number[]} */
  const attempts = [];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k: async (task) => {
        attempts.push(task.claim.attemptIndex);
        if (attempts.length === 1) await task.delay(clock.now + 1_000);
        else if (attempts.length === 2) await task.cancel("enough");
        return "ignored";
      },
    },
  );
  await until(async () => (await engine.executions.describe(executionId))?.publicState === "delayed");
  await clock.advance(1_000);
  await until(async () => (await engine.executions.describe(executionId))?.publicState === "cancelled");
  assert.deepEqual(attempts, [0, 0]);
  await loop.stop();
  await engine.close();
});

/** @param {() => Promise<boolean>} holds */
async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

// Contract: executions.wake.
test("what is delayed is woken by an operator, who says why", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", delayUntil: clock.now + 60_000 });
  const waiting = engine.claim({ lanes: ["l"], worker, maxWaitMs: 1_000 });
  const woken = await engine.executions.wake(executionId, { reason: "the host is back" });
  assert.deepEqual(woken, { executionId, outcome: "woken", publicState: "waiting" });
  assert.equal((await waiting)?.executionId, executionId, "the claim that waits for the lane gets it");
  assert.equal((await rejection(() => engine.executions.wake(executionId))).code, "contention.execution_not_eligible");
  const [event] = (await engine.readEvents({ after: "start", streams: ["operator"] })).events;
  assert.deepEqual([event?.cause, event?.detail], ["woken", { reason: "the host is back" }]);
  await engine.close();
});

// Contract: leases.renew-other.
test("a lease is renewed for another time to live, this once", async () => {
  const { engine, clock } = await openTestEngine();
  await engine.executions.create({ lane: "l", kind: "k" });
  const claim = await engine.claim({ lanes: ["l"], worker, leaseTtlMs: 10_000 });
  assert.ok(claim);
  assert.equal((await engine.renew(claim.handle, { leaseTtlMs: 90_000 })).leaseExpiresAt, clock.now + 90_000);
  assert.equal((await engine.renew(claim.handle)).leaseExpiresAt, clock.now + 10_000);
  await engine.close();
});
