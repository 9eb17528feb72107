// What is read of an execution through the front door: its input, the results of its attempts, what counts for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { rejection } from "../world/rejection.mjs";

const worker = { id: "w" };

// Contract: executions.input-read, executions.result-attempt, executions.describe-effective.
test("input, settings and the result of each attempt are read without a claim", async () => {
  const { engine } = await openTestEngine();
  const { executions } = engine;
  const { executionId } = await executions.create({ lane: "l", kind: "k", input: { page: 7 } });
  assert.deepEqual((await executions.input(executionId))?.input, { page: 7 });
  assert.equal(await executions.input("{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11"), null);
  const work = async (/** @type {string} */ result) => {
    const claim = await engine.claim({ lanes: ["l"], worker });
    assert.ok(claim);
    await engine.complete(claim.handle, { result });
  };
  await work("one");
  assert.equal("deadlineLifted" in (await executions.replay(executionId)), false);
  assert.equal(await executions.result(executionId), null);
  await work("two");
  assert.equal((await executions.result(executionId))?.result, "two");
  assert.equal((await executions.result(executionId, { attemptIndex: 0 }))?.result, "one");
  assert.equal(await executions.result(executionId, { attemptIndex: 9 }), null);
  const found = await executions.describe(executionId);
  assert.deepEqual(found?.policy, {});
  assert.deepEqual([found?.effective.maxReclaimCount, found?.effective.retry.maxRetries], [100, 3]);
  await engine.close();
});

// Contract: retries.replay-lifts.
test("the replay of what its deadline ended says that the deadline is lifted", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", deadlineAt: clock.now + 10 });
  await clock.advance(10);
  assert.equal((await engine.executions.replay(executionId)).deadlineLifted, true);
  assert.equal((await engine.executions.describe(executionId))?.deadlineAt, undefined);
  await engine.close();
});

// Contract: flows.create-member, flows.list-filter, events.names, claims.explain-upstream.
test("an execution is created as a member, its flow is found and named by its events", async () => {
  const { engine } = await openTestEngine();
  const { flowId } = await engine.flows.create({ kind: "order", tags: { shop: "a" } });
  await engine.flows.create({ kind: "report" });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", flowId });
  const claim = await engine.claim({ lanes: ["l"], worker });
  assert.deepEqual([claim?.executionId, claim?.flowId], [executionId, flowId]);
  const found = async (/** @type {import("../../../dist/js/index.js").ListFlowsArgs} */ args) =>
    (await engine.flows.list(args)).flows.map((flow) => flow.flowId);
  assert.deepEqual(await found({ kind: "order" }), [flowId]);
  assert.deepEqual(await found({ tags: { shop: "a" }, states: ["running"] }), [flowId]);
  assert.deepEqual(await found({ tags: { shop: "b" } }), []);
  const { events } = await engine.readEvents({ after: "start" });
  assert.deepEqual(new Set(events.map((event) => event.flowId)), new Set([flowId]));
  await engine.close();
});

// Contract: executions.key-differs.
test("an idempotency key that was used for something else says what differs", async () => {
  const { engine } = await openTestEngine();
  const create = (/** @type {string} */ kind, /** @type {number} */ input) =>
    engine.executions.create({ lane: "l", kind, input, idempotencyKey: "order 7" });
  await create("k", 1);
  assert.equal((await create("k", 1)).differs, undefined);
  assert.deepEqual((await create("other", 2)).differs, ["kind", "input"]);
  await engine.close();
});

// Contract: protocol.grant-key, errors.details.
test("a grant has the key of its caller, and what is too long is told in numbers", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const grant = (/** @type {string} */ grantKey) => engine.protocol.issueClaimGrant({ executionId, worker, grantKey });
  const { details } = await rejection(() => grant("k".repeat(300)));
  assert.deepEqual(details, { field: "grantKey", limit: 256, found: 300, unit: "bytes" });
  assert.equal((await grant("pg:mail:1")).grantKey, "pg:mail:1");
  await engine.close();
});
