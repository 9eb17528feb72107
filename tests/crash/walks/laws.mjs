// What any database keeps, whatever befell it: the laws that the tests in browsers hold, and that it goes on working.

import { broken } from "../../browser/laws/laws.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

/**
 * All that an engine tells of itself keeps the laws, where its log begins with the beginning.
 * @param {Engine} engine @param {boolean} isLogWhole
 */
export async function lawful(engine, isLogWhole) {
  const summaries = [];
  for (let cursor; ; ) {
    const page = await engine.executions.list({ limit: 1_000, ...(cursor !== undefined && { cursor }) });
    summaries.push(...page.executions);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  const described = await Promise.all(summaries.map(({ executionId }) => engine.executions.describe(executionId)));
  const events = [];
  for (let after = "start", atEnd = false; !atEnd; ) {
    const page = await engine.readEvents({ after, limit: 1_000, streams: ["execution", "lease", "completion"] });
    events.push(...page.events);
    ({ cursor: after, atEnd } = page);
  }
  // What was deleted with its time has left its history in the log.
  const there = new Set(summaries.map(({ executionId }) => executionId));
  const told = events.filter(({ executionId }) => executionId === undefined || there.has(executionId));
  const snapshots = described.filter((one) => one !== null);
  if (!isLogWhole) return;
  const found = broken({ summaries, snapshots, events: told });
  if (found.length > 0) throw new Error(`it breaks laws: ${found.slice(0, 3).join("; ")}`);
}

/**
 * It works as if nothing had been.
 * @param {Engine} engine
 */
export async function goesOn(engine) {
  const { executionId } = await engine.executions.create({ lane: "afterwards", kind: "k", input: "still here" });
  const claim = await engine.claim({ lanes: ["afterwards"], worker: { id: "w" } });
  if (claim?.executionId !== executionId) throw new Error("it does not hand out what it has just created");
  await engine.complete(claim.handle, { result: "done" });
  const result = await engine.executions.result(executionId);
  if (result?.result !== "done") throw new Error(`what it completed has the result ${result?.result}`);
}
