// Streams through the package's front door: appended by workers, read in pages, followed as they grow.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Engine as SdkEngine } from "../../../dist/js/engine.js";
import { poisonedError } from "../../../dist/js/ground/errors.js";
import { openLocal } from "../../../dist/js/lines/local.js";
import { WirePort } from "../../../dist/js/lines/wire.js";
import { compiled } from "../../../dist/js/load.js";
import { memoryReport } from "../../../dist/js/storage/report.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed, Engine, manual, utf8, watched } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").StreamFrame} StreamFrame */

/** An execution that was just claimed. @param {SdkEngine} engine */
async function running(engine) {
  await engine.executions.create({ lane: "l", kind: "k" });
  return claimed(engine);
}

/** What an iterable gives until it ends. @param {AsyncIterable<StreamFrame>} frames */
async function texts(frames) {
  const found = [];
  for await (const { text } of frames) found.push(text);
  return found;
}

test("texts, JSON values and bytes arrive as they were given", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  const bytes = new Uint8Array([0, 159, 255]);
  const first = await engine.append(handle, "päivää", {
    kind: "stdout",
    frameType: "line",
    seq: 7,
    correlationId: "c",
  });
  assert.deepEqual(first, { streamId: "1000000-0", frameCount: 1 });
  await engine.append(handle, { a: [1, null] });
  await engine.append(handle, bytes, { kind: "blob" });
  await engine.append(handle, "");
  const { frames, ...page } = await engine.streams.read({ executionId });
  assert.deepEqual(page, { attemptIndex: 0, more: false, over: false });
  assert.deepEqual(frames[0], {
    id: "1000000-0",
    kind: "stdout",
    frameType: "line",
    mode: "durable",
    encoding: "utf8",
    source: "worker",
    correlationId: "c",
    seq: 7,
    ts: 1_000_000,
    bytes: utf8("päivää"),
    text: "päivää",
  });
  assert.deepEqual(
    frames.map(({ text }) => text),
    ["päivää", '{"a":[1,null]}', undefined, ""],
  );
  assert.deepEqual(frames[2]?.bytes, bytes);
  await engine.close();
});

test("bytes are taken as they are when they are appended, and limits are told", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  const bytes = new Uint8Array([1]);
  const appended = engine.append(handle, bytes);
  bytes[0] = 2;
  await appended;
  assert.deepEqual((await engine.streams.read({ executionId })).frames[0]?.bytes, new Uint8Array([1]));
  const error = await rejection(() => engine.append(handle, new Uint8Array(65_537)));
  assert.equal(error.code, "validation.retention_limit_exceeded");
  await engine.complete(handle);
  assert.equal((await rejection(() => engine.append(handle, "late"))).code, "state.stream_closed");
  await engine.close();
});

test("the bytes of a Buffer are taken as they are then, and those of other views are refused", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  const buffer = Buffer.from("first");
  const appended = engine.append(handle, buffer);
  buffer.fill("x");
  await appended;
  assert.equal((await engine.streams.read({ executionId })).frames[0]?.text, "first");
  for (const other of [new ArrayBuffer(4), new Uint16Array(2), new DataView(new ArrayBuffer(2))]) {
    const error = await rejection(() => engine.append(handle, /** @type {any} */ (other)));
    assert.equal(error.code, "validation.invalid_input");
    assert.equal(error.details.field, "data");
  }
  await engine.close();
});

test("a summary is patched by objects and read as a document", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  assert.equal(await engine.streams.summary(executionId), null);
  const { summaryVersion } = await engine.append(handle, { done: 1, of: { all: 2 } }, { mode: "summary" });
  assert.equal(summaryVersion, 1);
  await engine.append(handle, { done: 2, of: null, note: "__ff_null__" }, { mode: "summary" });
  assert.deepEqual(await engine.streams.summary(executionId, 0), {
    document: { done: 2, note: null },
    version: 2,
    patchKind: "json-merge-patch",
    lastUpdatedMs: 1_000_000,
    firstAppliedMs: 1_000_000,
  });
  await engine.close();
});

// Contract: streams.follow.
test("a tail gives what is kept, then what comes, and ends with its attempt", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  await engine.append(handle, "before");
  const tail = engine.streams.tail(executionId);
  assert.equal((await tail.next()).value?.text, "before");
  const coming = tail.next();
  await engine.append(handle, "after");
  assert.equal((await coming).value?.text, "after");
  const last = tail.next();
  await engine.complete(handle);
  assert.deepEqual(await last, { done: true, value: undefined });
  assert.deepEqual(await texts(engine.streams.tail(executionId.toUpperCase().replace("FP", "fp"))), [
    "before",
    "after",
  ]);
  assert.deepEqual(await texts(engine.streams.tail(executionId, { after: "1000000-0" })), ["after"]);
  await engine.close();
});

// Contract: streams.follow.
test("a tail goes on with an attempt that was interrupted, and stays with it when another takes over", async () => {
  const { engine, clock } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  const all = texts(engine.streams.tail(executionId));
  await engine.append(handle, "one");
  await engine.leases.revoke(executionId);
  const again = await claimed(engine);
  await engine.append(again.handle, "two");
  await clock.advance(30_000);
  const next = await claimed(engine);
  await engine.append(next.handle, "of the next attempt");
  assert.deepEqual(await all, ["one", "two"]);
  assert.deepEqual((await engine.streams.read({ executionId, attemptIndex: 0 })).closedReason, "reclaimed");
  await engine.close();
});

test("a tail of an execution that ends before its attempt begins ends as well", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const all = texts(engine.streams.tail(executionId));
  await new Promise(setImmediate);
  await engine.executions.cancel(executionId);
  assert.deepEqual(await all, []);
  await engine.close();
});

test("a tail fetches nothing before it is asked, and one page at a time", async () => {
  const it = await watched();
  const { handle, executionId } = await running(it.engine);
  for (let n = 0; n < 250; n++) await it.engine.append(handle, String(n));
  let pages = 0;
  const { sending } = it;
  it.sending = async () => {
    pages++;
    await sending();
  };
  const tail = it.engine.streams.tail(executionId, { visibility: "all" });
  assert.equal(pages, 0);
  for (let n = 0; n < 100; n++) assert.equal((await tail.next()).value?.text, String(n));
  assert.equal(pages, 1);
  await tail.next();
  assert.equal(pages, 2);
  const rest = [];
  const end = it.engine.complete(handle);
  for await (const { text } of tail) rest.push(text);
  assert.equal(rest.length, 149);
  await end;
  await it.engine.close();
});

// Contract: streams.follow.
test("a break, a return and a signal free a tail at once", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  await engine.append(handle, "one");
  const gone = new AbortController();
  for await (const frame of engine.streams.tail(executionId, { signal: gone.signal })) {
    assert.equal(frame.text, "one");
    break;
  }
  assert.equal(getEventListeners(gone.signal, "abort").length, 0);
  const returned = engine.streams.tail(executionId, { after: "1000000-0", signal: gone.signal });
  const pending = returned.next();
  await new Promise(setImmediate);
  assert.deepEqual(await returned.return?.(), { done: true, value: undefined });
  assert.deepEqual(await pending, { done: true, value: undefined });
  assert.deepEqual(await returned.next(), { done: true, value: undefined });
  const aborted = texts(engine.streams.tail(executionId, { signal: gone.signal }));
  await new Promise(setImmediate);
  gone.abort(new Error("enough"));
  assert.equal((await rejection(() => aborted)).message, "enough");
  assert.equal(getEventListeners(gone.signal, "abort").length, 0);
  assert.equal(
    (await rejection(() => engine.streams.tail(executionId, { signal: gone.signal }).next())).message,
    "enough",
  );
  await engine.append(handle, "two");
  await engine.close();
});

test("a tail that is refused throws what the engine says, and a closed engine ends every tail", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await running(engine);
  assert.equal(
    (await rejection(() => engine.streams.tail(executionId, { after: "end" }).next())).code,
    "validation.invalid_input",
  );
  const unknown = "{fp:0}:00000000-0000-4000-8000-000000000000";
  assert.equal((await rejection(() => engine.streams.tail(unknown).next())).code, "not_found.execution");
  const waiting = engine.streams.tail(executionId).next();
  await new Promise(setImmediate);
  await engine.close();
  assert.equal((await rejection(() => waiting)).code, "engine.closed");
});

// Contract: streams.tail-page.
test("a page waits for the first append, for its time or for the end, and a peek does not wait", async () => {
  const { engine, clock } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  assert.deepEqual(await engine.streams.tailPage({ executionId }), {
    attemptIndex: 0,
    frames: [],
    more: false,
    over: false,
  });
  const timed = engine.streams.tailPage({ executionId, blockMs: 1 });
  await clock.advance(1);
  assert.equal((await timed).frames.length, 0);
  const waiting = engine.streams.tailPage({ executionId, blockMs: 30_000 });
  await new Promise(setImmediate);
  await engine.append(handle, "one");
  assert.equal((await waiting).frames[0]?.text, "one");
  const last = engine.streams.tailPage({ executionId, blockMs: 30_000, after: "1000001-0" });
  await new Promise(setImmediate);
  await engine.complete(handle);
  const { frames, closedReason, closedAt } = await last;
  assert.deepEqual(
    { frames, closedReason, closedAt },
    {
      frames: [],
      closedReason: "attempt_success",
      closedAt: 1_000_001,
    },
  );
  assert.equal(
    (await rejection(() => engine.streams.tailPage({ executionId, blockMs: 30_001 }))).details.field,
    "blockMs",
  );
  await engine.close();
});

test("tails that wait hold nobody up", async () => {
  const { engine } = await openTestEngine();
  const { handle, executionId } = await running(engine);
  const tails = Array.from({ length: 20 }, () => engine.streams.tailPage({ executionId, blockMs: 30_000 }));
  await engine.renew(handle);
  await engine.append(handle, "for all of them");
  for (const { frames } of await Promise.all(tails)) assert.equal(frames[0]?.text, "for all of them");
  await engine.close();
});

test("a tail goes on where it was after a panic of an engine that opens itself again", async () => {
  const line = openLocal({ module: await compiled(), clock: () => 1_000_000 });
  const port = new WirePort({ ...bound(line), reopens: true }, memoryReport(null));
  const engine = new SdkEngine(port, { set: () => {} });
  const { handle, executionId } = await running(engine);
  await engine.append(handle, "one");
  const tail = engine.streams.tail(executionId);
  assert.equal((await tail.next()).value?.text, "one");
  await engine.append(handle, "two");
  const { send } = port;
  port.send = async (calls) => {
    port.send = send;
    throw poisonedError(`unreachable in ${calls[0]?.op}`);
  };
  assert.equal((await tail.next()).value?.text, "two");
  port.send = () => Promise.reject(poisonedError("unreachable again"));
  assert.equal((await rejection(() => tail.next())).code, "engine.poisoned");
});

/** The methods of a line as members of a plain object. @param {any} line */
function bound(line) {
  return /** @type {import("../../../dist/js/lines/line.js").Line} */ ({
    ask: line.ask.bind(line),
    sleep: line.sleep.bind(line),
    close: line.close.bind(line),
  });
}

test("a handler appends to the stream of its attempt", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const worker = engine.work(
    { lanes: ["l"], worker: { id: "w" } },
    {
      k: async (task) => {
        await task.append("a line", { kind: "stdout" });
        await task.append({ half: true }, { mode: "summary" });
      },
    },
  );
  assert.deepEqual(await texts(engine.streams.tail(executionId)), ["a line", '{"half":true}']);
  assert.deepEqual((await engine.streams.summary(executionId))?.document, { half: true });
  await worker.stop();
  await engine.close();
});

test("the class puts the bytes of frames where they stand", () => {
  const { engine } = manual();
  const { executionId } = engine.createExecution({ lane: "l", kind: "k" });
  const claim = engine.claim({ lanes: ["l"], worker: { id: "w" } });
  assert.ok(claim && engine instanceof Engine);
  for (const byte of [1, 2]) engine.appendFrame({ handle: claim.handle, bytes: new Uint8Array([byte]) });
  const { frames } = engine.readStream({ executionId });
  assert.deepEqual(
    frames.map(({ bytes }) => bytes),
    [new Uint8Array([1]), new Uint8Array([2])],
  );
  assert.equal(engine.tailStream({ executionId, after: "1000000-0" }).frames.length, 1);
  assert.equal(engine.readSummary({ executionId }), null);
  engine.close();
});
