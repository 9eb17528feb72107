// Every end of a handler ends its attempt at once, whatever it throws or returns, with what can be told of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskFailure } from "../../../dist/js/index.js";
import { engineWith } from "../world/engine.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").Task} Task */

/** A value that anything may be given as. @param {unknown} value @returns {any} */
const any = (value) => value;

/** What becomes of one execution under a handler: its failure, and what was told. @param {(task: Task) => unknown} k */
async function ended(k) {
  // Its clock stands still, so no lease lapses: what ends is ended by its handler.
  const engine = await engineWith((_, send) => send());
  /** @type {any[]} */
  const told = [];
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry: { maxRetries: 1 } });
  let runs = 0;
  const loop = engine.work(
    { lanes: ["l"], onError: (error) => told.push(error) },
    {
      k(task) {
        runs += 1;
        return k(task);
      },
    },
  );
  for (;;) {
    const it = await engine.executions.describe(executionId);
    if (it && !["waiting", "active"].includes(it.publicState)) {
      await loop.stop({ drainMs: 0 });
      await engine.close();
      assert.equal(runs, 1);
      const failure = it.attempts[0]?.failure;
      return { state: it.publicState, class: failure?.class, message: failure?.message ?? "", failure, told };
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const unreadable = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error("not to be read");
      },
      getPrototypeOf: () => {
        throw new Error("not to be read");
      },
    },
  );

// Contract: workers.loop-failure, workers.loop-refused-failure.
test("a failure whose members cannot be meant ends its attempt at once, and is told", { timeout: 30_000 }, async () => {
  /** @type {[object, string, string, string | undefined][]} */
  const cases = [
    [{ class: "fatal" }, "class", "failed", "permanent"],
    [{}, "class", "failed", "permanent"],
    [{ class: Symbol("permanent") }, "class", "failed", "permanent"],
    [{ class: "transient", category: 503 }, "category", "delayed", "transient"],
    [{ class: "transient", category: "c".repeat(257) }, "category", "delayed", "transient"],
    [{ class: "permanent", category: "half \ud800" }, "category", "failed", "permanent"],
    [{ class: "transient", retryAt: Number.NaN }, "retryAt", "delayed", "transient"],
    [{ class: "transient", retryAt: new Date() }, "retryAt", "delayed", "transient"],
    [{ class: "transient", retryAt: 1.5 }, "retryAt", "delayed", "transient"],
    [{ class: "permanent", detail: { status: 503 } }, "detail", "failed", "permanent"],
  ];
  for (const [options, field, state, kind] of cases) {
    const found = await ended(() => {
      throw new TaskFailure("declined", any(options));
    });
    assert.deepEqual([found.state, found.class, found.message], [state, kind, "declined"], field);
    assert.deepEqual(
      found.told.map(({ name, code, details }) => [name, code, details.field]),
      [["TidegateError", "validation.invalid_input", field]],
    );
  }
  const bare = await ended(() => {
    throw new (any(TaskFailure))("declined");
  });
  assert.deepEqual([bare.state, bare.class, bare.told.length], ["failed", "permanent", 1]);
});

// Contract: workers.loop-failure.
test("whatever is thrown ends its attempt at once", { timeout: 30_000 }, async () => {
  const broken = Object.assign(new Error("fine"), {});
  for (const key of ["stack", "message", "cause", "name"])
    Object.defineProperty(broken, key, {
      get() {
        throw new Error("not to be read");
      },
    });
  const tricky = new TaskFailure("declined", { class: "transient" });
  Object.defineProperty(tricky, "category", {
    get() {
      throw new Error("not to be read");
    },
  });
  /** @type {[unknown, RegExp][]} */
  const cases = [
    [undefined, /^undefined$/],
    [null, /^null$/],
    [42, /^42$/],
    [10n, /^10$/],
    ["text", /^text$/],
    [Symbol("s"), /^Symbol\(s\)$/],
    [Object.create(null), /without a text/],
    [
      {
        toString() {
          throw new Error("no text");
        },
      },
      /without a text/,
    ],
    [unreadable(), /without a text/],
    [broken, /./],
    [tricky, /^declined$/],
    [Object.assign(new Error(), { message: { deep: 1 } }), /./],
    [Object.assign(new Error("stackless"), { stack: 5 }), /^stackless$/],
    [new DOMException("gone", "AbortError"), /^gone$/],
    [AbortSignal.abort().reason, /aborted/],
    [new AggregateError([unreadable(), null, new Error("one")], "many"), /^many$/],
  ];
  for (const [thrown, message] of cases) {
    for (const later of [false, true]) {
      const found = await ended(async () => {
        if (later) await null;
        throw thrown;
      });
      assert.deepEqual([found.state, found.class], ["delayed", "transient"]);
      assert.match(found.message, message);
    }
    const sync = await ended(() => {
      throw thrown;
    });
    assert.equal(sync.state, "delayed");
  }
});

// Contract: workers.loop-refused.
test("a result that cannot be kept ends its attempt at once, for good", { timeout: 30_000 }, async () => {
  const circle = any({});
  circle.self = circle;
  /** @type {[unknown, RegExp][]} */
  const cases = [
    [circle, /result/],
    [10n, /result/],
    [() => {}, /result/],
    [Symbol("s"), /result/],
    [{ deep: [Number.NaN] }, /result\.deep\[0\]/],
    ["x".repeat(2 << 20), /result/],
    [new Uint8Array(2 << 20), /result/],
    [
      {
        get deep() {
          throw new Error("not to be read");
        },
      },
      /not to be read|result/,
    ],
    [
      {
        toJSON() {
          throw new Error("not to be written");
        },
      },
      /not to be written|result/,
    ],
    [
      {
        // biome-ignore lint/suspicious/noThenProperty: what looks like a promise and is none is what is tried here
        get then() {
          throw new Error("no promise");
        },
      },
      /no promise/,
    ],
    [new DataView(new ArrayBuffer(1)), /result/],
    [unreadable(), /result|not to be read/],
  ];
  for (const [result, message] of cases) {
    const found = await ended(() => (result === cases[11]?.[0] ? { deep: result } : result));
    const thenable = String(message) === "/no promise/";
    assert.deepEqual([found.state, found.class], thenable ? ["delayed", "transient"] : ["failed", "permanent"]);
    assert.match(found.message, message);
  }
});

// Contract: workers.loop-causes.
test("a failure keeps the whole chain of its causes, bounded and safe from circles", { timeout: 30_000 }, async () => {
  const root = new RangeError("the disk is full");
  const middle = new TypeError("not written", { cause: root });
  const { failure } = await ended(() => {
    throw new Error("save failed", { cause: middle });
  });
  assert.equal(failure?.message, "save failed");
  const detail = String(failure?.detail);
  assert.match(
    detail,
    /^Error: save failed\n\s+at [\s\S]*\ncaused by: TypeError: not written\n\s+at [\s\S]*\ncaused by: RangeError: the disk is full\n\s+at /,
  );

  const circle = any(new Error("first"));
  circle.cause = new Error("second", { cause: circle });
  const circled = String((await ended(() => Promise.reject(circle))).failure?.detail);
  assert.deepEqual([circled.split("first").length, circled.split("second").length], [2, 2]);

  const many = await ended(() => {
    throw new AggregateError(
      [new Error("left", { cause: "a text" }), new Error("right", { cause: { code: 7 } })],
      "both failed",
    );
  });
  assert.match(
    String(many.failure?.detail),
    /AggregateError: both failed[\s\S]*one of 2: Error: left[\s\S]*caused by: a text[\s\S]*one of 2: Error: right[\s\S]*caused by: /,
  );

  let deep = new Error("level 20");
  for (let level = 19; level > 0; level--) deep = new Error(`level ${level}`, { cause: deep });
  const levels = String((await ended(() => Promise.reject(deep))).failure?.detail).match(/level \d+/g);
  assert.deepEqual(levels, ["level 1", "level 2", "level 3", "level 4", "level 5", "level 6", "level 7", "level 8"]);

  const long = new Error("x".repeat(40_000), {
    cause: new Error("y".repeat(40_000), { cause: new Error("the root") }),
  });
  const bounded = await ended(() => Promise.reject(long));
  assert.equal(bounded.message.length, 40_000);
  const kept = String(bounded.failure?.detail);
  assert.ok(Buffer.byteLength(kept) <= 16_384);
  assert.match(kept, /^Error: xxx[\s\S]*caused by: Error: yyy[\s\S]*caused by: Error: the root/);

  const named = await ended(() => {
    throw new TaskFailure("declined", { class: "permanent", detail: "card 7", cause: root });
  });
  assert.match(String(named.failure?.detail), /^card 7\ncaused by: RangeError: the disk is full\n\s+at /);
  assert.deepEqual(named.told, []);
  const plain = await ended(() => {
    throw new TaskFailure("declined", { class: "permanent", detail: "card 7" });
  });
  assert.equal(plain.failure?.detail, "card 7");
});

// Contract: workers.loop-failure.
test("a listener of errors that rejects ends nothing", { timeout: 30_000 }, async (t) => {
  const error = t.mock.method(console, "error", () => {});
  const engine = await engineWith((_, send) => send());
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const loop = engine.work(
    { lanes: ["l"], onError: () => Promise.reject(new Error("the listener broke")) },
    {
      k: () => {
        throw new TaskFailure("declined", any({ class: "fatal" }));
      },
    },
  );
  await engine.executions.wait(executionId);
  assert.equal((await engine.executions.describe(executionId))?.publicState, "failed");
  await loop.stop();
  assert.ok(error.mock.callCount() > 0);
  await engine.close();
});
