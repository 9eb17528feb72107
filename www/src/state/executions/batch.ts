// Submitting: many creates in one turn, which the engine keeps with one commit. Each is answered for itself.

import { type Engine, TidegateError } from "tidegate";
import { executionFor, KINDS, type Kind } from "../../work/kinds.js";

export const BATCH_MAX = 100;

/** A kind, or all of them in turn. */
export type Choice = Kind | "mixed";

export interface BatchReport {
  readonly created: number;
  readonly duplicates: number;
  readonly refused: number;
  /** Why some were refused, each reason once. */
  readonly reasons: readonly unknown[];
  readonly firstOrder: number;
  readonly ms: number;
}

/** Never rejects: what was refused is told beside what was created. */
export async function submitBatch(
  engine: Engine,
  choice: Choice,
  count: number,
  firstOrder: number,
): Promise<BatchReport> {
  const began = performance.now();
  const kindOf = (at: number) => (choice === "mixed" ? (KINDS[at % KINDS.length] ?? "print") : choice);
  const answers = await Promise.allSettled(
    Array.from({ length: count }, (_, at) => engine.executions.create(executionFor(kindOf(at), firstOrder + at))),
  );
  const ms = performance.now() - began;
  const answered = answers.filter((answer) => answer.status === "fulfilled");
  const created = answered.filter(({ value }) => value.outcome === "created").length;
  const refusals = answers.filter((answer) => answer.status === "rejected").map(({ reason }) => reason as unknown);
  return {
    created,
    duplicates: answered.length - created,
    refused: refusals.length,
    reasons: [...new Map(refusals.map((reason) => [keyOf(reason), reason])).values()],
    firstOrder,
    ms,
  };
}

/** Refusals of one code differ in no more than their figures. */
function keyOf(reason: unknown): string {
  return reason instanceof TidegateError ? reason.code : String(reason);
}
