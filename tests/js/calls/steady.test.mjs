// What is waited for goes by a steady clock, though the clock on the wall is put back meanwhile.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openEngine } from "../../../dist/js/index.js";
import { Bell } from "../../../dist/js/lines/bell.js";

const { now } = Date;
afterEach(() => {
  Date.now = now;
});

// Contract: time.steady.
test("a wait that the clock is put back under takes no longer", { timeout: 10_000 }, async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const waits = [
    engine.executions.wait(executionId, { timeoutMs: 30 }),
    engine.claim({ lanes: ["other"], worker: { id: "w" }, maxWaitMs: 30 }),
  ];
  Date.now = () => now() - 3_600_000;
  assert.deepEqual(await Promise.all(waits), [null, null]);
  await engine.close();
});

// Contract: time.steady.
test("a bell rings in time though the clock was put back", { timeout: 10_000 }, async () => {
  const bell = new Bell((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const rests = [bell.sleep(20, new AbortController().signal), bell.sleep(30, new AbortController().signal)];
  Date.now = () => now() - 86_400_000;
  await Promise.all([...rests, bell.sleep(10, new AbortController().signal)]);
});
