// What goes on with an execution at this moment, or what became of it.

import type { ExecutionSnapshot, LaneState } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import { isHandled, LANES } from "../../work/kinds.js";
import { count, countdown, instant } from "../ground/format.js";
import { reasonWordsOf } from "../ground/reasons.js";
import { outcomeOf, thumbnailOf } from "./result.js";

interface ActivityProps {
  readonly row: Row;
  readonly now: number;
  /** This tab's instance of the worker. */
  readonly instanceId: string;
  readonly title: string;
  readonly laneState: LaneState;
}

export function Activity({ row, now, instanceId, title, laneState }: ActivityProps) {
  const { snapshot, standing } = row;
  if (!snapshot) return <p>&nbsp;</p>;
  switch (standing) {
    case "waiting":
      return <p class="quiet">{placeOf(snapshot, laneState)}</p>;
    case "waiting_children":
      return <p class="quiet">waits for others of its flow</p>;
    case "delayed":
      return <Delay snapshot={snapshot} now={now} />;
    case "lapsed":
      return <p>the worker died; waiting to be taken over</p>;
    case "active":
      return <AtWork snapshot={snapshot} now={now} instanceId={instanceId} title={title} />;
    case "completed":
      return <Completed row={row} snapshot={snapshot} />;
    case "failed":
      return <p class="bad">{verdictOf(snapshot)}</p>;
    default:
      return <p class="quiet">{reasonWordsOf(snapshot.ending?.reason ?? "")}</p>;
  }
}

function placeOf({ lane, kind, priority }: ExecutionSnapshot, laneState: LaneState): string {
  if (LANES.includes(lane) && !isHandled(kind))
    return `in line, lane ${lane}, for a worker that does ${kind}: none here does`;
  const isShut = laneState === "paused" || laneState === "disabled";
  return `in line, lane ${lane}${isShut ? ` is ${laneState}` : ""}${priority > 0 ? `, priority ${priority}` : ""}`;
}

/** What is further away is told as an instant. */
const COUNTED_MS_MAX = 120_000;

function Delay({ snapshot, now }: { snapshot: ExecutionSnapshot; now: number }) {
  const isFar = (snapshot.claimableAt ?? now) - now > COUNTED_MS_MAX;
  const inTime = <span class="number">{countdown((snapshot.claimableAt ?? now) - now)}</span>;
  if (snapshot.state.blockingReason !== "waiting_for_retry_backoff")
    return isFar ? <p>may begin at {instant(snapshot.claimableAt ?? now)}</p> : <p>may begin in {inTime}</p>;
  const of = snapshot.policy.retry?.maxRetries;
  const number = `retry ${snapshot.retryCount}${of === undefined ? "" : ` of ${of}`}`;
  return (
    <p>
      {number} in {inTime}: {snapshot.attempts.at(-1)?.failure?.message}
    </p>
  );
}

interface AtWorkProps extends Pick<ActivityProps, "now" | "instanceId" | "title"> {
  readonly snapshot: ExecutionSnapshot;
}

function AtWork({ snapshot, now, instanceId, title }: AtWorkProps) {
  const { currentLease: lease, progress, currentAttemptIndex } = snapshot;
  if (lease && lease.workerInstanceId !== instanceId)
    return (
      <p>
        held by a tab that is gone; its lease runs out in <span class="number">{countdown(lease.expiresAt - now)}</span>
      </p>
    );
  // What an earlier attempt reported says nothing of this one.
  const own = progress?.attemptIndex === currentAttemptIndex ? progress : undefined;
  return (
    <div class="work">
      <progress
        max={100}
        aria-label={`Progress of ${title}`}
        {...(own?.percent !== undefined && { value: own.percent })}
      />
      <p>
        {own?.percent !== undefined && <span class="number">{own.percent} %</span>} {own?.message ?? "at work"}
      </p>
    </div>
  );
}

function Completed({ row, snapshot }: { row: Row; snapshot: ExecutionSnapshot }) {
  const thumbnail = thumbnailOf(row.result);
  const { leaseReclaimCount: reclaims } = snapshot;
  return (
    <div class="done">
      {thumbnail && <img src={thumbnail} width={48} height={32} alt="" />}
      <p>
        {outcomeOf(row)}
        {reclaims > 0 && <span class="aside">{takenOver(reclaims)}</span>}
      </p>
    </div>
  );
}

function verdictOf({ attempts, retryCount }: ExecutionSnapshot): string {
  const failure = attempts.at(-1)?.failure;
  if (!failure) return "failed";
  return failure.class === "permanent"
    ? failure.message
    : `${failure.message}, ${count(retryCount, "retry", "retries")} used up`;
}

function takenOver(reclaims: number): string {
  return `its lease ran out; taken over${reclaims === 1 ? "" : ` ${reclaims} times`}`;
}
