// What an event says, in a few words.

import type { Cause, EventDetail, EventRecord } from "tidegate";
import type { Standing } from "../../state/executions/standing.js";
import { STANDING_OF_FLOW } from "../flows/words.js";
import { count } from "../ground/format.js";
import { reasonWordsOf } from "../ground/reasons.js";

const CAUSES: Readonly<Record<Cause, string>> = {
  created: "created",
  claimed: "claimed",
  resumed: "resumed",
  reclaimed: "taken over",
  renewed: "lease renewed",
  completed: "completed",
  failed: "failed",
  retry_scheduled: "failed, to be tried again",
  cancelled: "cancelled",
  delayed: "put off",
  waiting_children: "waits for its children",
  lease_expired: "its lease ran out",
  lease_revoked: "its lease was revoked",
  suspended: "suspended",
  suspension_resumed: "goes on after its suspension",
  delay_over: "its wait is over",
  blocked: "blocked",
  unblocked: "no longer blocked",
  deadline_passed: "its deadline passed",
  attempt_timed_out: "its attempt took too long",
  skipped: "skipped",
  replayed: "replayed",
  priority_changed: "priority changed",
  woken: "woken",
  progress_reported: "progress reported",
  children_timed_out: "waited for its children long enough",
  worker_registered: "worker registered",
  worker_heartbeat: "worker heard of",
  worker_marked_dead: "worker marked dead",
  worker_swept: "worker swept out",
  flow_created: "flow created",
  flow_member_added: "member added to its flow",
  flow_edge_staged: "members of a flow joined",
  flow_sealed: "flow sealed",
  flow_cancel_requested: "flow cancelled",
  flow_completed: "flow over",
  flow_reopened: "flow goes on",
  clock_accepted: "the clock was put back",
};

export function sentenceOf({ cause, detail, workerId, workerInstanceId, leaseEpoch }: EventRecord): string {
  const by = workerInstanceId === undefined ? "" : `, ${workerId ?? "worker"} ${workerInstanceId}`;
  const epoch = leaseEpoch === undefined ? "" : `, epoch ${leaseEpoch}`;
  return `${CAUSES[cause]}${detail ? detailOf(detail) : ""}${by}${epoch}`;
}

function detailOf(detail: EventDetail): string {
  if ("byMs" in detail) return ` by ${detail.byMs} ms`;
  if ("newPriority" in detail) return `: from ${detail.oldPriority} to ${detail.newPriority}`;
  if ("publicFlowState" in detail) return `: ${detail.publicFlowState}`;
  if ("nodeCount" in detail) return `, ${count(detail.nodeCount, "member")}`;
  if ("cancellationPolicy" in detail)
    return `, ${detail.memberCount} with it${detail.cancelReason ? `: ${detail.cancelReason}` : ""}`;
  if ("attemptIndex" in detail) return progressOf(detail);
  if ("reason" in detail && typeof detail.reason === "string") return `: ${reasonWordsOf(detail.reason)}`;
  return "";
}

function progressOf({ percent, message }: { readonly percent?: number; readonly message?: string }): string {
  const parts = [percent !== undefined && `${percent} %`, message].filter(Boolean);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

/** Whose mark and colour an event has. */
export function standingOfEvent({ cause, publicState, detail }: EventRecord): Standing {
  if (cause === "lease_expired" || cause === "worker_swept" || cause === "worker_marked_dead") return "lapsed";
  if (publicState) return publicState;
  if (cause === "flow_cancel_requested") return "cancelled";
  if (detail && "publicFlowState" in detail) return STANDING_OF_FLOW[detail.publicFlowState];
  return cause === "renewed" || cause === "progress_reported" || cause.startsWith("worker_") ? "active" : "waiting";
}
