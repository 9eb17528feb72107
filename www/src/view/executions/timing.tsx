// How long an execution waited, ran and took in all.

import type { Row } from "../../state/executions/row.js";
import { seconds } from "../ground/format.js";

export function Timing({ row, now }: { row: Row; now: number }) {
  const end = row.endedAt ?? now;
  const waited = (row.startedAt ?? end) - row.createdAt;
  const ran = ranFor(row, now);
  return (
    <p class="row-timing">
      <span class="number total">
        <span class="sr-only">In all </span>
        {seconds(end - row.createdAt)}
      </span>
      <span class="number parts">
        <span>waited {seconds(waited)}</span>
        {ran > 0 && ", "}
        {ran > 0 && <span>ran {seconds(ran)}</span>}
      </span>
    </p>
  );
}

/** The attempts alone, without the waits between them. */
function ranFor({ snapshot }: Row, now: number): number {
  const attempts = snapshot?.attempts ?? [];
  return attempts.reduce((sum, { startedAt, endedAt }) => sum + Math.max(0, (endedAt ?? now) - startedAt), 0);
}
