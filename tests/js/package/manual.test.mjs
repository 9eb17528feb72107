// The clock of tidegate/testing: all that lasts goes by it, and it goes where it is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { destroyDatabase, openEngine, rescueDatabase, TidegateError } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";

const HOUR_MS = 3_600_000;

/** @param {() => Promise<unknown>} call */
async function refusal(call) {
  const thrown = await call().then(
    () => assert.fail("it was taken"),
    (error) => error,
  );
  assert.ok(thrown instanceof TidegateError, String(thrown));
  return thrown;
}

// Contract: time.by-hand.
test("a worker renews and makes itself heard for as long as the hand turns", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  /** @type {(value: string) => void} */
  let finish = () => {};
  const worker = engine.work(
    { lanes: ["l"], leaseTtlMs: 30_000, livenessTtlMs: 60_000 },
    {
      k: () => new Promise((resolve) => (finish = resolve)),
    },
  );
  for await (const { publicState } of engine.executions.watch(executionId)) if (publicState === "active") break;
  await clock.advance(HOUR_MS);
  const snapshot = await engine.executions.describe(executionId);
  assert.deepEqual([snapshot?.attempts.length, snapshot?.leaseEpoch], [1, 1], "its lease never ran out");
  assert.equal((await engine.workers.list()).workers.length, 1, "it is still there");
  finish("done");
  assert.equal((await engine.executions.wait(executionId))?.result, "done");
  await worker.stop();
  await engine.close();
});

// Contract: time.by-hand.
test("the hand stops where a parked claim or a wait gives up, and not before", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "other", kind: "k" });
  /** @type {string[]} */
  const ended = [];
  const claim = engine.claim({ lanes: ["l"], worker: { id: "w" }, maxWaitMs: 10_000 }).then(() => ended.push("claim"));
  const wait = engine.executions.wait(executionId, { timeoutMs: 20_000 }).then(() => ended.push("wait"));
  await clock.advance(9_999);
  assert.deepEqual(ended, []);
  await clock.advance(1);
  assert.deepEqual(ended, ["claim"]);
  await clock.advance(HOUR_MS);
  assert.deepEqual(ended, ["claim", "wait"]);
  await Promise.all([claim, wait, engine.close()]);
});

// Contract: time.by-hand.
test("it is set by a Date or an instant, and goes back only where it is told to", async () => {
  const noon = new Date("2027-01-01T12:00:00Z");
  const { engine, clock } = await openTestEngine({ startAt: noon });
  assert.equal(clock.now, noon.getTime());
  await clock.set(new Date(noon.getTime() + HOUR_MS));
  assert.equal(clock.now, noon.getTime() + HOUR_MS);
  const early = await refusal(() => clock.set(noon));
  assert.deepEqual([early.code, early.details.field], ["validation.invalid_input", "at"]);
  assert.equal(clock.now, noon.getTime() + HOUR_MS, "nothing moved");
  await engine.executions.create({ lane: "l", kind: "k" });
  await clock.set(noon, { back: true });
  assert.equal((await engine.clock()).aheadMs, HOUR_MS);
  for (const ms of [-1, Number.NaN, "5"]) {
    const refused = await refusal(() => clock.advance(/** @type {any} */ (ms)));
    assert.equal(refused.details.field, "ms", String(ms));
  }
  for (const at of [Number.NaN, "noon", new Date("never")]) {
    const refused = await refusal(() => clock.set(/** @type {any} */ (at)));
    assert.equal(refused.details.field, "at", String(at));
  }
  await engine.close();
});

// Contract: values.options, errors.nonsense.
test("what is no option at the doors of the package is refused by name, whatever it is", async () => {
  const named = [
    [() => openTestEngine(/** @type {any} */ (null)), "options"],
    [() => openTestEngine(/** @type {any} */ ({ startsAt: 5 })), "startsAt"],
    [() => openTestEngine({ startAt: -1 }), "startAt"],
    [() => openTestEngine(/** @type {any} */ ({ startAt: "x" })), "startAt"],
    [() => destroyDatabase(/** @type {any} */ (null)), "options"],
    [() => destroyDatabase(/** @type {any} */ ({ name: "a", waitsMs: 5 })), "waitsMs"],
    [() => rescueDatabase(/** @type {any} */ (undefined)), "options"],
    [() => openEngine(/** @type {any} */ (null)), "options"],
    [
      () =>
        openEngine(
          /** @type {any} */ ({
            get storage() {
              throw 1;
            },
          }),
        ),
      "storage",
    ],
  ];
  for (const [call, field] of named) {
    const refused = await refusal(/** @type {() => Promise<unknown>} */ (call));
    assert.equal(refused.details.field, field);
  }
  const near = await refusal(() =>
    openEngine(/** @type {any} */ ({ storage: { kind: "memory" }, payloadbytesMax: 1 })),
  );
  assert.match(near.message, /did you mean payloadBytesMax\?/);
});

// Contract: attempts.step-refused.
test("a step without a function fails the work for good, and says what is missing", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const worker = engine.work({ lanes: ["l"] }, { k: (task) => task.step("a", /** @type {any} */ (undefined)) });
  const ended = await engine.executions.wait(executionId);
  assert.deepEqual(
    [ended?.outcome, ended?.reason],
    ["failed", "run: needs a function that does the step, found a undefined"],
  );
  await worker.stop();
  await engine.close();
});
