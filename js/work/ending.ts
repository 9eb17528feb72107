// What the end of a handler means: what it returned is the result, what it threw is a failure of some class.

import { cut } from "../ground/payload.js";
import type { FailArgs } from "../types.generated.js";
import { TaskFailure, TaskStopped } from "./task.js";

/** Bytes of a failure's message or detail at most. */
const REASON_BYTES_MAX = 65_536;

/** How a handler ended: with a result or with a failure. */
export type Ending = { result: unknown } | { failure: Failure };

/** A failure as the engine is told of it. */
export type Failure = Omit<FailArgs, "handle">;

/** Whether there is no lease left to complete or fail under. */
export function lost(signal: AbortSignal): boolean {
  const { reason } = signal;
  return signal.aborted && reason instanceof TaskStopped && reason.reason !== "stopping";
}

/** A thrown value as a failure: a worker that stops is no fault of the work. */
export function failureOf(thrown: unknown, signal: AbortSignal): Failure {
  if (thrown instanceof TaskFailure) {
    const { message, detail, category, failureClass, retryAt } = thrown;
    return {
      reason: reasonOf(message, detail),
      class: failureClass,
      ...(category !== undefined && { category }),
      ...(retryAt !== undefined && { retryAt }),
    };
  }
  const [message, detail] = thrown instanceof Error ? [thrown.message, thrown.stack] : [textOf(thrown), undefined];
  return { reason: reasonOf(message, detail), class: signal.aborted ? "infra_crash" : "transient" };
}

function reasonOf(message: string, detail: string | undefined): Failure["reason"] {
  const reason = { message: cut(message, REASON_BYTES_MAX) };
  return detail === undefined ? reason : { ...reason, detail: cut(detail, REASON_BYTES_MAX) };
}

/** The text of a thrown value that is no error; some objects have none. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `a thrown ${typeof thrown} without a text`;
  }
}
