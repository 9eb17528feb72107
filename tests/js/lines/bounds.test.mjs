// What crosses the line is bounded in bytes, both ways: with a memory of 256 MiB calls are answered whose answers, or whose
// payloads, take more than that together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openCapped } from "../world/capped.mjs";

/** @typedef {import("../../../dist/js/engine.js").Engine} Engine */

const CAP = 256 << 20;
const LARGE = 16 << 20;

/** Bytes that do not come to be twice by chance. @param {number} length @param {number} first */
function bytes(length, first = 7) {
  const made = new Uint8Array(length);
  made.set([first, first >> 8], 0);
  return made;
}

/** A claim that must find something; the other world of tests has an instance without a cap. @param {Engine} engine */
async function claimed(engine) {
  const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" } });
  if (claim === null) throw new Error("there was nothing to claim");
  return claim;
}

/** @param {number} count */
const times = (count) => Array.from({ length: count }, (_, index) => index);

/** An engine whose memory ends early, with the messages that went to it. */
function capped() {
  /** @type {{ calls: number, bytes: number, answers: number, answered: number }[]} */
  const messages = [];
  const engine = openCapped(CAP, (line) => ({
    reopens: line.reopens,
    sleep: (ms, signal) => line.sleep(ms, signal),
    close: () => line.close(),
    ask: async (question, .../** @type {any[]} */ args) => {
      const answer = /** @type {any} */ (await /** @type {any} */ (line.ask)(question, ...args));
      if (question === "batch") messages.push(weighed(args, answer));
      return answer;
    },
  }));
  return { engine, messages };
}

/** @param {any[]} asked @param {{ text: string, payloads: Uint8Array[] }} answer */
function weighed([text, payloads], answer) {
  return {
    calls: JSON.parse(text).length,
    bytes: weight(text, payloads),
    answers: JSON.parse(answer.text).answers.length,
    answered: weight(answer.text, answer.payloads),
  };
}

/** @param {string} text @param {Uint8Array[]} payloads */
const weight = (text, payloads) => payloads.reduce((sum, { byteLength }) => sum + byteLength, text.length);

// Contract: time.message-bytes.
test("thirty concurrent reads of one large result are each answered", async () => {
  const { engine, messages } = capped();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  await engine.complete((await claimed(engine)).handle, { result: bytes(LARGE) });
  messages.splice(0);
  const lengths = times(30).map(async () => {
    const read = await engine.executions.result(executionId);
    return /** @type {Uint8Array | undefined} */ (read?.result)?.length;
  });
  assert.deepEqual(await Promise.all(lengths), new Array(30).fill(LARGE));
  assert.ok(
    messages.every(({ answered }) => answered < LARGE * 2),
    JSON.stringify(messages),
  );
  await engine.close();
});

// Contract: time.message-bytes.
test("thirty children whose input is a large result are each claimed with it, and once", async () => {
  const { engine } = capped();
  const child = { lane: "l", kind: "k", after: [{ name: "first", replaceInput: true }] };
  const children = times(30).map((index) => ({ ...child, name: `child-${index}` }));
  await engine.flows.submit({ kind: "f", members: [{ name: "first", lane: "l", kind: "k" }, ...children] });
  await engine.complete((await claimed(engine)).handle, { result: bytes(LARGE) });
  const claims = times(30).map(async () => {
    const { input, executionId } = await claimed(engine);
    return [executionId, /** @type {Uint8Array} */ (input).length];
  });
  const told = await Promise.all(claims);
  assert.equal(new Map(/** @type {[string, number][]} */ (told)).size, 30);
  assert.ok(told.every(([, length]) => length === LARGE));
  await engine.close();
});

// Contract: time.message-bytes.
test("an execution with a hundred and fifty long failures is described 250 times at once", async () => {
  const { engine } = capped();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry: { maxRetries: 200 } });
  for (const _ of times(150)) {
    const { handle } = await claimed(engine);
    await engine.fail(handle, { reason: { message: "m".repeat(65_536) }, class: "transient", retryAt: 0 });
  }
  const described = times(250).map(async () => (await engine.executions.describe(executionId))?.attempts.length ?? 0);
  const lengths = new Set(await Promise.all(described));
  assert.ok(lengths.size === 1 && Math.min(...lengths) > 50, `pages of attempts: ${[...lengths]}`);
  await engine.close();
});

// Contract: time.message-bytes.
test("what is sent in one turn goes in messages of 8 MiB, in order, each call once", async () => {
  const { engine, messages } = capped();
  const sizes = [2, 3 << 20, 3 << 20, 3 << 20, LARGE, 2, 7 << 20, 2 << 20, 2];
  const creates = sizes.map((size, index) => {
    return engine.executions.create({
      lane: "l",
      kind: `k${index}`,
      input: bytes(size, index),
      requestId: `r${index}`,
    });
  });
  const made = await Promise.all(creates);
  assert.ok(made.every(({ outcome }) => outcome === "created"));
  assert.deepEqual(
    messages.map(({ answers }) => answers),
    [3, 1, 1, 2, 2],
  );
  assert.ok(messages.every(({ bytes, calls }) => calls === 1 || bytes <= 8 << 20));
  const kinds = [];
  for (const _ of sizes) kinds.push((await claimed(engine)).kind);
  assert.deepEqual(
    kinds,
    sizes.map((_, index) => `k${index}`),
  );
  await engine.close();
});

// Contract: time.gathered.
test("one call that cannot be written does not split its batch", async () => {
  const { engine, messages } = capped();
  const calls = times(300).map((index) => {
    const kind = index === 150 ? /** @type {any} */ (Symbol("k")) : "k";
    return engine.executions.create({ lane: "l", kind, priority: index });
  });
  const settled = await Promise.allSettled(calls);
  const refused = settled.flatMap((one, index) => (one.status === "rejected" ? [[index, one.reason.code]] : []));
  assert.deepEqual(refused, [[150, "validation.invalid_input"]]);
  assert.deepEqual(
    messages.map(({ calls }) => calls),
    [299],
  );
  assert.equal((await engine.executions.counts()).total.waiting, 299);
  await engine.close();
});

// Contract: limits.memory.
test("a value that is too large for the memory that is left is refused, and the next call is answered", async () => {
  const { engine } = capped();
  /** @type {any} */
  let refusal;
  let made = 0;
  while (refusal === undefined && made < 30) {
    const create = engine.executions.create({ lane: "l", kind: "k", input: bytes(LARGE, made) });
    await create.then(
      () => made++,
      (thrown) => (refusal = thrown),
    );
  }
  assert.equal(refusal?.code, "storage.too_large");
  assert.ok(made >= 8, `${made} were made`);
  assert.equal((await engine.executions.list()).executions.length, made);
  await engine.executions.create({ lane: "l", kind: "k", input: bytes(1_000) });
  await engine.close();
});
