// Gathering calls: no call is lost, and none after which all later ones hang.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { engineWith } from "../world/engine.mjs";

/** Calls where only so little of the stack is left that it ends somewhere within. @param {() => void} call */
function atTheEnd(call) {
  let [deepest, returning] = [0, 0];
  const descend = (/** @type {number} */ depth) => {
    deepest = depth;
    try {
      descend(depth + 1);
    } catch {
      // From here up one frame more is free each time.
      if (returning++ < 200) {
        try {
          call();
        } catch {
          // Refused: that is an answer.
        }
      }
    }
    if (returning < 200 && depth > 0) throw new Error("further up");
  };
  descend(0);
  return deepest;
}

// Contract: time.gathered.
test("a call that meets the end of the stack is refused or made, and the next one is answered", async () => {
  const { engine } = await openTestEngine();
  assert.ok(atTheEnd(() => void engine.executions.list().catch(() => {})) > 1_000);
  const late = new Promise((resolve) => setTimeout(resolve, 2_000, "late").unref());
  assert.notEqual(await Promise.race([engine.executions.list(), late]), "late");
  await engine.close();
});

// Contract: time.gathered.
test("what cannot be scheduled is refused, and the next call is answered", async (t) => {
  const { engine } = await openTestEngine();
  const scheduling = t.mock.method(globalThis, "queueMicrotask", () => {
    throw new RangeError("Maximum call stack size exceeded");
  });
  await assert.rejects(engine.executions.list());
  scheduling.mock.restore();
  const late = new Promise((resolve) => setTimeout(resolve, 2_000, "late").unref());
  assert.notEqual(await Promise.race([engine.executions.list(), late]), "late");
  await engine.close();
});

// Contract: time.gathered.
test("whatever a port throws, the calls of that batch are refused and later ones are answered", async () => {
  let broken = 2;
  const engine = await engineWith(async (_, send) => {
    if (broken-- > 0) throw undefined;
    return send();
  });
  await assert.rejects(engine.executions.list());
  await assert.rejects(engine.executions.list());
  assert.deepEqual((await engine.executions.list()).executions, []);
  await engine.close();
});
