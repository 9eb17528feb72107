// What the states of flows, of their members and of what joins them are called.

import type { DependencyKind, FlowGraph, FlowSnapshot, FlowState, Outcome, PublicState } from "tidegate";
import type { Standing } from "../../state/executions/standing.js";
import { wordOf } from "../ground/mark.js";

export type FlowNode = FlowGraph["nodes"][number];
export type FlowEdge = FlowGraph["edges"][number];
type Group = NonNullable<FlowNode["group"]>;

/** Characters of an id that tell one flow from another at a glance. */
export const ID_SHOWN = 6;

export function titleOfFlow({ kind, flowId }: Pick<FlowSnapshot, "kind" | "flowId">): string {
  return `${kind} …${flowId.slice(-ID_SHOWN)}`;
}

/** Whose mark and colour a flow has. */
export const STANDING_OF_FLOW: Readonly<Record<FlowState, Standing>> = {
  open: "waiting",
  running: "active",
  blocked: "suspended",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export function nameOf({ name, kind }: FlowNode): string {
  return name ?? kind;
}

export function stateWordOf(state: PublicState): string {
  return state === "waiting_children" ? "waits for others" : wordOf(state);
}

/** Whether there is something to say of it: what waits for a single other needs that one. */
export function isJoin({ policy, total }: Group): boolean {
  return policy.kind !== "all_of" || total > 1;
}

/** How many of those before a member it needs, in brief. */
export function needOf({ policy, total }: Group): string {
  switch (policy.kind) {
    case "all_of":
      return `all ${total}`;
    case "any_of":
      return `1 of ${total}`;
    case "quorum":
      return `${policy.k} of ${total}`;
  }
}

const GROUP_SAYS: Readonly<Record<Group["state"], string>> = {
  pending: "not decided yet",
  satisfied: "satisfied",
  impossible: "impossible",
};

/** What became of those before a member, in full; in other words where it does not only wait for successes. */
export function groupSentence(group: Group, isPlain: boolean): string {
  const { succeeded, failed, skipped, state } = group;
  const came = [
    `${succeeded} ${isPlain ? "succeeded" : "met"}`,
    ...(failed > 0 ? [`${failed} ${isPlain ? "failed or cancelled" : "not met"}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${needOf(group)}: ${came.join(", ")}, ${GROUP_SAYS[state]}`;
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  success: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  expired: "expired",
  skipped: "skipped",
};

/** What became of an edge, seen from the member behind it. */
function edgeWordOf({ edgeState, outcome }: FlowEdge): string {
  switch (edgeState) {
    case "pending":
      return "not applied";
    case "applied":
      return "open";
    case "satisfied":
      return OUTCOMES[outcome ?? "success"];
    case "impossible":
      return outcome ? OUTCOMES[outcome] : "impossible";
  }
}

/** Which end of its upstream an edge is for. */
const ON_SAYS: Readonly<Record<DependencyKind, string>> = {
  success_only: "",
  failure_only: ", if it fails",
  any_end: ", however it ends",
};

/** What a member has to do with those before it. */
export interface Relation {
  /** Those that it comes after, and what became of them. */
  readonly before: readonly string[];
  /** Whether it waits for nothing but successes. */
  readonly isPlain: boolean;
}

export const UNRELATED: Relation = { before: [], isPlain: true };

/** Of each member that has any, by its place. */
export function relationsOf({ nodes, edges }: FlowGraph): ReadonlyMap<number, Relation> {
  const relations = new Map<number, { before: string[]; isPlain: boolean }>();
  for (const edge of edges) {
    const upstream = nodes[edge.from];
    if (!upstream) continue;
    const own = relations.get(edge.to) ?? { before: [], isPlain: true };
    own.before.push(`${nameOf(upstream)}${ON_SAYS[edge.dependencyKind]} (${edgeWordOf(edge)})`);
    own.isPlain &&= edge.dependencyKind === "success_only";
    relations.set(edge.to, own);
  }
  return relations;
}
