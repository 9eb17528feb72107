// Watching one execution to its end, through the front door: snapshots after each change, and how a reader is let go.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** Lets everything happen that needs no timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {import("../../../dist/js/index.js").Engine} engine */
const created = async (engine) => (await engine.executions.create({ lane: "l", kind: "k" })).executionId;

// Contract: events.watch-execution.
test("an execution is watched to its end: state and progress, the last never missed", async () => {
  const { engine } = await openTestEngine();
  const id = await created(engine);
  /** @type {unknown[]} */
  const seen = [];
  const watching = (async () => {
    for await (const now of engine.executions.watch(id)) seen.push([now.publicState, now.progress?.percent]);
  })();
  /** @param {string} state @param {number} [percent] */
  const until = async (state, percent) => {
    while (JSON.stringify(seen.at(-1)) !== JSON.stringify([state, percent])) await settled();
  };
  await until("waiting");
  const { handle } = await claimed(engine);
  await until("active");
  for (const percent of [10, 20, 30]) await engine.progress(handle, percent);
  await until("active", 30);
  await engine.complete(handle);
  await watching;
  assert.deepEqual(seen[0], ["waiting", undefined]);
  assert.deepEqual(seen.at(-1), ["completed", 30]);
  const [event] = (await engine.readEvents({ after: "start", streams: ["progress"] })).events;
  assert.deepEqual(event?.detail, { attemptIndex: 0, percent: 30 });
  await engine.close();
});

// Contract: events.watch-execution.
test("who watches an execution is let go, and an unknown one is refused", async () => {
  const { engine } = await openTestEngine();
  const id = await created(engine);
  for await (const now of engine.executions.watch(id)) {
    assert.equal(now.publicState, "waiting");
    break;
  }
  const stop = new AbortController();
  const reason = new Error("enough");
  const reader = engine.executions.watch(id, { signal: stop.signal });
  await reader.next();
  const next = rejection(() => reader.next());
  await settled();
  stop.abort(reason);
  assert.equal(await next, reason);
  const nobody = engine.executions.watch("{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11");
  assert.equal((await rejection(() => nobody.next())).code, "not_found.execution");
  await engine.close();
});
