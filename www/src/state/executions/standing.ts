// Where an execution stands, in the one word that the page shows, and the groups by which it is filtered.

import type { PublicState, StateVector } from "tidegate";

/** The public state; an active execution whose lease ran out is `lapsed`. */
export type Standing = PublicState | "lapsed";

export const GROUPS = ["active", "waiting", "delayed", "completed", "failed", "cancelled"] as const;
export type Group = (typeof GROUPS)[number];
export type Filter = "all" | Group;
export type Tally = Readonly<Record<Filter, number>>;

const GROUP_OF: Readonly<Record<Standing, Group>> = {
  waiting: "waiting",
  rate_limited: "waiting",
  waiting_children: "waiting",
  suspended: "waiting",
  delayed: "delayed",
  active: "active",
  lapsed: "active",
  completed: "completed",
  failed: "failed",
  expired: "failed",
  skipped: "cancelled",
  cancelled: "cancelled",
};

/** The public states of a group. */
export function statesOf(wanted: Group): PublicState[] {
  const standings = Object.keys(GROUP_OF) as Standing[];
  return standings.filter((one): one is PublicState => one !== "lapsed" && GROUP_OF[one] === wanted);
}

export function standingOf(publicState: PublicState, state?: StateVector): Standing {
  return publicState === "active" && state?.ownershipState === "lease_expired_reclaimable" ? "lapsed" : publicState;
}

export function groupOf(standing: Standing): Group {
  return GROUP_OF[standing];
}

export function hasEnded(standing: Standing): boolean {
  const group = groupOf(standing);
  return group === "completed" || group === "failed" || group === "cancelled";
}

export function tallyOf(standings: Iterable<Standing>): Tally {
  const tally = { all: 0, active: 0, waiting: 0, delayed: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const standing of standings) {
    tally.all += 1;
    tally[groupOf(standing)] += 1;
  }
  return tally;
}

/** The tally of how many are in each public state. */
export function tallyOfCounts(counts: Readonly<Record<PublicState, number>>): Tally {
  const tally = { all: 0, active: 0, waiting: 0, delayed: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const [state, count] of Object.entries(counts) as [PublicState, number][]) {
    tally.all += count;
    tally[groupOf(state)] += count;
  }
  return tally;
}

/** How many have not ended. */
export function unfinished(tally: Tally): number {
  return tally.active + tally.waiting + tally.delayed;
}
