// Watching the log and waiting for ends, through the front door: replay and live, many readers, slow ones, filters, and
// how each of them is let go.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { poisonedError, TidegateError } from "../../../dist/js/ground/errors.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { engineWith } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").EventRecord} EventRecord */
/** @typedef {import("../../../dist/js/index.js").PlainError} PlainError */

const worker = { id: "w" };

/** @param {Engine} engine @param {number} count */
async function created(engine, count, options = {}) {
  const calls = Array.from({ length: count }, () => engine.executions.create({ lane: "l", kind: "k", ...options }));
  return (await Promise.all(calls)).map(({ executionId }) => executionId);
}

/**
 * So many events of a reader.
 * @param {AsyncIterable<EventRecord>} events @param {number} count
 */
async function taken(events, count) {
  const found = [];
  for await (const event of events) if (found.push(event) === count) break;
  return found;
}

/** @param {EventRecord[]} events */
const ids = (events) => events.map(({ executionId }) => executionId);

/** Lets everything happen that needs no timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {Engine} engine */
async function ran(engine) {
  const claim = await engine.claim({ lanes: ["l"], worker });
  assert.ok(claim);
  return claim;
}

// Contract: events.watch.
test("a reader gets what happened, then what happens, in order and each once", async () => {
  const { engine } = await openTestEngine();
  const before = await created(engine, 300);
  const reading = taken(engine.events({ after: "start" }), 900);
  const during = await created(engine, 300);
  await settled();
  const after = await created(engine, 300);
  assert.deepEqual(ids(await reading), [...before, ...during, ...after]);
  await engine.close();
});

// Contract: events.watch.
test("without a cursor it begins with the call itself, not with the first event that is asked for", async () => {
  const { engine } = await openTestEngine();
  await created(engine, 3);
  const events = engine.events();
  const after = await created(engine, 2);
  assert.deepEqual(ids(await taken(events, 2)), after);
  await engine.close();
});

test("every event's cursor resumes after it", async () => {
  const { engine } = await openTestEngine();
  await created(engine, 20);
  const all = await taken(engine.events({ after: "start" }), 20);
  for (const [at, { cursor }] of all.slice(0, -1).entries())
    assert.deepEqual(await taken(engine.events({ after: cursor }), 19 - at), all.slice(at + 1));
  const { cursor } = /** @type {EventRecord} */ (all.at(-1));
  const resumed = taken(engine.events({ after: cursor }), 1);
  await settled();
  const made = await created(engine, 1);
  assert.deepEqual(ids(await resumed), made);
  await engine.close();
});

test("two readers get everything each", async () => {
  const { engine } = await openTestEngine();
  const readers = [engine.events(), engine.events()];
  const readings = readers.map((events) => taken(events, 500));
  const made = await created(engine, 500);
  for (const reading of readings) assert.deepEqual(ids(await reading), made);
  await engine.close();
});

// Contract: events.watch.
test("a reader that is slow loses nothing of a burst, and fetches nothing before it is asked", async () => {
  let reads = 0;
  const engine = await engineWith((calls, send) => {
    reads += calls.filter(({ op }) => op === "read_events").length;
    return send();
  });
  const events = engine.events();
  const made = await created(engine, 1_000);
  await settled();
  assert.equal(reads, 1, "only where to begin was asked for");
  const found = [(await events.next()).value];
  for (let batch = 0; batch < 5; batch++) await created(engine, 10);
  await settled();
  assert.equal(reads, 2, "one page was asked for");
  while (found.length < 1_000) {
    found.push((await events.next()).value);
    if (found.length % 100 === 0) await settled();
  }
  assert.deepEqual(ids(found), made);
  await engine.close();
});

test("a filter lets through what it names, in every stream asked for", async () => {
  const { engine } = await openTestEngine();
  const all = engine.events({ streams: ["completion"], namespace: "team" });
  const [mine] = await created(engine, 1, { namespace: "team" });
  const [other] = await created(engine, 1);
  const own = engine.events({ after: "start", executionId: /** @type {string} */ (other), streams: ["lease"] });
  for (let turn = 0; turn < 2; turn++) await engine.complete((await ran(engine)).handle);
  assert.deepEqual(
    (await taken(all, 1)).map(({ executionId, completion }) => [executionId, completion]),
    [[mine, "success"]],
  );
  assert.deepEqual(
    (await taken(own, 2)).map(({ executionId, lease }) => [executionId, lease]),
    [
      [other, "acquired"],
      [other, "revoked"],
    ],
  );
  const page = await engine.readEvents({ after: "start", namespace: "team" });
  assert.deepEqual(new Set(ids(page.events)), new Set([mine]));
  const tagged = engine.events({ after: "start", tag: { key: "No Key", value: "v" } });
  await assert.rejects(tagged.next(), /tag\.key: needs a key like/);
  await engine.close();
});

test("break and return let a reader go, also one that waits, and the engine goes on", async () => {
  const { engine } = await openTestEngine();
  await created(engine, 3);
  await taken(engine.events({ after: "start" }), 2);
  const events = engine.events();
  const waiting = events.next();
  await settled();
  await events.return?.();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(await events.next(), { done: true, value: undefined });
  const unread = engine.events();
  assert.equal((await unread.return?.())?.done, true);
  await created(engine, 1);
  assert.equal((await engine.readEvents({ after: "start" })).events.length, 4);
  await engine.close();
});

test("a signal ends a reader with its reason, and no listener stays", async () => {
  const { engine } = await openTestEngine();
  const giveUp = new AbortController();
  const { signal } = giveUp;
  let listeners = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (/** @type {[any, any, any]} */ ...args) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (/** @type {[any, any, any]} */ ...args) => {
    listeners--;
    remove(...args);
  };
  const left = engine.events({ after: "start", signal });
  await created(engine, 1);
  await taken(left, 1);
  assert.equal(listeners, 0);
  const waiting = engine.events({ signal }).next();
  const full = engine.events({ after: "start", signal });
  await full.next();
  await settled();
  giveUp.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(full.next(), /enough/);
  await assert.rejects(engine.events({ signal }).next(), /enough/);
  assert.equal(listeners, 0);
  await engine.close();
});

test("the end of the engine ends its readers with its error", async () => {
  const { engine } = await openTestEngine();
  const waiting = engine.events().next();
  await settled();
  await Promise.all([assert.rejects(waiting, { code: "engine.closed" }), engine.close()]);
  await assert.rejects(engine.events().next(), { code: "engine.closed" });
  await assert.rejects(engine.events({ after: "start" }).next(), { code: "engine.closed" });
});

/**
 * An engine that opens itself again; what it is told to break with meets the next reads, once for each.
 * @param {PlainError[]} breaks
 */
const reopening = (breaks) =>
  engineWith(
    async (calls, send) => {
      const error = calls.some(({ op }) => op === "read_events") && breaks.shift();
      if (error) throw new TidegateError(error);
      return send();
    },
    { set: () => {} },
    true,
  );

// Contract: events.watch-reopens.
test("after a panic of an engine that opens itself again a reader goes on from its cursor", async () => {
  /** @type {PlainError[]} */
  const breaks = [];
  const engine = await reopening(breaks);
  const events = engine.events();
  const made = await created(engine, 400);
  const found = [(await events.next()).value];
  breaks.push(poisonedError("today").toJSON());
  while (found.length < 400) found.push((await events.next()).value);
  assert.deepEqual([ids(found), breaks], [made, []]);
  const waiting = events.next();
  await settled();
  breaks.push(poisonedError("today").toJSON());
  const [next = ""] = await created(engine, 1);
  assert.equal((await waiting).value.executionId, next);
  breaks.push(poisonedError("today").toJSON(), poisonedError("again").toJSON());
  await assert.rejects(events.next(), /again/);
  await engine.close();
});

// Contract: events.watch-reopens.
test("what happened in a batch that broke down is looked at again", async () => {
  const engine = await engineWith(
    async (calls, send) => {
      const reply = await send();
      // The end is committed, and nobody hears of it.
      if (calls.some(({ op }) => op === "cancel_execution")) throw poisonedError("today");
      return reply;
    },
    { set: () => {} },
    true,
  );
  const [id = ""] = await created(engine, 1);
  const waiting = engine.executions.wait(id);
  await settled();
  await assert.rejects(engine.executions.cancel(id), { code: "engine.poisoned" });
  assert.equal((await waiting)?.outcome, "cancelled");
  await engine.close();
});

test("what a read is refused with is thrown: a log that was trimmed past its reader", async () => {
  const tooOld = { ...poisonedError("").toJSON(), code: "state.cursor_too_old", category: "state" };
  const engine = await reopening([tooOld]);
  await assert.rejects(engine.events({ after: "e1" }).next(), { code: "state.cursor_too_old" });
  await engine.close();
});

test("a cursor that is none is told to whoever asks for the first event", async () => {
  const { engine } = await openTestEngine();
  await assert.rejects(engine.events({ after: "nowhere" }).next(), { code: "validation.invalid_input" });
  await assert.rejects(engine.events({ after: "e9" }).next(), { code: "validation.invalid_input" });
  await engine.close();
});

test("a wait answers at once what has ended, with its result decoded", async () => {
  const { engine } = await openTestEngine();
  const [id = ""] = await created(engine, 1);
  await engine.complete((await ran(engine)).handle, { result: { sent: 3 } });
  assert.deepEqual(await engine.executions.wait(id), { outcome: "success", encoding: "json", result: { sent: 3 } });
  await engine.close();
});

// Contract: executions.wait-client.
test("a wait ends with its execution, and resolves for every outcome", async () => {
  const { engine } = await openTestEngine();
  const [one = "", two = "", three = ""] = await created(engine, 3);
  const waits = [one, two, three.toUpperCase().replace("{FP", "{fp")].map((id) => engine.executions.wait(id));
  await settled();
  await engine.complete((await ran(engine)).handle);
  const reason = { message: "no route to host" };
  await engine.fail((await ran(engine)).handle, { class: "permanent", reason });
  await engine.executions.cancel(three, { reason: "not needed" });
  assert.deepEqual(await Promise.all(waits), [
    { outcome: "success", result: undefined },
    { outcome: "failed", reason: "no route to host", result: undefined },
    { outcome: "cancelled", reason: "not needed", result: undefined },
  ]);
  await engine.close();
});

// Contract: executions.wait-client.
test("a wait does not miss an end that was replayed in the same batch", async () => {
  const { engine } = await openTestEngine();
  const [id = ""] = await created(engine, 1);
  const claim = await ran(engine);
  const waiting = engine.executions.wait(id);
  await settled();
  await Promise.all([engine.complete(claim.handle, { result: 1 }), engine.executions.replay(id)]);
  assert.deepEqual(await waiting, { outcome: "success", encoding: "json", result: 1 });
  assert.equal((await engine.executions.describe(id))?.publicState, "waiting");
  await engine.close();
});

// Contract: executions.wait-client.
test("a wait is given up by its signal and by its time, and refuses what is unknown", async () => {
  const { engine, clock } = await openTestEngine();
  const [id = ""] = await created(engine, 1);
  const giveUp = new AbortController();
  const waiting = engine.executions.wait(id, { signal: giveUp.signal });
  await settled();
  giveUp.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  const timed = engine.executions.wait(id, { timeoutMs: 20 });
  await clock.advance(20);
  assert.equal(await timed, null);
  assert.equal(await engine.executions.wait(id, { timeoutMs: 0 }), null);
  for (const timeoutMs of [-1, Number.NaN, "50"]) {
    const error = await rejection(() => engine.executions.wait(id, /** @type {any} */ ({ timeoutMs })));
    assert.equal(error.details.field, "timeoutMs");
  }
  const unknown = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
  await assert.rejects(engine.executions.wait(unknown), { code: "not_found.execution" });
  const parked = engine.executions.wait(id, { timeoutMs: 2 ** 40 });
  await settled();
  await Promise.all([assert.rejects(parked, { code: "engine.closed" }), engine.close()]);
});

test("an execution's history is told page by page, the newest first", async () => {
  const { engine } = await openTestEngine();
  const [id = ""] = await created(engine, 1);
  const { handle } = await ran(engine);
  await engine.renew(handle);
  await engine.complete(handle);
  const first = await engine.executions.history(id, { limit: 2 });
  assert.deepEqual(
    first.events.map(({ lease }) => lease),
    ["revoked", "renewed"],
  );
  const { nextCursor: cursor = "" } = first;
  const second = await engine.executions.history(id, { cursor });
  assert.deepEqual(
    second.events.map(({ lease }) => lease),
    ["acquired"],
  );
  await engine.close();
});

/**
 * Reads so many events of a log from its start, some of them at a time; answers how many came as they had to.
 * @param {AsyncIterable<EventRecord>} events @param {number} total @param {number} atOnce
 */
async function readThrough(events, total, atOnce) {
  let [seen, right] = [0, 0];
  for await (const { cursor } of events) {
    seen++;
    if (cursor === `e${seen}`) right++;
    if (seen === total) break;
    if (seen % atOnce === 0) await settled();
  }
  return right;
}

// Two million events are handed over here: short ones, heartbeats of a worker.
test("20 readers of different speeds lose and repeat nothing of 100,000 events", { timeout: 120_000 }, async () => {
  const total = 100_000;
  const { engine } = await openTestEngine();
  const readings = Array.from({ length: 20 }, (_, nth) => {
    const after = nth % 2 === 0 ? "start" : "";
    return readThrough(engine.events({ after, streams: ["worker"] }), total, 100 * (nth + 1));
  });
  await engine.workers.register({ worker: { id: "w", instanceId: "i" }, lanes: ["l"] });
  const beat = () => engine.workers.heartbeat({ workerInstanceId: "i" });
  for (let made = 1; made < total; made += 1_000) await Promise.all(Array.from({ length: 1_000 }, beat));
  assert.deepEqual(await Promise.all(readings), Array(20).fill(total));
  await engine.close();
});

test("who waits keeps its process alive until time itself ends the wait", () => {
  const script = `
    import { openEngine } from "tidegate";
    const engine = await openEngine({ storage: { kind: "memory" } });
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k", deadlineAt: Date.now() + 300 });
    console.log((await engine.executions.wait(executionId)).outcome);
  `;
  const node = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  assert.deepEqual([node.status, node.stdout.trim()], [0, "expired"], node.stderr);
});
