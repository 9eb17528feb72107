// What a loop is told when it begins: options that cannot be meant are refused at the call, by name, and handlers may be
// those of a class.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TidegateError } from "../../../dist/js/index.js";
import { deferred, engineWith, thrownBy } from "../world/engine.mjs";

/** @typedef {import("../../../dist/js/index.js").Task} Task */

const k = () => "done";

/** An engine, and what was called. */
async function counting() {
  /** @type {string[]} */
  const calls = [];
  const engine = await engineWith((batch, send) => {
    calls.push(...batch.map(({ op }) => op));
    return send();
  });
  return { engine, calls, bad: /** @type {any} */ (engine) };
}

const thrower = () => {
  throw new Error("not to be read");
};

// Contract: workers.loop-options.
test("options that cannot be meant are refused at the call, by name, and nothing is begun", async () => {
  const { engine, calls, bad } = await counting();
  /** @type {[object | undefined, string, RegExp?][]} */
  const cases = [
    [undefined, "options"],
    [{ lane: "l" }, "lane", /did you mean lanes\?/],
    [{ lanes: ["l"], concurency: 2 }, "concurency", /did you mean concurrency\?/],
    [{ lanes: ["l"], leaseTtl: 2 }, "leaseTtl", /did you mean leaseTtlMs\?/],
    [{ lanes: ["l"], capability: ["gpu"] }, "capability", /did you mean capabilities\?/],
    [{ lanes: ["l"], onerror: k }, "onerror", /did you mean onError\?/],
    [{ lanes: ["l"], maxWaitMs: 5 }, "maxWaitMs"],
    [{ lanes: ["l"], signal: new AbortController().signal }, "signal"],
    [{ lanes: "mail" }, "lanes", /the text "mail"/],
    [{}, "lanes"],
    [{ lanes: [] }, "lanes"],
    [{ lanes: new Set(["l"]) }, "lanes"],
    [{ lanes: ["l", ""] }, "lanes[1]"],
    [{ lanes: ["l", Symbol("l")] }, "lanes[1]"],
    [{ lanes: ["é"] }, "lanes[0]"],
    [{ lanes: Array.from({ length: 1_001 }, (_, n) => `l${n}`) }, "lanes"],
    [{ lanes: ["l"], kinds: "k" }, "kinds"],
    [{ lanes: ["l"], kinds: [7] }, "kinds[0]"],
    [{ lanes: ["l"], kinds: ["x"] }, "kinds"],
    [{ lanes: ["l"], capabilities: "gpu" }, "capabilities"],
    [{ lanes: ["l"], capabilities: ["two words"] }, "capabilities[0]"],
    [{ lanes: ["l"], worker: {} }, "worker.id"],
    [{ lanes: ["l"], worker: { id: "w", instance: "i" } }, "worker.instance", /did you mean instanceId\?/],
    [{ lanes: ["l"], worker: { id: "two\nlines" } }, "worker.id"],
    [{ lanes: ["l"], namespace: 5 }, "namespace"],
    [{ lanes: ["l"], namespace: "a\ud800" }, "namespace"],
    [{ lanes: ["l"], worker: { id: "a\ud800" } }, "worker.id"],
    [{ lanes: ["l"], capabilities: ["a\ud800"] }, "capabilities[0]"],
    [{ lanes: ["l"], kinds: [{}] }, "kinds[0]", /found an object$/],
    [{ lanes: ["l"], onError: 5 }, "onError", /found a number$/],
    [{ lanes: ["l"], onError: "log" }, "onError"],
    [{ lanes: ["l"], when: "offline" }, "when"],
    [{ lanes: ["l"], when: true }, "when"],
    ...[0, -1, 1.5, Number.NaN, 86_400_001, "30", null].map(
      (leaseTtlMs) => /** @type {[object, string]} */ ([{ lanes: ["l"], leaseTtlMs }, "leaseTtlMs"]),
    ),
  ];
  for (const [options, field, message = /./] of cases) {
    const error = thrownBy(() => bad.work(options, { k }));
    assert.ok(error instanceof TidegateError, field);
    assert.deepEqual([error.code, error.details["field"]], ["validation.invalid_input", field]);
    assert.match(error.message, message);
  }
  for (const [handlers, field] of /** @type {[unknown, string][]} */ ([
    [undefined, "handlers"],
    [k, "handlers"],
    [{ k: 5 }, "handlers.k"],
    [{ "": k }, "handlers"],
    [{ "a\ud800": k }, "handlers"],
    [new Map([["k", k]]), "handlers"],
    [[k], "handlers"],
    [Promise.resolve({ k }), "handlers"],
    [new Proxy({}, { ownKeys: thrower }), "handlers"],
    [Object.defineProperty({}, "k", { get: thrower, enumerable: true }), "handlers"],
  ])) {
    const error = thrownBy(() => bad.work({ lanes: ["l"] }, handlers));
    assert.ok(error instanceof TidegateError, field);
    assert.equal(error.details["field"], field);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(calls, []);
  const loop = engine.work({ lanes: ["l"], leaseTtlMs: 86_400_000, when: "online" }, { k });
  for (const options of [{ drain: 5 }, { drainMs: "5" }, null])
    await assert.rejects(() => loop.stop(/** @type {any} */ (options)), TidegateError);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-refused-claim.
test("a loop whose claims the engine refuses for good says so once, and ends", async () => {
  const engine = await engineWith((calls, send) => {
    for (const call of calls) if (call.op === "claim") call.args["leaseTtlMs"] = -1;
    return send();
  });
  /** @type {any[]} */
  const told = [];
  const loop = engine.work({ lanes: ["l"], concurrency: 3, onError: (error) => told.push(error) }, { k });
  await loop.stopped;
  assert.deepEqual(
    told.map(({ details }) => details.field),
    ["leaseTtlMs"],
  );
  await engine.close();
});

// Contract: workers.loop-options.
test("no host warns of a leak, whatever the concurrency, and however many wait with one signal", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const warned = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on("warning", warned);
  const { engine, calls } = await counting();
  const loop = engine.work({ lanes: ["l"], concurrency: 40 }, { k });
  const idle = engine.work({ lanes: ["l"], concurrency: 40 }, {});
  const shut = engine.work({ lanes: ["l"], concurrency: 40, when: () => false }, { k });
  const { executionId } = await engine.executions.create({ lane: "other", kind: "k" });
  const stop = new AbortController();
  const waits = Array.from({ length: 40 }, () => engine.executions.wait(executionId, { signal: stop.signal }));
  const readers = Array.from({ length: 40 }, () => engine.events({ signal: stop.signal }).next());
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(calls.filter((op) => op === "claim").length >= 40);
  stop.abort();
  const ended = await Promise.allSettled([...waits, ...readers]);
  assert.ok(ended.every(({ status }) => status === "rejected"));
  await Promise.all([loop, idle, shut].map((one) => one.stop()));
  await engine.close();
  process.off("warning", warned);
  assert.deepEqual(warnings, []);
});

// Contract: workers.loop-handlers.
test("the methods of a class are handlers, its own and those of the classes above it, on their own object", async () => {
  class Base {
    prefix = "from ";
    /** @param {Task} task */
    send(task) {
      return this.prefix + task.claim.kind;
    }
    scan() {
      return "base";
    }
  }
  class Mailer extends Base {
    #secret = "mailer";
    /** @override */
    scan() {
      return this.#secret;
    }
    get size() {
      throw new Error("not to be read");
    }
    print = () => `${this.prefix}print`;
  }
  const { engine, calls, bad } = await counting();
  const loop = bad.work({ lanes: ["l"] }, new Mailer());
  const kinds = ["send", "scan", "print"];
  const made = await Promise.all(kinds.map((kind) => engine.executions.create({ lane: "l", kind })));
  for (const { executionId } of made) await engine.executions.wait(executionId);
  const results = await Promise.all(made.map(({ executionId }) => engine.executions.result(executionId)));
  assert.deepEqual(
    results.map((found) => found?.result),
    ["from send", "mailer", "from print"],
  );
  assert.ok(!calls.includes("fail"));
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-kinds, workers.loop-others.
test("kinds without a handler are never failed, and what waits of them is told once", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { engine } = await counting();
  const others = ["resize", "resize", "toString", "constructor"];
  const waiting = await Promise.all(others.map((kind) => engine.executions.create({ lane: "l", kind })));
  await engine.executions.create({ lane: "elsewhere", kind: "fax" });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "send" });
  /** @type {Record<string, () => unknown>} */
  const handlers = { send: k };
  const loop = engine.work({ lanes: ["l"], concurrency: 3 }, handlers);
  await engine.executions.wait(executionId);
  delete handlers["send"];
  const later = await engine.executions.create({ lane: "l", kind: "send" });
  await engine.executions.wait(later.executionId);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const told = warn.mock.calls.map(({ arguments: [text] }) => String(text));
  assert.equal(told.length, 1);
  assert.match(String(told[0]), /resize \(2\)/);
  assert.match(String(told[0]), /toString \(1\)/);
  assert.doesNotMatch(String(told[0]), /send|fax/);
  for (const one of waiting) assert.equal((await engine.executions.describe(one.executionId))?.publicState, "waiting");
  await loop.stop();
  const all = engine.work({ lanes: ["l"] }, { "*": k });
  for (const one of waiting) await engine.executions.wait(one.executionId);
  await all.stop();
  assert.equal(warn.mock.callCount(), 1);
  await engine.close();
});

// Contract: workers.loop-when.
test("a loop claims while its function says so; it is asked before each claim, and handlers that run go on", async () => {
  const { engine, calls } = await counting();
  let open = false;
  let asked = 0;
  const when = () => {
    asked += 1;
    return open;
  };
  const end = deferred();
  const loop = engine.work({ lanes: ["l"], concurrency: 2, when }, { k, slow: () => end.promise });
  const first = await engine.executions.create({ lane: "l", kind: "slow" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(calls.filter((op) => op === "claim").length, 0);
  open = true;
  while (loop.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // The second slot is parked; what comes now is not taken all the same.
  open = false;
  const second = await engine.executions.create({ lane: "l", kind: "k" });
  end.resolve("slow");
  assert.equal((await engine.executions.wait(first.executionId))?.outcome, "success");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await engine.executions.describe(second.executionId))?.publicState, "waiting");
  const other = engine.work({ lanes: ["l"], worker: { id: "other" } }, { k });
  await engine.executions.wait(second.executionId);
  assert.ok(asked > 2);
  await Promise.all([loop.stop(), other.stop()]);
  await engine.close();
});

// Contract: workers.loop-when.
test("a function that throws or answers nothing is told once and counts as no", async () => {
  for (const [when, message] of /** @type {const} */ ([
    [() => Promise.resolve(true), /true or false/],
    [
      () => {
        throw new Error("the gate broke");
      },
      /the gate broke/,
    ],
  ])) {
    const { engine, calls } = await counting();
    /** @type {any[]} */
    const told = [];
    const options = { lanes: ["l"], concurrency: 3, when: /** @type {any} */ (when) };
    const loop = engine.work({ ...options, onError: (error) => told.push(error) }, { k });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.equal(told.length, 1);
    assert.match(told[0].message, message);
    assert.ok(!calls.includes("claim"));
    await loop.stop();
    await engine.close();
  }
});

// Contract: workers.loop-when.
test("a loop that works online claims nothing without a network, and at once when there is one", async (t) => {
  const found = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const scope = /** @type {any} */ (globalThis);
  const target = new EventTarget();
  const navigator = { onLine: false };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  const [added, removed] = [scope.addEventListener, scope.removeEventListener];
  scope.addEventListener = target.addEventListener.bind(target);
  t.after(() => {
    Object.assign(scope, { addEventListener: added, removeEventListener: removed });
    delete scope.navigator;
    if (found) Object.defineProperty(globalThis, "navigator", found);
  });
  const turn = (/** @type {boolean} */ onLine) => {
    navigator.onLine = onLine;
    target.dispatchEvent(new Event(onLine ? "online" : "offline"));
  };
  const { engine, calls } = await counting();
  const loop = engine.work({ lanes: ["l"], when: "online" }, { k });
  const first = await engine.executions.create({ lane: "l", kind: "k" });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!calls.includes("claim"));
  turn(true);
  await engine.executions.wait(first.executionId);
  turn(false);
  await new Promise((resolve) => setTimeout(resolve, 10));
  calls.length = 0;
  const second = await engine.executions.create({ lane: "l", kind: "k" });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!calls.includes("claim"));
  turn(true);
  await engine.executions.wait(second.executionId);
  await loop.stop();
  await engine.close();
});
