// A host's clock that jumps ahead and comes back, and one that is lent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hostTimer } from "../../../dist/js/ground/alarm.js";
import { openEngine } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").AcceptedClock} AcceptedClock */

const worker = { id: "w" };
const TWO_DAYS_MS = 172_800_000;

// Contract: time.jumps, time.on-clock.
test("an engine that follows its clock leaves nothing standing for two days, and tells of it once", async () => {
  /** @type {AcceptedClock[]} */
  const told = [];
  const onClock = (/** @type {AcceptedClock} */ accepted) => told.push(accepted);
  const { engine, clock } = await openTestEngine({ startAt: 1_000_000, clock: { jumps: "follow" }, onClock });
  await clock.advance(TWO_DAYS_MS);
  await engine.executions.create({ lane: "l", kind: "k", delayUntil: clock.now + 1_000 });
  const { executionId } = await engine.executions.create({ lane: "held", kind: "k" });
  await engine.claim({ lanes: ["held"], worker, leaseTtlMs: 5_000 });
  await clock.set(clock.now - TWO_DAYS_MS, { back: true });
  const [first] = await Promise.all([engine.claim({ lanes: ["l"], worker }), engine.lanes.list()]);
  assert.equal(first, null);
  assert.deepEqual(told, [{ byMs: TWO_DAYS_MS, now: 1_000_000 }]);
  const snapshot = await engine.executions.describe(executionId);
  assert.equal(snapshot?.currentLease?.expiresAt, 1_005_000);
  await clock.advance(1_000);
  assert.ok(await engine.claim({ lanes: ["l"], worker }));
  assert.equal(told.length, 1);
  const { events } = await engine.readEvents({ after: "start", streams: ["operator"] });
  assert.deepEqual(
    events.map(({ cause, at, detail }) => [cause, at, detail]),
    [["clock_accepted", 1_000_000, { byMs: TWO_DAYS_MS }]],
  );
  await engine.close();
});

// Contract: time.jumps, time.on-clock.
test("a clock of a test stands, and onClock hears of one that is accepted by hand", async () => {
  /** @type {AcceptedClock[]} */
  const told = [];
  const { engine, clock } = await openTestEngine({ onClock: (accepted) => void told.push(accepted) });
  await clock.advance(5_000);
  await engine.executions.create({ lane: "l", kind: "k" });
  await clock.set(clock.now - 5_000, { back: true });
  await engine.tick();
  assert.equal((await engine.clock()).aheadMs, 5_000);
  assert.deepEqual(told, []);
  assert.equal(await engine.acceptClock(), 5_000);
  assert.deepEqual(told, [{ byMs: 5_000, now: clock.now }]);
  await engine.close();
});

// Contract: time.on-clock.
test("what onClock throws is reported and changes nothing", async (t) => {
  const errors = t.mock.method(console, "error", () => {});
  const onClock = () => {
    throw new Error("deaf");
  };
  const { engine, clock } = await openTestEngine({ clock: { jumps: "follow" }, onClock });
  await clock.advance(5_000);
  await engine.executions.create({ lane: "l", kind: "k" });
  await clock.set(clock.now - 5_000, { back: true });
  assert.equal((await engine.claim({ lanes: ["l"], worker }))?.kind, "k");
  assert.equal(errors.mock.callCount(), 1);
  await engine.close();
});

// Contract: time.lent, time.jumps.
test("an engine in this thread takes a clock, which stands unless it is to be followed", async () => {
  for (const jumps of /** @type {const} */ ([undefined, "stand", "follow"])) {
    let now = 5_000_000;
    const clock = { now: () => now, ...(jumps && { jumps }) };
    const engine = await openEngine({ storage: { kind: "memory" }, clock });
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
    assert.equal((await engine.executions.describe(executionId))?.createdAt, 5_000_000);
    now = 1_000_000;
    assert.equal((await engine.tick()).now, jumps === "follow" ? 1_000_000 : 5_000_000);
    await engine.close();
  }
});

// Contract: time.jumps.
test("the host's own clock is followed, unless it is to stand", async (t) => {
  for (const jumps of /** @type {const} */ ([undefined, "follow", "stand"])) {
    const engine = await openEngine({ storage: { kind: "memory" }, ...(jumps && { clock: { jumps } }) });
    const real = Date.now;
    const ahead = t.mock.method(Date, "now", () => real() + TWO_DAYS_MS);
    await engine.executions.create({ lane: "l", kind: "k" });
    ahead.mock.restore();
    const { now } = await engine.tick();
    assert.equal(now > Date.now() + 1_000_000, jumps === "stand");
    await engine.close();
  }
});

// Contract: time.lent, values.options.
test("what is no clock is refused by name, and so is one that is lent to an engine in a worker", async () => {
  const memory = { kind: "memory" };
  const cases = /** @type {const} */ ([
    [{ storage: memory, clock: 5 }, "clock", "an object"],
    [{ storage: memory, clock: { jumps: "leap" } }, "clock.jumps", "follow or stand"],
    [{ storage: memory, clock: { jump: "follow" } }, "clock.jump", "one of jumps, now"],
    [{ storage: memory, clock: { now: 5 } }, "clock.now", "a function"],
    [{ storage: memory, onClock: "me" }, "onClock", "a function"],
    [
      { storage: { kind: "opfs", name: "a", fallback: "memory" }, clock: { now: Date.now } },
      "clock.now",
      "to be left out: over files the engine runs in a worker",
    ],
  ]);
  for (const [options, field, limit] of cases) {
    const error = await rejection(() => openEngine(/** @type {any} */ (options)));
    assert.deepEqual(
      [error.code, error.details["field"], error.details["limit"]],
      ["validation.invalid_input", field, limit],
    );
  }
  const error = await rejection(() => openTestEngine(/** @type {any} */ ({ clock: { jumps: "leap" } })));
  assert.equal(error.details["field"], "clock.jumps");
  const files = await rejection(() => openEngine({ storage: { kind: "opfs", name: "a" }, clock: { jumps: "stand" } }));
  assert.equal(files.code, "storage.unavailable", "how jumps are met is for every engine");
});

// Contract: time.alarm, time.accept-order.
test("an alarm whose clock was put back meanwhile rings instead of waiting for the old instant", async () => {
  let now = 1_000_000;
  let rings = 0;
  const timer = hostTimer(() => now);
  timer.set(now + 20, () => rings++);
  now -= TWO_DAYS_MS;
  const turns = new Promise((resolve) => setTimeout(resolve, 200));
  await turns;
  assert.equal(rings, 1);
  timer.close?.();
});

// Contract: time.alarm, time.jumps.
test("a delay is over at its old distance after the clock came back, though nobody calls", async () => {
  let ahead = TWO_DAYS_MS;
  /** @type {AcceptedClock[]} */
  const told = [];
  const clock = { now: () => Date.now() + ahead, jumps: /** @type {const} */ ("follow") };
  const engine = await openEngine({
    storage: { kind: "memory" },
    clock,
    onClock: (accepted) => void told.push(accepted),
  });
  await engine.executions.create({ lane: "l", kind: "k", delayUntil: clock.now() + 50 });
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 5_000 });
  await engine.lanes.list();
  ahead = 0;
  assert.equal((await parked)?.kind, "k");
  assert.equal(told.length, 1);
  const byMs = told[0]?.byMs ?? 0;
  assert.ok(byMs > TWO_DAYS_MS - 4_000 && byMs <= TWO_DAYS_MS, `${byMs}`);
  await engine.close();
});
