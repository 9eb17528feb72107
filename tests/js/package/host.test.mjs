// What the package needs of its host: timers, page events, paths in refusals.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hostTimer } from "../../../dist/js/ground/alarm.js";
import { text } from "../../../dist/js/ground/json.js";
import { openEngine } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";

/** @param {string} name @param {unknown} value */
function withGlobal(name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => (before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name));
}

/** @param {EventTarget} page */
function withPage(page) {
  const undo = [withGlobal("document", page), withGlobal("addEventListener", page.addEventListener.bind(page))];
  return () => undo.forEach((one) => void one());
}

/** @param {() => unknown} call @returns {any} */
function refusal(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it refused nothing");
}

// Contract: time.alarm.
test("a page that wakes up rings at once, and not after the engine was closed", async () => {
  const page = new EventTarget();
  const undo = withPage(page);
  try {
    let rings = 0;
    const timer = hostTimer(() => 0);
    timer.set(1_000_000, () => rings++);
    page.dispatchEvent(new Event("visibilitychange"));
    assert.equal(rings, 1);
    timer.close?.();
    timer.set(1_000_000, () => rings++);
    page.dispatchEvent(new Event("visibilitychange"));
    assert.equal(rings, 1);
    timer.set(null, () => {});
  } finally {
    undo();
  }
});

test("closing an engine takes its listeners off the page", async () => {
  const page = new EventTarget();
  const undo = withPage(page);
  try {
    const engine = await openEngine({ storage: { kind: "memory" } });
    await engine.executions.create({ lane: "l", kind: "k", delayUntil: Date.now() + 60_000 });
    let ticks = 0;
    const tick = engine.tick.bind(engine);
    engine.tick = () => {
      ticks += 1;
      return tick();
    };
    page.dispatchEvent(new Event("resume"));
    assert.equal(ticks, 1);
    await engine.close();
    page.dispatchEvent(new Event("resume"));
    assert.equal(ticks, 1);
  } finally {
    undo();
  }
});

test("where a timer is a number, Deno is told not to wait for it", (t) => {
  /** @type {number[]} */
  const released = [];
  const undo = withGlobal("Deno", { unrefTimer: (/** @type {number} */ id) => released.push(id) });
  t.mock.method(globalThis, "setTimeout", () => 7);
  t.mock.method(globalThis, "clearTimeout", () => {});
  try {
    hostTimer(() => 0).set(1_000, () => {});
  } finally {
    t.mock.restoreAll();
    undo();
  }
  assert.deepEqual(released, [7]);
});

// Contract: values.json-refused.
test("what JSON cannot hold is named by its whole path", async () => {
  const shared = { n: 1 };
  /** @type {[unknown, string][]} */
  const refused = [
    [Number.NaN, "input"],
    [{ a: [shared, { b: shared, c: [0, Number.NaN] }] }, "input.a[1].c[1]"],
    [{ a: { b: {} }, c: 5n }, "input.c"],
    [[[], [{ "": () => 1 }]], "input[1][0]."],
  ];
  for (const [value, field] of refused)
    assert.equal(refusal(() => text(value, { field: "input" })).details.field, field);
  const { engine } = await openTestEngine();
  const retry = { maxRetries: 1, backoff: /** @type {const} */ ({ type: "fixed", delayMs: Number.NaN }) };
  const error = await engine.executions.create({ lane: "l", kind: "k", retry }).catch((thrown) => thrown);
  assert.equal(error.details.field, "retry.backoff.delayMs");
  await engine.close();
});
