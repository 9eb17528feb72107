// An engine opened from a worker of the page's own: its files are held by a worker of that worker.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const world = new World({
  "/own-worker.js": `
    import { openEngine } from "/browser/index.js";
    onmessage = async ({ data: name }) => {
      try {
        const engine = await openEngine({ storage: { kind: "opfs", name } });
        const worker = engine.work({ lanes: ["l"] }, { k: (task) => task.input * 2 });
        const { executionId } = await engine.executions.create({ lane: "l", kind: "k", input: 21 });
        let found = null;
        while (found === null) found = await engine.executions.result(executionId);
        await worker.stop();
        const { kind, durability } = engine.storage;
        await engine.close();
        postMessage({ result: found.result, kind, durability, executionId });
      } catch (error) {
        postMessage({ error: String(error) });
      }
    };`,
});

test("an engine is opened from a worker, and what it did is found from the page", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const own = new Worker("/own-worker.js", { type: "module" });
    const told = await new Promise((resolve, reject) => {
      own.onmessage = ({ data }) => resolve(data);
      own.onerror = ({ message }) => reject(new Error(message));
      own.postMessage("from-a-worker");
    });
    const engine = await window.client.open("from-a-worker");
    const found = await engine.executions.describe(told.executionId);
    await engine.close();
    return { ...told, state: found?.publicState };
  });
  assert.equal(seen.error, undefined);
  assert.deepEqual([seen.result, seen.kind, seen.durability, seen.state], [42, "opfs", "strict", "completed"]);
});
