// The worker registry, and how a work loop keeps itself in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, deferred, storageError, watched } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

/** The instances that stand in the registry. @param {Engine} engine */
const instances = async (engine) => (await engine.workers.list()).workers.map((one) => one.workerInstanceId);

test("a worker is registered, heard of, listed, taken out and swept", async () => {
  const { engine, clock } = await openTestEngine();
  const registeredAt = clock.now;
  const worker = { id: "w", instanceId: "i" };
  const expiresAt = registeredAt + 60_000;
  const entry = { worker, lanes: ["b", "a"], capabilities: ["gpu"] };
  const registered = { outcome: "registered", workerInstanceId: "i", expiresAt };
  assert.deepEqual(await engine.workers.register({ ...entry, requestId: "r" }), registered);
  assert.deepEqual(await engine.workers.register({ ...entry, requestId: "r" }), registered);
  const own = await engine.workers.register({
    worker: { id: "own" },
    lanes: ["a"],
    livenessTtlMs: 500,
    namespace: "n",
  });
  assert.equal(own.expiresAt, registeredAt + 500);
  assert.equal((await engine.workers.register(entry)).outcome, "refreshed");
  await clock.advance(100);
  const beat = await engine.workers.heartbeat({ workerInstanceId: "i" });
  assert.deepEqual(beat, { outcome: "refreshed", expiresAt: clock.now + 60_000 });
  assert.equal((await engine.workers.heartbeat({ namespace: "n" })).outcome, "refreshed");
  assert.deepEqual(await engine.workers.heartbeat(), { outcome: "not_registered" });
  const { workers } = await engine.workers.list({ namespace: "default" });
  assert.deepEqual(workers, [
    {
      workerId: "w",
      workerInstanceId: "i",
      namespace: "default",
      lanes: ["a", "b"],
      capabilities: ["gpu"],
      lastHeartbeatAt: clock.now,
      livenessTtlMs: 60_000,
      expiresAt: clock.now + 60_000,
      registeredAt,
    },
  ]);
  const first = await engine.workers.list({ limit: 1 });
  assert.equal(first.workers.length, 1);
  const second = await engine.workers.list({ cursor: String(first.nextCursor) });
  assert.deepEqual([...first.workers, ...second.workers].map(({ workerId }) => workerId).sort(), ["own", "w"]);
  assert.equal(second.nextCursor, undefined);
  await clock.advance(500);
  assert.deepEqual(await engine.workers.heartbeat({ namespace: "n" }), { outcome: "not_registered" });
  assert.deepEqual(await engine.workers.markDead("i"), { outcome: "marked", releasedLeases: 0 });
  assert.deepEqual(await engine.workers.markDead("i"), { outcome: "not_registered" });
  const { events } = await engine.readEvents({ after: "start", streams: ["worker"] });
  const causes = ["registered", "registered", "registered", "heartbeat", "heartbeat", "swept", "marked_dead"];
  assert.deepEqual(
    events.map(({ cause }) => cause),
    causes.map((cause) => `worker_${cause}`),
  );
  await engine.close();
});

test("a dead worker's leases are released where that is asked for, and a parked claim gets its work", async () => {
  const { engine } = await openTestEngine();
  const worker = { id: "w", instanceId: "i" };
  await engine.workers.register({ worker, lanes: ["l"] });
  await engine.executions.create({ lane: "l", kind: "k" });
  const held = await claimed(engine, { worker });
  const parked = engine.claim({ lanes: ["l"], worker: { id: "next" }, maxWaitMs: 60_000 });
  await engine.executions.list();
  const marked = await engine.workers.markDead("i", { releaseLeases: true, reason: "its host is gone" });
  assert.deepEqual(marked, { outcome: "marked", releasedLeases: 1 });
  assert.equal((await parked)?.attemptId, held.attemptId);
  const { events } = await engine.readEvents({ after: "start", streams: ["worker"] });
  assert.deepEqual(events.at(-1)?.detail, { reason: "its host is gone" });
  await engine.close();
});

test("what the registry refuses is refused by name", async () => {
  const { engine } = await openTestEngine();
  const workers = /** @type {any} */ (engine.workers);
  const worker = { id: "w", instanceId: "i" };
  await workers.register({ worker, lanes: ["l"] });
  const refused = /** @type {const} */ ([
    ["worker", () => workers.register()],
    ["lanes", () => workers.register({ worker, lanes: [] })],
    ["livenessTtlMs", () => workers.register({ worker, lanes: ["l"], livenessTtlMs: 0 })],
    ["worker.id", () => workers.register({ worker: { ...worker, id: "thief" }, lanes: ["l"] })],
    ["worker", () => workers.heartbeat("i")],
    ["workerInstanceId", () => workers.heartbeat({ workerInstanceId: "" })],
    ["workerInstanceId", () => workers.markDead("")],
    ["options", () => workers.markDead("i", "why")],
    ["limit", () => workers.list({ limit: "all" })],
  ]);
  for (const [field, call] of refused) {
    const error = await rejection(call);
    assert.deepEqual([error.code, error.details.field], ["validation.invalid_input", field]);
  }
  await engine.close();
});

// Contract: workers.loop-registry.
test("a loop enters the registry when it starts, is heard of at thirds of its time, and leaves when it stops", async () => {
  const { engine, called, nap, advance, now } = await watched();
  const options = { lanes: ["l"], worker: { id: "mailer" }, capabilities: ["gpu"], livenessTtlMs: 30_000 };
  const loop = engine.work({ ...options, namespace: "n" }, {});
  const { workerInstanceId, expiresAt } = (await called("register_worker")).answer.ok;
  assert.deepEqual([workerInstanceId.length, expiresAt], [32, now() + 30_000]);
  const { workers } = await engine.workers.list({ namespace: "n" });
  const [entry] = workers;
  assert.deepEqual([workers.length, entry?.workerId, entry?.workerInstanceId], [1, "mailer", workerInstanceId]);
  assert.deepEqual([entry?.lanes, entry?.capabilities, entry?.livenessTtlMs], [["l"], ["gpu"], 30_000]);
  for (let beats = 0; beats < 2; beats++) {
    const third = await nap(10_000);
    await advance(10_000);
    third.wake();
    const { args, answer } = await called("heartbeat_worker");
    assert.deepEqual(args, { workerInstanceId, namespace: "n" });
    assert.deepEqual(answer.ok, { outcome: "refreshed", expiresAt: now() + 30_000 });
  }
  await loop.stop();
  const left = await called("mark_worker_dead");
  assert.deepEqual(left.args, { workerInstanceId, namespace: "n", reason: "stopped" });
  assert.deepEqual(left.answer.ok, { outcome: "marked", releasedLeases: 0 });
  assert.deepEqual(await instances(engine), []);
  await engine.close();
});

// Contract: workers.loop-registry.
test("a loop enters the registry again after it was swept, or marked dead", async () => {
  const { engine, called, nap, advance, now } = await watched();
  const loop = engine.work({ lanes: ["l"] }, {});
  const { workerInstanceId } = (await called("register_worker")).answer.ok;
  const forget = [() => advance(60_000), () => engine.workers.markDead(workerInstanceId)];
  for (const forgotten of forget) {
    const third = await nap(20_000);
    await forgotten();
    assert.deepEqual(await instances(engine), []);
    third.wake();
    assert.equal((await called("heartbeat_worker")).answer.ok.outcome, "not_registered");
    const again = { outcome: "registered", workerInstanceId, expiresAt: now() + 60_000 };
    assert.deepEqual((await called("register_worker")).answer.ok, again);
  }
  await nap(20_000);
  await loop.stop();
  assert.deepEqual(await instances(engine), []);
  await engine.close();
});

test("two loops in one engine are two instances, each claims as itself, and one that stops leaves the other", async () => {
  const { engine, called, now } = await watched();
  const begun = [deferred(), deferred()];
  const handlers = /** @param {number} n */ (n) => ({ k: () => begun[n]?.promise });
  const loops = [0, 1].map((n) => engine.work({ lanes: [`l${n}`] }, handlers(n)));
  const named = engine.work({ lanes: ["m"], worker: { id: "w", instanceId: "my own" } }, {});
  const registered = [];
  for (let n = 0; n < 3; n++) registered.push((await called("register_worker")).answer.ok.workerInstanceId);
  assert.equal(new Set(registered).size, 3);
  assert.equal(registered[2], "my own");
  assert.deepEqual(await instances(engine), [...registered].sort());
  for (const n of [0, 1]) await engine.executions.create({ lane: `l${n}`, kind: "k" });
  for (let n = 0; n < 2; ) if ((await called("claim")).answer.ok !== null) n += 1;
  const { entries } = await engine.leases.listExpired({ asOf: now() + 30_000 });
  const holders = Object.fromEntries(entries.map(({ lane, workerInstanceId }) => [lane, workerInstanceId]));
  assert.deepEqual(holders, { l0: registered[0], l1: registered[1] });
  for (const one of begun) one.resolve();
  await Promise.all([loops[0]?.stop(), named.stop()]);
  assert.deepEqual(await instances(engine), [registered[1]]);
  await loops[1]?.stop();
  assert.deepEqual(await instances(engine), []);
  await engine.close();
});

test("closing an engine takes its loops out of the registry, and refuses what is called meanwhile", async () => {
  const { engine, called } = await watched();
  for (const lane of ["a", "b"]) engine.work({ lanes: [lane] }, {});
  for (let n = 0; n < 2; n++) await called("register_worker");
  const closing = engine.close();
  const late = [() => engine.executions.create({ lane: "l", kind: "k" }), () => engine.tick(), () => engine.export()];
  for (const call of late) assert.equal((await rejection(call)).code, "engine.closed");
  await closing;
  for (let n = 0; n < 2; n++) assert.equal((await called("mark_worker_dead")).answer.ok.outcome, "marked");
});

test("a close waits for its loops to leave behind what is under way, but not for an engine that does not answer", async (context) => {
  const it = await watched();
  const { engine, called } = it;
  engine.work({ lanes: ["l"] }, {});
  await called("register_worker");
  const begun = deferred();
  const end = deferred();
  it.sending = () => {
    begun.resolve();
    return end.promise;
  };
  const under = engine.executions.list();
  await begun.promise;
  const closing = engine.close();
  end.resolve();
  assert.deepEqual((await under).executions, []);
  await closing;
  assert.equal((await called("mark_worker_dead")).answer.ok.outcome, "marked");

  const silent = await watched();
  silent.engine.work({ lanes: ["l"] }, {});
  await silent.called("register_worker");
  silent.sending = () => new Promise(() => {});
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const closed = silent.engine.close();
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(500);
  await closed;
  assert.equal((await rejection(() => silent.engine.executions.list())).code, "engine.closed");
});

test("a loop that waits for its handlers stays in the registry until the last has returned", async () => {
  const { engine, called, nap } = await watched();
  const begun = deferred();
  const end = deferred();
  const k = () => {
    begun.resolve();
    return end.promise;
  };
  const loop = engine.work({ lanes: ["l"], livenessTtlMs: 3_000 }, { k });
  await engine.executions.create({ lane: "l", kind: "k" });
  await begun.promise;
  const stopped = loop.stop({ drainMs: Number.POSITIVE_INFINITY });
  (await nap(1_000)).wake();
  assert.equal((await called("heartbeat_worker")).answer.ok.outcome, "refreshed");
  end.resolve("done");
  await stopped;
  assert.equal((await called("complete")).answer.ok.publicState, "completed");
  assert.equal((await called("mark_worker_dead")).answer.ok.outcome, "marked");
  await engine.close();
});

// Contract: workers.loop-registry.
test("a registry that fails is told once, and the work goes on; then it is entered after all", async () => {
  const it = await watched();
  const { engine, called, nap } = it;
  const ofRegistry = new Set(["register_worker", "heartbeat_worker"]);
  const failing = () => (it.fails = ({ op }) => (ofRegistry.has(op) ? storageError : undefined));
  failing();
  /** @type {string[]} */
  const errors = [];
  const onError = (/** @type {any} */ error) => errors.push(error.code);
  const loop = engine.work({ lanes: ["l"], onError }, { k: () => "done" });
  for (let tries = 0; tries < 3; tries++) {
    await called("register_worker");
    (await nap(20_000)).wake();
  }
  await engine.executions.create({ lane: "l", kind: "k" });
  assert.equal((await called("complete")).answer.ok.publicState, "completed");
  assert.deepEqual(errors, ["storage.io"]);
  it.fails = () => undefined;
  await called("register_worker");
  (await nap(20_000)).wake();
  assert.equal((await called("register_worker")).answer.ok.outcome, "registered");
  // Trouble that comes anew is told anew, and a worker that cannot leave stops all the same.
  (await nap(20_000)).wake();
  await called("heartbeat_worker");
  failing();
  (await nap(20_000)).wake();
  assert.deepEqual((await called("heartbeat_worker")).answer, { error: storageError });
  await nap(20_000);
  assert.deepEqual(errors, ["storage.io", "storage.io"]);
  it.fails = () => storageError;
  await loop.stop();
  assert.deepEqual(errors, ["storage.io", "storage.io"]);
  await engine.close();
});

// Contract: workers.loop-options.
test("a time to live that cannot be meant is refused by name, and nothing is begun", async () => {
  const { engine, called } = await watched();
  for (const livenessTtlMs of [0, -1, 1.5, Number.NaN, 86_400_001, Number.POSITIVE_INFINITY, "60", null])
    assert.throws(
      () => engine.work({ lanes: ["l"], livenessTtlMs: /** @type {any} */ (livenessTtlMs) }, {}),
      (/** @type {any} */ error) =>
        error.code === "validation.invalid_input" && error.details.field === "livenessTtlMs",
    );
  assert.deepEqual(await instances(engine), []);
  const loop = engine.work({ lanes: ["l"], livenessTtlMs: 86_400_000 }, {});
  assert.equal((await called("register_worker")).answer.ok.outcome, "registered");
  await loop.stop();
  await engine.close();
});
