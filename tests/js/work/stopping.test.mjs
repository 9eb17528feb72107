// A handler that has ended has ended, and what an engine starts ends with it: nothing that was left behind goes on.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TaskStopped } from "../../../dist/js/index.js";
import { deferred, engineWith, watched } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").Task} Task */

const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

/** An engine that counts what is called. */
async function counting() {
  /** @type {string[]} */
  const calls = [];
  const engine = await engineWith((batch, send) => {
    calls.push(...batch.map(({ op }) => op));
    return send();
  });
  return { engine, count: (/** @type {string} */ op) => calls.filter((one) => one === op).length };
}

// Contract: workers.loop-ended.
test("a handler that has ended has ended: its signal aborts, no step begins, its task refuses what is left behind", async () => {
  const { engine, called } = await watched();
  /** @type {Task[]} */
  const tasks = [];
  const [slow, ended] = [deferred(), deferred()];
  /** @type {string[]} */
  const runs = [];
  /** @type {Promise<unknown>[]} */
  const left = [];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        tasks.push(task);
        const chain = async () => {
          await task.step("slow", async () => {
            runs.push("slow");
            await slow.promise;
            return "kept by nobody";
          });
          await task.step("next", () => runs.push("next"));
        };
        const first = chain();
        left.push(rejection(() => first));
        await Promise.all([
          first,
          task.step("broken", () => {
            throw new Error("one of two failed");
          }),
        ]);
      },
    },
  );
  const retry = { maxRetries: 1, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 10 }) };
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry });
  assert.equal(/** @type {any} */ ((await called("fail")).args).reason.message, "one of two failed");
  const [task] = tasks;
  assert.ok(task);
  const { signal } = task;
  assert.deepEqual([signal.aborted, signal.reason.name, signal.reason.reason], [true, "TaskStopped", "done"]);
  slow.resolve(undefined);
  const [of] = await Promise.all(left);
  assert.ok(of instanceof TaskStopped && of.reason === "done");
  const calls = [
    () => task.step("late", () => runs.push("late")),
    () => task.progress(50),
    () => task.append("late"),
    () => task.delay(2_000_000),
    () => task.cancel(),
    () => task.waitChildren(),
  ];
  for (const call of calls) {
    const refusal = await rejection(call);
    assert.ok(refusal instanceof TaskStopped && refusal.reason === "done");
  }
  assert.deepEqual(runs, ["slow"]);
  assert.deepEqual((await engine.executions.describe(executionId))?.steps ?? [], []);
  ended.resolve(undefined);
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-ended.
test("what a handler leaves behind without awaiting it brings nobody down", async () => {
  const { engine, count } = await counting();
  /** @type {unknown[]} */
  const unhandled = [];
  const heard = (/** @type {unknown} */ reason) => unhandled.push(reason);
  process.on("unhandledRejection", heard);
  const late = deferred();
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k(task) {
        void task.step("left", () => late.promise);
        return "done";
      },
    },
  );
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  await engine.executions.wait(executionId);
  late.resolve("too late");
  await soon();
  process.off("unhandledRejection", heard);
  assert.deepEqual([unhandled, count("record_step")], [[], 0]);
  assert.equal((await engine.executions.result(executionId))?.result, "done");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-signal.
test("an end that the storage refuses for a moment is told under a lease that is renewed", async () => {
  const it = await watched();
  const { engine, called, nap } = it;
  let refuses = true;
  it.fails = ({ op }) =>
    op === "complete" && refuses
      ? {
          code: "storage.io",
          category: "storage",
          kind: "io",
          message: "-",
          details: {},
          retryable: true,
          class: "retryable",
        }
      : undefined;
  const loop = engine.work({ lanes: ["l"], leaseTtlMs: 3_000 }, { k: () => "done" });
  await engine.executions.create({ lane: "l", kind: "k" });
  await called("complete");
  (await nap(1_000)).wake();
  assert.equal((await called("renew")).answer.ok !== undefined, true);
  refuses = false;
  (await nap(200)).wake();
  assert.equal((await called("complete")).answer.ok.publicState, "completed");
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-stop.
test("a stop does not wait longer than it says for a handler that is deaf, whose lease then runs out", {
  timeout: 10_000,
}, async () => {
  const { engine, count } = await counting();
  await engine.executions.create({ lane: "l", kind: "k" });
  const begun = deferred();
  let aborted = false;
  const loop = engine.work(
    { lanes: ["l"], leaseTtlMs: 90 },
    {
      k({ signal }) {
        signal.addEventListener("abort", () => (aborted = true));
        begun.resolve(undefined);
        return new Promise(() => {});
      },
    },
  );
  await begun.promise;
  const began = performance.now();
  await loop.stop({ drainMs: 50 });
  assert.ok(performance.now() - began < 3_000);
  assert.equal(aborted, true);
  const renewed = count("renew");
  await soon(150);
  assert.equal(count("renew"), renewed);
  await engine.close();
});

// Contract: workers.loop-stop.
test("a stop within a handler resolves, and what the handler comes to is kept", { timeout: 10_000 }, async () => {
  const { engine } = await counting();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k() {
        await loop.stop({ drainMs: 20 });
        return "stopped";
      },
    },
  );
  await engine.executions.wait(executionId);
  assert.equal((await engine.executions.result(executionId))?.result, "stopped");
  await loop.stopped;
  await engine.close();
});

// Contract: workers.loop-stop.
test("a stop that waits for ever ends with its engine", { timeout: 10_000 }, async () => {
  const { engine } = await counting();
  await engine.executions.create({ lane: "l", kind: "k" });
  const begun = deferred();
  const k = () => {
    begun.resolve(undefined);
    return new Promise(() => {});
  };
  const loop = engine.work({ lanes: ["l"] }, { k });
  await begun.promise;
  const stopped = loop.stop({ drainMs: Number.POSITIVE_INFINITY });
  await engine.close();
  await stopped;
});

// Contract: workers.loop-close.
test("a closed engine renews nothing for a handler that never ends, and lets Node go", {
  timeout: 60_000,
}, async () => {
  const { engine, count } = await counting();
  for (let n = 0; n < 3; n++) await engine.executions.create({ lane: "l", kind: "k" });
  /** @type {unknown[]} */
  const told = [];
  const loop = engine.work(
    { lanes: ["l"], concurrency: 3, leaseTtlMs: 30, onError: (error) => told.push(error) },
    { k: () => new Promise(() => {}) },
  );
  while (loop.running < 3) await soon();
  await engine.close();
  const renewed = count("renew");
  await soon(100);
  assert.deepEqual([count("renew"), told], [renewed, []]);

  const program = `
    import { openEngine } from ${JSON.stringify(new URL("../../../dist/js/index.js", import.meta.url).href)};
    const engine = await openEngine({ storage: { kind: "memory" } });
    for (let n = 0; n < 20; n++) await engine.executions.create({ lane: "l", kind: n % 2 ? "deaf" : "done" });
    const handlers = {
      deaf: async (task) => { await task.step("a", () => 1); return new Promise(() => {}); },
      done: () => { throw new Error("again"); },
    };
    const loops = [undefined, () => false, "online"].map((when) =>
      engine.work({ lanes: ["l"], concurrency: 12, leaseTtlMs: 3_600_000, ...(when && { when }) }, handlers));
    void engine.executions.wait((await engine.executions.list()).executions[0].executionId).catch(() => {});
    while (loops[0].running + loops[2].running < 10) await new Promise((resolve) => setTimeout(resolve, 5));
    await engine.close();
    const closed = performance.now();
    process.on("exit", () => console.log(Math.round(performance.now() - closed)));
  `;
  const options = { timeout: 20_000, cwd: fileURLToPath(new URL(".", import.meta.url)) };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], options);
  assert.ok(Number(stdout) < 5_000, `${stdout} ms until Node went`);
});
