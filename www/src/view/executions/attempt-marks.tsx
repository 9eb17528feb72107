// The attempts of an execution in one line: how many, and a mark for what became of each.

import type { AttemptLifecycle } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import type { Standing } from "../../state/executions/standing.js";
import { count } from "../ground/format.js";
import { Mark } from "../ground/mark.js";

const MARKS_MAX = 5;

export const MARK_OF: Readonly<Record<AttemptLifecycle, Standing>> = {
  started: "active",
  suspended: "suspended",
  ended_success: "completed",
  ended_failure: "failed",
  ended_cancelled: "cancelled",
  interrupted_reclaimed: "lapsed",
};

export function AttemptMarks({ row }: { row: Row }) {
  const attempts = row.snapshot?.attempts ?? [];
  return (
    <p class="row-attempts">
      <span>{count(row.attempts, "attempt")}</span>
      <span class="marks" aria-hidden="true">
        {attempts.slice(-MARKS_MAX).map(({ attemptId, lifecycle }) => (
          <span key={attemptId} class={`attempt-mark ${MARK_OF[lifecycle]}`}>
            <Mark standing={MARK_OF[lifecycle]} />
          </span>
        ))}
      </span>
    </p>
  );
}
