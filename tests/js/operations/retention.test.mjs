// Retention as an application sets it: what is over goes by itself, and its room can be given back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openEngine } from "tidegate";
import { openTestEngine } from "tidegate/testing";

const HOUR = 3_600_000;

/**
 * An execution of so many bytes that was completed.
 * @param {import("tidegate").Engine} engine
 * @param {number} bytes
 */
async function completed(engine, bytes = 10) {
  const { executionId } = await engine.executions.create({ lane: "mail", kind: "send", input: new Uint8Array(bytes) });
  const claim = await engine.claim({ lanes: ["mail"], worker: { id: "w" } });
  await engine.complete(claim?.handle ?? "", { result: 1 });
  return executionId;
}

test("what is past its retention is hidden at once, and deleted by the alarm within a minute", async () => {
  const { engine, clock } = await openTestEngine({ retention: { executionsMs: HOUR, eventsMs: 2 * HOUR } });
  const id = await completed(engine);
  await clock.advance(HOUR - 1);
  assert.equal((await engine.executions.describe(id))?.publicState, "completed");
  await clock.advance(1);
  assert.equal(await engine.executions.describe(id), null);
  await clock.advance(60_000);
  const { freeable } = await engine.measureStorage();
  assert.deepEqual(freeable, { executions: 0, events: 0, requests: 0, idempotencyKeys: 0 });
  assert.equal((await engine.readEvents({ after: "start" })).events.length, 3, "the log is kept for longer");
  await clock.advance(HOUR);
  assert.equal((await engine.readEvents({ after: "start" })).events.length, 0);
  await engine.close();
});

test("a cursor that is older than the log is refused with the oldest one that is kept", async () => {
  const { engine, clock } = await openTestEngine({ retention: { eventsMs: HOUR } });
  await completed(engine);
  const { cursor } = await engine.readEvents({ after: "start", limit: 1 });
  await clock.advance(HOUR);
  await completed(engine);
  const watching = engine.events({ after: cursor });
  const error = await watching.next().then(
    () => assert.fail("the log was trimmed"),
    (thrown) => thrown,
  );
  assert.equal(error.code, "state.cursor_too_old");
  const page = await engine.readEvents({ after: error.details.oldest });
  assert.equal(page.events.length, 3);
  await engine.close();
});

// Contract: retention.compact-sdk.
test("storage tells what would be freed, and a compaction deletes it and gives its room back", async () => {
  const { engine, clock } = await openTestEngine({ retention: { executionsMs: HOUR } });
  assert.equal(engine.storage.freeable, null, "nobody has asked yet");
  for (let nth = 0; nth < 5; nth += 1) await completed(engine, 1_000_000);
  const before = await engine.measureStorage();
  await clock.advance(HOUR);
  assert.equal((await engine.measureStorage()).freeable?.executions, 5);
  /** @type {import("tidegate").CompactProgress[]} */
  const told = [];
  const done = await engine.compact({ onProgress: (progress) => told.push(progress) });
  assert.ok(done.freedBytes > 4_900_000 && done.leftBytes === 0, JSON.stringify(done));
  assert.ok(told.length >= 5, "a megabyte at a time");
  assert.deepEqual(told.at(-1), done);
  assert.ok(told.every(({ freedBytes }, nth) => nth === 0 || freedBytes > (told[nth - 1]?.freedBytes ?? 0)));
  const after = engine.storage;
  assert.equal(after.freeBytes, 0);
  assert.ok(after.databaseBytes < before.databaseBytes - 4_900_000);
  assert.deepEqual(await engine.compact(), { freedBytes: 0, leftBytes: 0 });
  await engine.close();
});

// Contract: retention.compact-sdk.
test("a compaction is given up between two slices", async () => {
  const { engine, clock } = await openTestEngine({ retention: { executionsMs: 0 } });
  for (let nth = 0; nth < 3; nth += 1) await completed(engine, 1_000_000);
  await clock.advance(1);
  const stop = new AbortController();
  const reason = new Error("enough");
  let slices = 0;
  const onProgress = () => {
    slices += 1;
    stop.abort(reason);
  };
  await assert.rejects(engine.compact({ signal: stop.signal, onProgress }), reason);
  assert.equal(slices, 1);
  assert.ok(((await engine.measureStorage()).freeBytes ?? 0) > 1_000_000);
  await engine.close();
});

// Contract: retention.range.
test("a retention that cannot be meant is refused by its name", async () => {
  /** @type {[any, string][]} */
  const refused = [
    [{ executionsMs: -1 }, "retention.executionsMs"],
    [{ eventsMs: 1.5 }, "retention.eventsMs"],
    [{ eventsMs: "1h" }, "retention.eventsMs"],
    [{ framesMs: 5 }, "retention.framesMs"],
    [7, "retention"],
  ];
  for (const [retention, field] of refused) {
    const error = await openEngine({ storage: { kind: "memory" }, retention }).then(
      () => assert.fail(JSON.stringify(retention)),
      (thrown) => thrown,
    );
    assert.equal(error.code, "validation.invalid_input");
    assert.equal(error.details.field, field);
  }
});
