// What each lane holds: how many in which state, and what in it waits for others than the worker of this page.

import { isHandled } from "../../work/kinds.js";
import type { Row } from "./row.js";
import { type Standing, type Tally, tallyOf } from "./standing.js";

/** Executions of a kind that nobody here does, waiting in a lane. */
export interface ForOthers {
  readonly lane: string;
  readonly kind: string;
  readonly count: number;
}

export function talliesByLane(rows: readonly Row[]): ReadonlyMap<string, Tally> {
  const standings = new Map<string, Standing[]>();
  for (const { lane, standing } of rows) {
    const own = standings.get(lane);
    if (own) own.push(standing);
    else standings.set(lane, [standing]);
  }
  return new Map([...standings].map(([lane, own]) => [lane, tallyOf(own)]));
}

/** By lane and kind, in the order in which they came. */
export function forOthersAmong(rows: readonly Row[]): ForOthers[] {
  const found = new Map<string, ForOthers>();
  for (const { lane, kind, standing } of rows) {
    if (standing !== "waiting" || isHandled(kind)) continue;
    const key = JSON.stringify([lane, kind]);
    found.set(key, { lane, kind, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()];
}
