// One execution as the page knows it: a line of the listing, and its snapshot once it was seen.

import type { DecodedResult, EventRecord, ExecutionSnapshot, ExecutionSummary } from "tidegate";
import { hasEnded, type Standing, standingOf } from "./standing.js";

export interface Row {
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly standing: Standing;
  readonly attempts: number;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly snapshot?: ExecutionSnapshot;
  /** Null when it completed without one. */
  readonly result?: DecodedResult | null;
  /** Whether something happened since the snapshot was taken. */
  readonly stale: boolean;
}

export function rowOfSummary(summary: ExecutionSummary): Row {
  return {
    id: summary.executionId,
    kind: summary.kind,
    lane: summary.lane,
    standing: standingOf(summary.publicState),
    attempts: summary.totalAttemptCount,
    createdAt: summary.createdAt,
    startedAt: summary.startedAt,
    endedAt: summary.completedAt,
    stale: true,
  };
}

export function rowOfSnapshot(snapshot: ExecutionSnapshot, result: DecodedResult | null | undefined): Row {
  return {
    id: snapshot.executionId,
    kind: snapshot.kind,
    lane: snapshot.lane,
    standing: standingOf(snapshot.publicState, snapshot.state),
    attempts: snapshot.totalAttemptCount,
    createdAt: snapshot.createdAt,
    startedAt: snapshot.startedAt,
    endedAt: snapshot.completedAt,
    snapshot,
    ...(result !== undefined && { result }),
    stale: false,
  };
}

/** The row after an event; what the event does not tell is asked for when the row is seen. */
export function rowAfter(row: Row, { publicState, state }: EventRecord): Row {
  const standing = publicState ? standingOf(publicState, state) : row.standing;
  const { result, ...rest } = row;
  // A replay takes the result away; the next one may be another.
  return { ...rest, ...(standing === "completed" && result !== undefined && { result }), standing, stale: true };
}

/** Whether to ask for the row's result. */
export function lacksResult(row: Row): boolean {
  return row.standing === "completed" && row.result === undefined;
}

/** Whether time alone changes how the row looks. */
export function isLive(row: Row): boolean {
  return !hasEnded(row.standing);
}
