// Names of steps: each once in a run of a handler, since the second would be answered what the first came to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred, watched } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

const retry = { maxRetries: 3, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 10 }) };
const order = { lane: "l", kind: "k", retry };

// Contract: workers.loop-step, workers.loop-step-name.
test("the same name twice is told as an error, and a part that throws runs again", async () => {
  const { engine, called, advance } = await watched();
  /** @type {string[]} */
  const runs = [];
  const begun = deferred();
  const twice = async (/** @type {Promise<unknown>} */ step) => {
    const error = await rejection(() => step);
    assert.deepEqual(
      [error.name, error.code, error.details.field],
      ["TidegateError", "validation.invalid_input", "name"],
    );
    assert.match(error.message, /"(slow|broken)" a second time/);
  };
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        const slow = async () => {
          runs.push("slow");
          await begun.promise;
          return "once";
        };
        const first = task.step("slow", slow);
        await twice(task.step("slow", () => runs.push("never")));
        const other = task.step("other", async () => void runs.push("other"));
        begun.resolve();
        assert.deepEqual(await Promise.all([first, other]), ["once", undefined]);
        await twice(task.step("slow", () => runs.push("never")));
        const thrown = await rejection(() => task.step("broken", failing(runs)));
        assert.equal(thrown.message, "the part broke");
        const again = task.step("broken", failing(runs));
        await twice(task.step("broken", failing(runs)));
        assert.equal((await rejection(() => again)).message, "the part broke");
        if (task.claim.attemptIndex === 0) throw new Error("not yet");
        return task.step("broken", () => "mended");
      },
    },
  );
  const { executionId } = await engine.executions.create(order);
  assert.equal(/** @type {any} */ ((await called("fail")).args).reason.message, "not yet");
  runs.push("again");
  await advance(10);
  await called("complete");
  assert.deepEqual(runs, ["slow", "other", "broken", "broken", "again", "broken", "broken"]);
  assert.equal((await engine.executions.result(executionId))?.result, "mended");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-step-name.
test("a handler that uses a name twice fails for good, in whatever attempt", async () => {
  const { engine, called } = await watched();
  let runs = 0;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        for (const to of ["a@b", "c@d"]) await task.step("send", () => `${to} ${++runs}`);
      },
    },
  );
  await engine.executions.create(order);
  const { args, answer } = await called("fail");
  assert.equal(answer.ok.outcome, "terminal_failed");
  assert.match(/** @type {any} */ (args).reason.message, /the step "send" a second time/);
  assert.equal(runs, 1);
  await loop.stop();
  await engine.close();
});

/** @param {string[]} runs */
function failing(runs) {
  return async () => {
    runs.push("broken");
    throw new Error("the part broke");
  };
}
