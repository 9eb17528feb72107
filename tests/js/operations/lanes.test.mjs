// What opens and closes lanes, and what tells why something is not claimed, through the front door.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, deferred } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

const worker = { id: "w" };

test("a claim that is parked in a paused lane is served when the lane opens again", async () => {
  const { engine } = await openTestEngine();
  const paused = { lane: "l", state: "paused", previousState: "active" };
  assert.deepEqual(await engine.lanes.setState("l", "paused", { requestId: "r" }), paused);
  assert.deepEqual(await engine.lanes.setState("l", "paused", { requestId: "r" }), paused);
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  assert.equal(await engine.claim({ lanes: ["l"], worker }), null);
  assert.equal((await engine.executions.explainClaim(executionId)).reason, "lane_paused");
  assert.equal((await engine.lanes.setState("l", "draining")).previousState, "paused");
  assert.equal((await parked)?.executionId, executionId);
  const closed = await rejection(() => engine.executions.create({ lane: "l", kind: "k" }));
  assert.equal(closed.code, "state.lane_closed");
  assert.equal((await engine.lanes.setState("l", "active")).previousState, "draining");
  await engine.executions.create({ lane: "l", kind: "k" });
  await engine.close();
});

test("a loop goes on when its lane opens again", async () => {
  const { engine } = await openTestEngine();
  await engine.lanes.setState("l", "disabled");
  const ran = deferred();
  const loop = engine.work({ lanes: ["l"] }, { "*": ({ input }) => void ran.resolve(input) });
  await engine.executions.list();
  await engine.lanes.setState("l", "paused");
  await engine.executions.create({ lane: "l", kind: "k", input: "in" });
  await engine.lanes.setState("l", "active");
  assert.equal(await ran.promise, "in");
  await loop.stop();
  await engine.close();
});

test("lanes are listed by name, a page at a time", async () => {
  const { engine } = await openTestEngine();
  assert.deepEqual(await engine.lanes.list(), { lanes: [] });
  for (const lane of ["c", "a", "b"]) await engine.executions.create({ lane, kind: "k" });
  await engine.lanes.setState("b", "paused");
  await engine.lanes.setState("never used", "disabled");
  const first = await engine.lanes.list({ limit: 2 });
  assert.deepEqual(first, {
    lanes: [
      { lane: "a", state: "active" },
      { lane: "b", state: "paused" },
    ],
    nextCursor: "b",
  });
  const rest = await engine.lanes.list({ cursor: "b" });
  assert.deepEqual(
    rest.lanes.map(({ lane }) => lane),
    ["c", "never used"],
  );
  assert.equal(rest.nextCursor, undefined);
  const bad = /** @type {any} */ (engine.lanes);
  assert.equal((await rejection(() => bad.setState("l", "ajar"))).details.field, "state");
  assert.equal((await rejection(() => bad.setState("", "active"))).details.field, "lane");
  assert.equal((await rejection(() => bad.list({ limit: "all" }))).details.field, "limit");
  await engine.close();
});

test("why an execution can be claimed, or why not, in a word and a sentence", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", requiredCapabilities: ["gpu"] });
  const { explainClaim } = engine.executions;
  /** @param {{ lanes?: string[], capabilities?: string[] }} [from] */
  const why = (from) => explainClaim.call(engine.executions, executionId, from);
  assert.deepEqual(await why(), { reason: "claimable", sentence: "It can be claimed now." });
  assert.equal((await why({ lanes: ["l"], capabilities: ["gpu"] })).reason, "claimable");
  assert.equal((await why({ lanes: ["m"] })).reason, "other_lane");
  const missing = await why({ capabilities: ["tpu"] });
  assert.deepEqual([missing.reason, missing.sentence.includes("gpu")], ["missing_capability", true]);
  await engine.lanes.setState("l", "disabled");
  assert.equal((await why()).reason, "lane_disabled");
  await engine.lanes.setState("l", "active");
  await engine.protocol.issueClaimGrant({ executionId, worker, capabilities: ["gpu"] });
  assert.equal((await why()).reason, "granted");
  const { handle } = await engine.protocol.claimExecution({ executionId, worker });
  assert.match((await why()).sentence, new RegExp(`until ${clock.now + 30_000}`));
  await engine.delay(handle, clock.now + 10);
  assert.equal((await why()).reason, "delayed");
  await engine.executions.cancel(executionId);
  assert.equal((await why()).reason, "terminal");
  const unknown = await engine.executions.explainClaim("{fp:0}:00000000-0000-0000-0000-000000000000");
  assert.equal(unknown.reason, "not_found");
  assert.equal((await rejection(() => why({ lanes: [""] }))).details.field, "lanes");
  assert.equal((await rejection(() => engine.executions.explainClaim("no id"))).details.field, "executionId");
  await engine.close();
});

test("leases are listed by their expiry: those that have run out, and those that will have", async () => {
  const { engine, clock } = await openTestEngine();
  const ids = [];
  for (const [lane, leaseTtlMs] of /** @type {const} */ ([
    ["a", 300],
    ["b", 100],
    ["c", 200],
  ])) {
    // prettier-ignore
    const namespace = lane === "c" ? "other" : "default";
    ids.push((await engine.executions.create({ lane, kind: "k", namespace })).executionId);
    await claimed(engine, { lanes: [lane], worker: { id: "w", instanceId: "i" }, leaseTtlMs });
  }
  assert.deepEqual(await engine.leases.listExpired(), { entries: [] });
  const start = clock.now;
  await clock.advance(100);
  const { entries } = await engine.leases.listExpired();
  const { leaseId, ...entry } = entries[0] ?? { leaseId: "" };
  assert.equal(leaseId.length, 36);
  assert.deepEqual(
    [entries.length, entry],
    [
      1,
      {
        executionId: ids[1],
        lane: "b",
        kind: "k",
        leaseEpoch: 1,
        workerId: "w",
        workerInstanceId: "i",
        attemptIndex: 0,
        expiresAt: start + 100,
        lapsed: true,
      },
    ],
  );
  const asOf = start + 300;
  const all = await engine.leases.listExpired({ asOf, limit: 2 });
  assert.deepEqual(
    all.entries.map(({ lane, lapsed }) => [lane, lapsed]),
    [
      ["b", true],
      ["c", false],
    ],
  ); // prettier-ignore
  const rest = await engine.leases.listExpired({ asOf, cursor: String(all.nextCursor) });
  assert.deepEqual([rest.entries.map(({ lane }) => lane), rest.nextCursor], [["a"], undefined]);
  const of = await engine.leases.listExpired({ asOf, namespace: "other" });
  assert.deepEqual(
    of.entries.map(({ lane }) => lane),
    ["c"],
  ); // prettier-ignore
  assert.equal((await rejection(() => engine.leases.listExpired({ cursor: "x" }))).details.field, "cursor");
  await engine.close();
});

test("a lease is given up until the children are done: with none, the same attempt goes on at once", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const first = await claimed(engine);
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  await engine.executions.list();
  const waiting = { executionId, publicState: "waiting" };
  assert.deepEqual(await engine.waitChildren(first.handle, { requestId: "r" }), waiting);
  const second = await parked;
  assert.deepEqual([second?.attemptId, second?.handleKind, second?.leaseEpoch], [first.attemptId, "resumed", 2]);
  assert.deepEqual(await engine.waitChildren(first.handle, { requestId: "r" }), waiting);
  const gone = await rejection(() => engine.waitChildren(first.handle));
  assert.equal(gone.code, "contention.lease_conflict");
  assert.equal((await rejection(() => engine.waitChildren("nonsense"))).code, "validation.corruption");
  await clock.advance(30_000);
  assert.equal((await rejection(() => engine.waitChildren(String(second?.handle)))).code, "state.lease_expired");
  await engine.close();
});
