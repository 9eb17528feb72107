// What the engine tells of its lanes, its workers and its leases, as it was a moment ago.

import type { Engine, LaneState, LaneSummary, LeaseEntry, WorkerSummary } from "tidegate";
import { LANES } from "../../work/kinds.js";
import { Observable } from "../ground/observable.js";

/** As long as a lease can be: all live ones run out within it. */
const LEASE_MS_MAX = 86_400_000;
const PAGE = 100;

/** Entries of a register, and whether it has more than these. */
export interface Register<T> {
  readonly entries: readonly T[];
  readonly more: boolean;
}

export class Overview extends Observable {
  readonly #engine: Engine;
  readonly #now: () => number;
  #lanes: Register<LaneSummary> = { entries: withOurs([]), more: false };
  #workers: Register<WorkerSummary> = { entries: [], more: false };
  #leases: Register<LeaseEntry> = { entries: [], more: false };

  /** `now` tells engine time, in Unix ms. */
  constructor(engine: Engine, now: () => number) {
    super();
    this.#engine = engine;
    this.#now = now;
  }

  /** Those of the shop, also before anything was created in them, then all others. */
  get lanes(): Register<LaneSummary> {
    return this.#lanes;
  }

  get workers(): Register<WorkerSummary> {
    return this.#workers;
  }

  /** Live ones and lapsed ones that nobody has taken over; renewals do not change their order. */
  get leases(): Register<LeaseEntry> {
    return this.#leases;
  }

  stateOf(lane: string): LaneState {
    return this.#lanes.entries.find((one) => one.lane === lane)?.state ?? "active";
  }

  /** What cannot be read now stays as it was; the ledger tells when the engine is lost. */
  async refresh(): Promise<void> {
    const { lanes, workers, leases } = this.#engine;
    const asOf = this.#now() + LEASE_MS_MAX;
    try {
      const [lanePage, workerPage, leasePage] = await Promise.all([
        lanes.list({ limit: PAGE }),
        workers.list({ limit: PAGE }),
        leases.listExpired({ asOf, limit: PAGE }),
      ]);
      this.#lanes = { entries: withOurs(lanePage.lanes), more: lanePage.nextCursor !== undefined };
      this.#workers = { entries: workerPage.workers, more: workerPage.nextCursor !== undefined };
      this.#leases = { entries: leasePage.entries.sort(inOrder), more: leasePage.nextCursor !== undefined };
    } catch {
      return;
    }
    this.changed();
  }
}

function withOurs(listed: readonly LaneSummary[]): LaneSummary[] {
  const ours = LANES.map((lane) => listed.find((one) => one.lane === lane) ?? { lane, state: "active" as const });
  return [...ours, ...listed.filter(({ lane }) => !LANES.includes(lane))];
}

/** The ids of executions grow with time. */
function inOrder(one: LeaseEntry, other: LeaseEntry): number {
  if (one.lapsed !== other.lapsed) return one.lapsed ? -1 : 1;
  return one.executionId < other.executionId ? -1 : 1;
}
