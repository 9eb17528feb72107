// Edges by outcome and waits with a timeout, through the package's front door.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";

const worker = { id: "w" };

test("after entries say which end they are for, and a claim tells why an upstream ended", async () => {
  const { engine } = await openTestEngine();
  const member = { lane: "l", kind: "k" };
  const { flowId, executionIds } = await engine.flows.submit({
    members: [
      { ...member, name: "build" },
      { ...member, name: "clean", after: [{ name: "build", on: "failure" }] },
      { ...member, name: "deploy", after: ["build"] },
    ],
  });
  const build = await engine.claim({ lanes: ["l"], worker });
  await engine.fail(String(build?.handle), { class: "permanent", reason: { message: "out of disk" } });
  const clean = await engine.claim({ lanes: ["l"], worker });
  assert.equal(clean?.executionId, executionIds[1]);
  const [upstream] = clean?.upstream ?? [];
  assert.deepEqual([upstream?.outcome, upstream?.reason], ["failed", "out of disk"]);
  await engine.complete(String(clean?.handle));
  const flow = await engine.flows.describe(flowId);
  assert.deepEqual([flow?.publicFlowState, flow?.tolerated], ["failed", 0]);
  const kinds = (await engine.flows.edges(flowId)).edges.map(({ dependencyKind }) => dependencyKind).sort();
  assert.deepEqual(kinds, ["failure_only", "success_only"]);
  await engine.close();
});

test("a wait for children ends after its timeout, and the claim says so", async () => {
  const { engine, clock } = await openTestEngine();
  const { flowId } = await engine.flows.create({ kind: "k" });
  const [parent, child] = await Promise.all(
    ["parent", "child"].map(async (lane) => {
      const { executionId } = await engine.executions.create({ lane, kind: lane });
      await engine.flows.addExecution(flowId, executionId);
      return executionId;
    }),
  );
  /** @type {boolean[]} */
  const told = [];
  const loop = engine.work(
    { lanes: ["parent"] },
    {
      parent: async (task) => {
        told.push(task.claim.childrenTimedOut ?? false);
        if (told.length > 1) return "late";
        const edges = [{ upstreamExecutionId: String(child), on: /** @type {const} */ ("end") }];
        return task.waitChildren(edges, undefined, { timeoutMs: 500 });
      },
    },
  );
  while ((await engine.executions.describe(String(parent)))?.publicState !== "waiting_children") await clock.advance(0);
  await clock.advance(500);
  const end = await engine.executions.wait(String(parent));
  assert.deepEqual([end?.outcome, told], ["success", [false, true]]);
  assert.equal((await engine.executions.describe(String(child)))?.publicState, "waiting");
  await loop.stop();
  await engine.close();
});
