// The first program of the README, and the one about time that a test would write, for any runtime.

import { readFileSync } from "node:fs";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const sample = /^## A first program$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";

/** The body of the README's program: `openEngine` is there, and what it would log is told. */
const first = sample.replace(/^import .*;\n/m, "").replaceAll("console.log(", "tell(");

/** What the README says that it logs. */
export const firstTells = [["success", { sent: "a@b" }], ["completed"]];

const timed = `
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "mail", kind: "send" });
  const claim = await engine.claim({ lanes: ["mail"], worker: { id: "w" }, leaseTtlMs: 1_000 });
  await clock.advance(1_000);
  const lapsed = await engine.complete(claim.handle, { result: "late" }).catch((error) => error.code);
  const again = await engine.claim({ lanes: ["mail"], worker: { id: "w" } });
  await engine.complete(again.handle, { result: { sent: true } });
  const { outcome, result } = await engine.executions.wait(executionId);
  await engine.close();
  tell(lapsed, again.attemptIndex, outcome, result);`;

/** What the program about time tells. */
export const timedTells = [["state.lease_expired", 1, "success", { sent: true }]];

/** Both as functions of what they tell with. */
export const stories = `
  import { openEngine } from "tidegate";
  import { openTestEngine } from "tidegate/testing";
  export async function first(tell) {${first}}
  export async function timed(tell) {${timed}}`;
