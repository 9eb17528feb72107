// One execution: its state, what goes on, its attempts and times, cancelling or replaying it, and its details.

import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { LaneState } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import { groupOf, hasEnded } from "../../state/executions/standing.js";
import type { Shop } from "../../state/shop.js";
import { Mark, wordOf } from "../ground/mark.js";
import { namesOf } from "../ground/names.js";
import { askCancel, askReplay } from "../operator/asking.js";
import { Activity } from "./activity.js";
import { AttemptMarks } from "./attempt-marks.js";
import { ExecutionDetails } from "./details.js";
import { Timing } from "./timing.js";

interface ExecutionRowProps {
  readonly shop: Shop;
  readonly row: Row;
  /** Engine time in Unix ms; 0 once nothing changes any more. */
  readonly now: number;
  readonly laneState: LaneState;
  readonly isOpen: boolean;
  readonly onToggle: (id: string) => void;
  readonly onShowFlow: (flowId: string) => void;
}

/** Drawn anew only when the row, its time or its opening changed. */
export const ExecutionRow = memo(function ExecutionRow(props: ExecutionRowProps) {
  const { shop, row, now, laneState, isOpen, onToggle, onShowFlow } = props;
  const { title, subject } = namesOf(row);
  const panel = `details-${row.id}`;
  return (
    <li
      class={`row ${groupOf(row.standing)} ${row.standing}`}
      data-execution-id={row.id}
      data-state={row.standing}
      data-kind={row.kind}
      data-order={row.snapshot?.tags["order"]}
      data-attempts={row.attempts}
      data-priority={row.snapshot?.priority}
      data-reclaims={row.snapshot?.leaseReclaimCount ?? 0}
    >
      <div class="row-line">
        <span class="pill">
          <Mark standing={row.standing} />
          {wordOf(row.standing)}
        </span>
        <div class="row-name">
          <h3>{title}</h3>
          <p>{subject}</p>
        </div>
        <div class="row-activity">
          <Activity row={row} now={now} instanceId={shop.crew.instanceId} title={title} laneState={laneState} />
        </div>
        <AttemptMarks row={row} />
        <Timing row={row} now={now} />
        <div class="row-buttons">
          {hasEnded(row.standing) ? (
            <ReplayButton shop={shop} row={row} title={title} />
          ) : (
            <CancelButton shop={shop} row={row} title={title} />
          )}
          <button
            type="button"
            class="icon"
            aria-expanded={isOpen}
            aria-controls={panel}
            aria-label={`Details of ${title}`}
            onClick={() => onToggle(row.id)}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
              <path d="m3.5 6 4.5 4.5L12.5 6" />
            </svg>
          </button>
        </div>
      </div>
      <div id={panel} hidden={!isOpen}>
        {isOpen && <ExecutionDetails shop={shop} row={row} now={now} laneState={laneState} onShowFlow={onShowFlow} />}
      </div>
    </li>
  );
});

interface ButtonProps {
  readonly shop: Shop;
  readonly row: Row;
  readonly title: string;
}

function CancelButton({ shop, row, title }: ButtonProps) {
  return (
    <button
      type="button"
      class="small"
      aria-haspopup="dialog"
      aria-label={`Cancel ${title}`}
      onClick={() => askCancel(shop, row, title)}
    >
      Cancel
    </button>
  );
}

/** A member of a flow is replayed with or without those that come after it. */
function ReplayButton(props: ButtonProps) {
  const { shop, row, title } = props;
  if (row.snapshot?.flowId === undefined) return <PlainReplayButton {...props} />;
  return (
    <button
      type="button"
      class="small"
      aria-haspopup="dialog"
      aria-label={`Replay ${title}`}
      onClick={() => askReplay(shop, row, title)}
    >
      Replay
    </button>
  );
}

function PlainReplayButton({ shop, row, title }: ButtonProps) {
  const [asked, setAsked] = useState(false);
  const replay = async () => {
    if (asked) return;
    setAsked(true);
    await shop.troubles.watchOver(`${title} could not be replayed`, shop.operator.replay(row.id, title));
    setAsked(false);
  };
  return (
    <button
      type="button"
      class="small"
      aria-label={`Replay ${title}`}
      aria-disabled={asked}
      onClick={() => void replay()}
    >
      Replay
    </button>
  );
}
