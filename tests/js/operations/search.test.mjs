// Finding executions through the front door: tags, searches, counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @param {import("../../../dist/js/index.js").ExecutionPage} page */
const ids = (page) => page.executions.map(({ executionId }) => executionId);

test("a tag is set, read and found by", async () => {
  const { engine, clock } = await openTestEngine();
  const { executions } = engine;
  const { executionId } = await executions.create({ lane: "l", kind: "k", tags: { "app.tier": "gold" } });
  await clock.advance(5);
  const tag = { key: "app.tier", value: "silver" };
  assert.deepEqual(await executions.setTag(executionId, "app.tier", "silver", { requestId: "r" }), tag);
  assert.deepEqual(await executions.setTag(executionId, "app.tier", "silver", { requestId: "r" }), tag);
  await executions.setTag(executionId, "city", "Zürich 🚢");
  assert.equal(await executions.getTag(executionId, "app.tier"), "silver");
  assert.equal(await executions.getTag(executionId, "app"), null);
  const snapshot = await executions.describe(executionId);
  assert.deepEqual(snapshot?.tags, { "app.tier": "silver", city: "Zürich 🚢" });
  assert.equal(snapshot?.lastMutationAt, clock.now);
  assert.deepEqual(ids(await executions.search({ tags: { city: "Zürich 🚢", "app.tier": "silver" } })), [executionId]);
  assert.deepEqual(ids(await executions.search({ tags: { "app.tier": "gold" } })), []);
  assert.equal((await rejection(() => executions.setTag(executionId, "App", "x"))).details.field, "key");
  assert.equal((await rejection(() => executions.getTag(executionId, "a..b"))).details.field, "key");
  const unknown = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
  assert.equal((await rejection(() => executions.setTag(unknown, "a", "b"))).code, "not_found.execution");
  assert.equal(await executions.getTag(unknown, "a"), null);
  await engine.close();
});

test("a search narrows by each of its filters, newest first, in pages", async () => {
  const { engine, clock } = await openTestEngine();
  const { executions } = engine;
  const made = [];
  const start = clock.now;
  for (let n = 0; n < 7; n++) {
    const namespace = n % 2 ? "team" : "default";
    const { executionId } = await executions.create({
      lane: n < 4 ? "a" : "b",
      kind: n % 3 ? "k" : "other",
      namespace,
    });
    made.push(executionId);
    await clock.advance(10);
  }
  const newest = made.toReversed();
  const first = await executions.search({ limit: 4 });
  assert.deepEqual(ids(first), newest.slice(0, 4));
  const rest = await executions.search({ limit: 4, cursor: String(first.nextCursor) });
  assert.deepEqual([ids(rest), rest.nextCursor], [newest.slice(4), undefined]);
  assert.deepEqual(ids(await executions.search({ oldestFirst: true })), made);
  assert.deepEqual(ids(await executions.search({ lane: "b" })), newest.slice(0, 3));
  assert.deepEqual(ids(await executions.search({ kind: "other" })), [made[6], made[3], made[0]]);
  assert.deepEqual(ids(await executions.search({ namespace: "team" })), [made[5], made[3], made[1]]);
  const between = { createdFrom: start + 20, createdBefore: start + 40 };
  assert.deepEqual(ids(await executions.search(between)), [made[3], made[2]]);
  const claim = await claimed(engine, { lanes: ["b"] });
  assert.deepEqual(ids(await executions.search({ states: ["active"] })), [claim.executionId]);
  await engine.complete(claim.handle);
  assert.deepEqual(ids(await executions.search({ lane: "b", states: ["active", "completed"] })), [claim.executionId]);
  assert.equal((await rejection(() => executions.search({ cursor: "no" }))).details.field, "cursor");
  // @ts-expect-error a state that there is not
  assert.equal((await rejection(() => executions.search({ states: ["sleeping"] }))).code, "validation.invalid_input");
  await engine.close();
});

test("counts are told by lane and together, under the words of the states", async () => {
  const { engine } = await openTestEngine();
  assert.deepEqual((await engine.executions.counts()).lanes, []);
  for (const lane of ["b", "a", "a"]) await engine.executions.create({ lane, kind: "k" });
  await claimed(engine, { lanes: ["a"] });
  const { lanes, total } = await engine.executions.counts();
  assert.deepEqual(
    lanes.map(({ lane, counts }) => [lane, counts.waiting, counts.active, counts.rate_limited]),
    [
      ["a", 1, 1, 0],
      ["b", 1, 0, 0],
    ],
  ); // prettier-ignore
  assert.deepEqual([total.waiting, total.active, Object.keys(total).length], [2, 1, 11]);
  const of = await engine.executions.counts({ lane: "a", namespace: "nobody" });
  assert.deepEqual([of.lanes, of.total.waiting], [[], 0]);
  await engine.close();
});

// Contract: executions.list-back.
test("a search and a listing go back page by page", async () => {
  const { engine } = await openTestEngine();
  const { executions } = engine;
  for (let n = 0; n < 5; n++) await executions.create({ lane: "l", kind: "k", tags: { n: String(n) } });
  for (const page of [executions.search.bind(executions), executions.list.bind(executions)]) {
    const first = await page({ limit: 2 });
    assert.ok(first.nextCursor);
    const second = await page({ limit: 2, cursor: first.nextCursor });
    assert.ok(second.previousCursor);
    assert.deepEqual(await page({ limit: 2, before: second.previousCursor }), first);
  }
  const [line] = (await executions.search({ tags: { n: "3" } })).executions;
  assert.deepEqual([line?.tags, line?.state.blockingReason], [{ n: "3" }, "waiting_for_worker"]);
  await engine.close();
});

// Contract: attempts.list.
test("the attempts of an execution are paged, the newest first", async () => {
  const { engine } = await openTestEngine();
  const retry = { maxRetries: 9, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 0 }) };
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry });
  for (let n = 0; n < 3; n++) {
    const { handle } = await claimed(engine);
    await engine.fail(handle, { class: "transient", reason: { message: `no ${n}` } });
  }
  const page = await engine.executions.attempts(executionId, { limit: 2 });
  assert.deepEqual(
    page.attempts.map(({ attemptIndex, failure }) => [attemptIndex, failure?.message]),
    [
      [2, "no 2"],
      [1, "no 1"],
    ],
  );
  const rest = await engine.executions.attempts(executionId, { cursor: String(page.nextCursor) });
  assert.deepEqual([rest.attempts.length, rest.nextCursor], [1, undefined]);
  await engine.close();
});
