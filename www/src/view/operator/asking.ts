// The questions before what takes something away or needs to know something: in plain words what will happen.

import type { CancellationPolicy, ExecutionSnapshot, LeaseEntry, WorkerSummary } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import type { Option } from "../../state/operator/questions.js";
import type { Shop } from "../../state/shop.js";

const PRIORITY_MAX = 9_000;

const reason = (value: string) => ({ label: "Reason", value });

export function askCancel({ questions, operator }: Shop, { id }: Row, title: string): void {
  questions.ask({
    heading: `Cancel ${title}?`,
    text: "It ends here, also in mid-work. It can be replayed from its start later.",
    field: reason("cancelled on the page"),
    yes: "Cancel it",
    no: "Keep it",
    isDanger: true,
    act: (why) => operator.cancel(id, title, why),
  });
}

/** Nothing was skipped because of a member that completed. */
export function askReplay(
  { questions, operator }: Shop,
  { id, standing }: Pick<Row, "id" | "standing">,
  title: string,
): void {
  questions.ask({
    heading: `Replay ${title}?`,
    text: "It runs again from its start; what it did before stays readable.",
    ...(standing !== "completed" && { choice: { label: "What of those that come after it", options: REPLAYS } }),
    yes: "Replay it",
    no: "Leave it",
    isDanger: false,
    act: (_, chosen) => operator.replay(id, title, chosen === "cascade"),
  });
}

const REPLAYS = [
  { value: "cascade", name: "They follow", about: "those that were skipped because of it wait for it again" },
  { value: "alone", name: "It alone", about: "they stay as they are" },
];

export function askCancelFlow({ questions, operator }: Shop, flowId: string, title: string): void {
  questions.ask({
    heading: `Cancel ${title}?`,
    text: "There is no way back: a cancelled flow takes no more members, and stays cancelled.",
    choice: { label: "What of its members", options: CANCELS },
    field: reason("cancelled on the page"),
    yes: "Cancel it",
    no: "Keep it",
    isDanger: true,
    act: (why, chosen) => operator.cancelFlow(flowId, title, policyOf(chosen), why),
  });
}

const CANCELS: readonly (Option & { readonly value: CancellationPolicy })[] = [
  { value: "cancel_all", name: "All are cancelled", about: "also in mid-work" },
  { value: "cancel_pending", name: "Those that wait are cancelled", about: "what is at work runs on" },
  { value: "flow_only", name: "None is cancelled", about: "all of them run on" },
];

function policyOf(chosen: string): CancellationPolicy {
  return CANCELS.find(({ value }) => value === chosen)?.value ?? "cancel_all";
}

export function askPriority(
  { questions, operator }: Shop,
  { executionId, priority }: ExecutionSnapshot,
  title: string,
) {
  questions.ask({
    heading: `Change the priority of ${title}`,
    text: `From 0 to ${PRIORITY_MAX.toLocaleString("en-GB")}: in its lane, the highest is claimed first, and of equals the oldest.`,
    field: { label: "Priority", value: String(priority), numberMax: PRIORITY_MAX },
    yes: "Change it",
    no: "Leave it",
    isDanger: false,
    act: (wanted) => operator.changePriority(executionId, title, Number(wanted)),
  });
}

export function askRevoke(
  { questions, operator }: Shop,
  lease: Pick<LeaseEntry, "executionId" | "leaseId" | "workerInstanceId">,
  title: string,
): void {
  questions.ask({
    heading: `Revoke the lease of ${title}?`,
    text: `Worker ${lease.workerInstanceId} loses it at once, and hears so at its next call. The next claim goes on in the same attempt, after the last step that was kept.`,
    field: reason("revoked on the page"),
    yes: "Revoke it",
    no: "Leave it",
    isDanger: true,
    act: (why) => operator.revoke(lease, title, why),
  });
}

export function askMarkDead({ questions, operator, crew }: Shop, worker: WorkerSummary): void {
  const { workerInstanceId, namespace } = worker;
  const isOurs = workerInstanceId === crew.instanceId;
  questions.ask({
    heading: `Mark ${workerInstanceId} dead?`,
    text: `It leaves the registry, its leases are released, and others go on with its work at once.${
      isOurs ? " This is the worker of this tab, and it is alive: it enters itself again within seconds." : ""
    }`,
    field: reason("marked dead on the page"),
    yes: "Mark it dead",
    no: "Leave it",
    isDanger: true,
    act: (why) => operator.markDead(workerInstanceId, namespace, why),
  });
}
