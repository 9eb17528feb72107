// Submitting: many creates in one turn, which the engine keeps with one commit. Each is answered for itself.

import { type Difference, type Engine, TidegateError } from "tidegate";
import { executionFor, type Kind, OWN_KINDS } from "../../work/kinds.js";

export const BATCH_MAX = 100;

/** A kind, or all that are done here in turn. */
export type Choice = Kind | "mixed";

export interface BatchReport {
  readonly created: number;
  readonly duplicates: number;
  /** How many of these were something else when their keys were used first, and what of them differed. */
  readonly differing: number;
  readonly differences: readonly Difference[];
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
  beginAt?: number,
): Promise<BatchReport> {
  const began = performance.now();
  const kindOf = (at: number) => (choice === "mixed" ? (OWN_KINDS[at % OWN_KINDS.length] ?? "print") : choice);
  const answers = await Promise.allSettled(
    Array.from({ length: count }, (_, at) =>
      engine.executions.create(executionFor(kindOf(at), firstOrder + at, beginAt)),
    ),
  );
  const ms = performance.now() - began;
  const answered = answers.filter((answer) => answer.status === "fulfilled");
  const created = answered.filter(({ value }) => value.outcome === "created").length;
  const differing = answered.flatMap(({ value }) => (value.differs ? [value.differs] : []));
  const refusals = answers.filter((answer) => answer.status === "rejected").map(({ reason }) => reason as unknown);
  return {
    created,
    duplicates: answered.length - created,
    differing: differing.length,
    differences: [...new Set(differing.flat())],
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
