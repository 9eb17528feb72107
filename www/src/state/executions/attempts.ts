// The attempts of an execution, the newest of them: a snapshot has a hundred, and pages have all.

import type { AttemptSnapshot, Engine, ExecutionSnapshot } from "tidegate";

/** So many of the newest attempts, or all that there are, in their order; read in pages where the snapshot has fewer. */
export async function newestAttempts(
  engine: Engine,
  { executionId, attempts, totalAttemptCount }: ExecutionSnapshot,
  wanted: number,
): Promise<readonly AttemptSnapshot[]> {
  if (attempts.length >= Math.min(wanted, totalAttemptCount)) return attempts.slice(-wanted);
  const found: AttemptSnapshot[] = [];
  let cursor: string | undefined;
  do {
    const limit = wanted - found.length;
    const page = await engine.executions.attempts(executionId, { limit, ...(cursor !== undefined && { cursor }) });
    found.push(...page.attempts);
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < wanted);
  return found.reverse();
}
