// The line to an engine in a worker, with a worker made by hand: an engine of this thread that can be made to fail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../../dist/js/engine.js";
import { build } from "../../../dist/js/ground/build.js";
import { plainOf, poisonedError, storageError, TidegateError } from "../../../dist/js/ground/errors.js";
import { Bell } from "../../../dist/js/lines/bell.js";
import { openLocal } from "../../../dist/js/lines/local.js";
import { openRemote } from "../../../dist/js/lines/remote.js";
import { WirePort } from "../../../dist/js/lines/wire.js";
import { compiled } from "../../../dist/js/load.js";
import { memoryReport } from "../../../dist/js/storage/report.js";
import { Upkeep } from "../../../dist/js/storage/upkeep.js";

/** @typedef {import("../../../dist/js/lines/posted.js").Asked} Asked */
/** @typedef {import("../../../dist/js/lines/line.js").Line} Line */

const worker = { id: "w" };

/**
 * Workers over one engine in memory, which stands for the files they share. `fails` answers what a question gets
 * instead of its answer: an error, or "nothing" when the worker never answers.
 */
async function workshop() {
  const module = await compiled();
  const engine = openLocal({ module, clock: () => 1_000_000 });
  const shop = {
    module,
    made: 0,
    ended: 0,
    /** What a worker answers when it is asked of which build it is. @type {string | TidegateError} */
    build,
    /** @type {(asked: Asked) => TidegateError | "nothing" | "crash" | undefined} */
    fails: () => undefined,
    spawn: () => new HandMade(shop, engine),
    open: () => openRemote(shop.spawn, { module, name: "n", strict: true, waitMs: 0, ...none }),
    engine: async () => {
      const storage = { ...memoryReport(null), kind: /** @type {const} */ ("opfs"), name: "n" };
      return new Engine(new WirePort(await shop.open(), storage), { set: () => {} });
    },
  };
  return shop;
}

const none = { limits: {}, image: undefined };

class HandMade {
  /** @type {((event: { data: any }) => void) | null} */
  onmessage = null;
  /** @type {((event: { message?: string }) => void) | null} */
  onerror = null;
  #alive = true;
  /** @type {Awaited<ReturnType<typeof workshop>>} */ #shop;
  /** @type {Line} */ #line;

  /** @param {any} shop @param {Line} line */
  constructor(shop, line) {
    this.#shop = shop;
    this.#line = line;
    shop.made += 1;
  }

  terminate() {
    this.#alive = false;
    this.#shop.ended += 1;
  }

  /** @param {any} asked */
  postMessage(asked) {
    if (asked.question === "build") return void this.#tellBuild();
    const failure = this.#shop.fails(asked);
    if (failure === "nothing") return;
    if (failure === "crash") queueMicrotask(() => this.onerror?.({ message: "out of memory" }));
    else void this.#answer(asked, failure);
  }

  async #tellBuild() {
    const { build } = this.#shop;
    const told = build instanceof TidegateError ? { error: build.toJSON() } : { ok: build };
    await undefined;
    if (this.#alive) this.onmessage?.({ data: { id: 0, ...told } });
  }

  /** @param {any} asked @param {TidegateError | undefined} failure */
  async #answer({ id, question, args }, failure) {
    const ok = async () =>
      question === undefined || question === "close" ? undefined : this.#line.ask(question, ...args);
    const answered = failure
      ? { id, error: plainOf(failure) }
      : await ok().then(
          (ok) => ({ id, ok }),
          (error) => ({ id, error: plainOf(error) }),
        );
    if (this.#alive) this.onmessage?.({ data: structuredClone(answered) });
  }
}

/** @param {Promise<unknown>} promise @returns {Promise<any>} */
const rejection = (promise) =>
  promise.then(
    () => assert.fail("it did not reject"),
    (error) => error,
  );

/** @param {string} question */
const asks = (question) => (/** @type {any} */ asked) => asked.question === question;

// Contract: errors.bug.
test("what is thrown and is no error of the package crosses as a bug to report, an error of it as it is", () => {
  for (const [thrown, found] of /** @type {const} */ ([
    [new RangeError("too far"), "RangeError: too far"],
    ["a text", "a text"],
    [undefined, "undefined"],
  ])) {
    const plain = plainOf(thrown);
    assert.deepEqual(
      [plain.code, plain.class, plain.retryable, plain.details],
      ["bug.invariant_broken", "bug", false, { found }],
    );
    assert.match(plain.message, /please report it/);
  }
  assert.equal(plainOf(storageError("io", "too slow")).code, "storage.io");
});

// Contract: errors.typed.
test("calls go to the worker in batches and come back with their payloads", async () => {
  const shop = await workshop();
  const engine = await shop.engine();
  await engine.executions.create({ lane: "l", kind: "k", input: { to: "a@b" } });
  const claim = await engine.claim({ lanes: ["l"], worker });
  assert.deepEqual(claim?.input, { to: "a@b" });
  const refused = await rejection(engine.executions.create({ lane: "", kind: "k" }));
  assert.ok(refused instanceof TidegateError);
  assert.equal(refused.details.field, "lane");
  await engine.close();
  assert.deepEqual([shop.made, shop.ended], [1, 1]);
  assert.equal((await rejection(engine.executions.list())).code, "engine.closed");
});

// Contract: time.message-bytes.
test("what one message of a worker cannot answer any more, and what one cannot carry, is asked in the next", async () => {
  const shop = await workshop();
  const engine = await shop.engine();
  let batches = 0;
  shop.fails = (asked) => void (asks("batch")(asked) && batches++);
  const input = new Uint8Array(1 << 20).fill(7);
  const creates = Array.from({ length: 20 }, () => engine.executions.create({ lane: "l", kind: "k", input }));
  assert.equal(new Set((await Promise.all(creates)).map(({ executionId }) => executionId)).size, 20);
  assert.equal(batches, 3);
  const claims = await Promise.all(creates.map(() => engine.claim({ lanes: ["l"], worker })));
  assert.ok(claims.every((claim) => /** @type {Uint8Array | undefined} */ (claim?.input)?.length === 1 << 20));
  assert.equal(new Set(claims.map((claim) => claim?.executionId)).size, 20);
  assert.equal(batches, 5);
  await engine.close();
});

test("an engine that does not open leaves no worker behind", async () => {
  const shop = await workshop();
  shop.fails = () => storageError("taken", "another tab has it");
  assert.equal((await rejection(shop.open())).code, "storage.taken");
  assert.deepEqual([shop.made, shop.ended], [1, 1]);
});

// Contract: storage.reopens.
test("after a panic the calls of its batch are told once, and the next find the engine opened again", async () => {
  const shop = await workshop();
  const engine = await shop.engine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  let panics = 1;
  shop.fails = (asked) => (asks("batch")(asked) && panics-- > 0 ? poisonedError("unreachable") : undefined);
  const calls = [engine.executions.list(), engine.executions.create({ lane: "l", kind: "k" })];
  const errors = await Promise.all(calls.map(rejection));
  assert.deepEqual(
    errors.map(({ code }) => code),
    ["engine.poisoned", "engine.poisoned"],
  );
  assert.equal((await engine.executions.describe(executionId))?.publicState, "waiting");
  assert.equal(engine.over, undefined);
  assert.deepEqual([shop.made, shop.ended], [2, 1]);
  await engine.close();
});

// Contract: storage.open-gives-back.
test("an engine that is opened again after a panic is opened for the same callers, another engine for others", async () => {
  const shop = await workshop();
  /** @type {unknown[]} */
  const connections = [];
  let panics = 1;
  shop.fails = (asked) => {
    if ("open" in asked) connections.push(asked.open.limits.connection);
    return asks("batch")(asked) && panics-- > 0 ? poisonedError("unreachable") : undefined;
  };
  const engine = await shop.engine();
  await rejection(engine.executions.list());
  await engine.executions.list();
  const other = await shop.engine();
  const [first, again, others] = connections;
  assert.ok(Number.isSafeInteger(first) && Number(first) > 0);
  assert.equal(again, first);
  assert.notEqual(others, first);
  assert.equal(connections.length, 3);
  await Promise.all([engine.close(), other.close()]);
});

test("a worker that falls as a whole is told by a typed error, and replaced", async () => {
  const shop = await workshop();
  const engine = await shop.engine();
  let falls = 1;
  shop.fails = (asked) => (asks("batch")(asked) && falls-- > 0 ? "crash" : undefined);
  const error = await rejection(engine.executions.list());
  assert.equal(error.code, "engine.poisoned");
  assert.match(error.message, /out of memory/);
  assert.deepEqual((await engine.executions.list()).executions, []);
  await engine.close();
});

// Contract: storage.version.
test("a worker of another build is refused before it opens anything, and so is one that knows of no builds", async () => {
  const shop = await workshop();
  /** @type {Asked[]} */
  const asked = [];
  shop.fails = (question) => void asked.push(question);
  shop.build = "0123456789abcdef";
  const other = await rejection(shop.open());
  assert.deepEqual([other.code, other.details.found], ["engine.version", shop.build]);
  assert.match(other.message, /worker's script is of another build.*reload past the cache/);
  shop.build = new TidegateError(plainOf(new Error("the worker was asked before it had opened its engine")));
  const older = await rejection(shop.open());
  assert.deepEqual([older.code, older.details.found], ["engine.version", "none"]);
  assert.deepEqual([asked.length, shop.made, shop.ended], [0, 2, 2]);
});

test("a worker that does not start is no storage", async () => {
  const shop = await workshop();
  shop.fails = () => "crash";
  assert.equal((await rejection(shop.open())).code, "storage.unavailable");
  assert.equal(shop.ended, 1);
});

// Contract: storage.reopens.
test("a worker that cannot be opened again says why at each call, until it can", async () => {
  const shop = await workshop();
  const engine = await shop.engine();
  shop.fails = (asked) =>
    "open" in asked ? storageError("taken", "another tab has it") : poisonedError("unreachable");
  assert.equal((await rejection(engine.executions.list())).code, "engine.poisoned");
  assert.equal((await rejection(engine.executions.list())).code, "storage.taken");
  shop.fails = () => undefined;
  assert.deepEqual((await engine.executions.list()).executions, []);
  await engine.close();
});

test("a worker that does not answer its closing is ended", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const shop = await workshop();
  const line = await shop.open();
  shop.fails = () => "nothing";
  const closed = line.close();
  context.mock.timers.tick(2_000);
  await closed;
  assert.equal(shop.ended, 1);
});

// Contract: storage.checked.
test("damage that is found in idle moments ends the engine", async () => {
  const found = new TidegateError({ ...storageError("io", "page 7 is wrong").toJSON(), code: "storage.damaged" });
  const shop = await workshop();
  const port = new WirePort(await shop.open(), { ...memoryReport(null), kind: "opfs", checked: "pending" });
  const engine = new Engine(port, { set: () => {} });
  shop.fails = (asked) => (asks("check")(asked) ? found : undefined);
  await new Upkeep(port, engine).lookOver();
  assert.equal(engine.storage.checked, "damaged");
  assert.equal((await rejection(engine.executions.list())).code, "storage.damaged");
  await engine.close();
});

// Contract: storage.checked.
test("a sound database is found sound, slice by slice", async () => {
  const shop = await workshop();
  const port = new WirePort(await shop.open(), { ...memoryReport(null), kind: "opfs", checked: "pending" });
  const engine = new Engine(port, { set: () => {} });
  await new Upkeep(port, engine).lookOver();
  assert.equal(engine.storage.checked, "sound");
  await engine.close();
});

test("a claim that waits in memory is told of the panic at once", async () => {
  const line = openLocal({ module: await compiled(), clock: () => 1_000_000 });
  const ask = line.ask.bind(line);
  let broken = false;
  line.ask = (question, ...args) => (broken ? Promise.reject(poisonedError("unreachable")) : ask(question, ...args));
  const engine = new Engine(new WirePort(line, memoryReport(null)), { set: () => {} });
  const waiting = rejection(engine.claim({ lanes: ["l"], worker, maxWaitMs: 600_000 }));
  await engine.executions.list();
  broken = true;
  assert.equal((await rejection(engine.executions.list())).code, "engine.poisoned");
  assert.equal((await waiting).code, "engine.poisoned");
  assert.ok(engine.over);
});

test("sleepers share one timer of the worker, and those woken before leave nothing behind", async () => {
  let rings = 0;
  const bell = new Bell((ms) => {
    rings += 1;
    // The hour of those that were woken is not waited for.
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      if (ms > 1_000) timer.unref();
    });
  });
  const woken = new AbortController();
  const early = Array.from({ length: 100 }, () => bell.sleep(3_600_000, woken.signal));
  const due = [20, 10, 30].map((ms) => bell.sleep(ms, new AbortController().signal));
  woken.abort();
  await Promise.all(early);
  await Promise.all(due);
  assert.ok(rings <= 6, `${rings} timers`);
  await bell.sleep(5, AbortSignal.abort());
});
