// What is told of steps to whoever holds no lease: when each began, how large it is, what it came to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";

// Contract: attempts.step-start, attempts.read-step.
test("a step tells how long it took, and is read without a claim", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const claim = await claimed(engine);
  await clock.advance(500);
  await engine.recordStep(claim.handle, "pay", { result: { paid: true }, tookMs: 200 });
  const [line] = (await engine.executions.describe(executionId))?.steps ?? [];
  assert.deepEqual([line?.startedAt, line?.recordedAt], [clock.now - 200, clock.now]);
  assert.deepEqual((await engine.executions.step(executionId, "pay"))?.result, { paid: true });
  assert.equal(await engine.executions.step(executionId, "ship"), null);
  const loop = engine.work({ lanes: ["other"] }, { k: (task) => task.step("quick", () => 1) });
  const other = await engine.executions.create({ lane: "other", kind: "k" });
  await engine.executions.wait(other.executionId);
  const [quick] = (await engine.executions.describe(other.executionId))?.steps ?? [];
  assert.ok(quick?.startedAt !== undefined && quick.startedAt <= quick.recordedAt);
  await loop.stop();
  await engine.close();
});
