// Submitting: many creates in one turn, which the engine keeps with one commit.

import type { Engine } from "tidegate";
import { executionFor, KINDS, type Kind } from "../work/kinds.js";

export const BATCH_MAX = 100;

/** A kind, or all of them in turn. */
export type Choice = Kind | "mixed";

export interface BatchReport {
  readonly created: number;
  readonly duplicates: number;
  readonly firstOrder: number;
  readonly ms: number;
}

export async function submitBatch(
  engine: Engine,
  choice: Choice,
  count: number,
  firstOrder: number,
): Promise<BatchReport> {
  const began = performance.now();
  const kindOf = (at: number) => (choice === "mixed" ? (KINDS[at % KINDS.length] ?? "print") : choice);
  const creates = Array.from({ length: count }, (_, at) =>
    engine.executions.create(executionFor(kindOf(at), firstOrder + at)),
  );
  const answers = await Promise.all(creates);
  const created = answers.filter(({ outcome }) => outcome === "created").length;
  return { created, duplicates: count - created, firstOrder, ms: performance.now() - began };
}
