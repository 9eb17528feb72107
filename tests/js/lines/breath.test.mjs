// An engine in this thread lets the event loop go on, however much work there is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openEngine } from "../../../dist/js/index.js";

// Contract: workers.loop-breath.
test("a loop of handlers that do nothing keeps no timer out", { timeout: 60_000 }, async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  const count = 3_000;
  for (let made = 0; made < count; made += 500)
    await Promise.all(Array.from({ length: 500 }, () => engine.executions.create({ lane: "l", kind: "k" })));
  let done = 0;
  let finished = () => {};
  const all = new Promise((resolve) => (finished = () => resolve(undefined)));
  /** How much was done when a timer rang. @type {number[]} */
  const rings = [];
  const timer = setInterval(() => rings.push(done));
  const loop = engine.work({ lanes: ["l"] }, { k: () => void (++done === count && finished()) });
  await all;
  clearInterval(timer);
  // Without a breath in between the first ring finds all of it done.
  const during = rings.filter((at) => at > 0 && at < count);
  assert.ok(during.length >= 5, `${during.length} rings`);
  await loop.stop();
  await engine.close();
});

test("calls that each wait for the one before keep no timer out", { timeout: 60_000 }, async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  let rings = 0;
  const timer = setInterval(() => rings++);
  for (let call = 0; call < 2_000; call++) await engine.executions.counts();
  assert.ok(rings >= 2, `${rings} rings`);
  clearInterval(timer);
  await engine.close();
});
