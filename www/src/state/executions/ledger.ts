// Every execution of the engine as rows, kept current by the events that it hears; only what is seen is described.

import type { DecodedResult, Engine, EventRecord, ExecutionSnapshot } from "tidegate";
import { Observable } from "../ground/observable.js";
import { type ForOthers, forOthersAmong, talliesByLane } from "./by-lane.js";
import { lacksResult, type Row, rowAfter, rowOfSnapshot, rowOfSummary } from "./row.js";
import { type Filter, groupOf, type Tally, tallyOf } from "./standing.js";

const PAGE = 1_000;

export class Ledger extends Observable {
  readonly #engine: Engine;
  readonly #rows = new Map<string, Row>();
  /** The oldest first. */
  #order: string[] = [];
  /** Events that the next round applies. */
  #heard: EventRecord[] = [];
  readonly #seen = new Map<string, readonly string[]>();
  #tally: Tally = tallyOf([]);
  #laneTallies: ReadonlyMap<string, Tally> = new Map();
  #forOthers: readonly ForOthers[] = [];
  /** What last went wrong in reading; undefined when all is well. */
  trouble: unknown;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  get tally(): Tally {
    return this.#tally;
  }

  /** The tally of one lane. */
  tallyIn(lane: string): Tally {
    return this.#laneTallies.get(lane) ?? tallyOf([]);
  }

  /** What waits for workers that do other kinds than the one of this page. */
  get forOthers(): readonly ForOthers[] {
    return this.#forOthers;
  }

  /** The newest rows of a group, the newest first. */
  newest(filter: Filter, limit: number): Row[] {
    const found: Row[] = [];
    for (let at = this.#order.length - 1; at >= 0 && found.length < limit; at--) {
      const row = this.#rows.get(this.#order[at] ?? "");
      if (row && (filter === "all" || groupOf(row.standing) === filter)) found.push(row);
    }
    return found;
  }

  /** What is being worked on, here or elsewhere, the oldest first; a lapsed lease is not. */
  get active(): Row[] {
    return this.rows(this.#order).filter(({ standing }) => standing === "active");
  }

  /** Those of these that are known. */
  rows(ids: readonly string[]): Row[] {
    return ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  /** The ids of each instant at which something was created, the newest first. */
  *instants(): Generator<string[]> {
    let ids: string[] = [];
    let instant: number | undefined;
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const id = this.#order[at] ?? "";
      const createdAt = this.#rows.get(id)?.createdAt;
      if (ids.length > 0 && createdAt !== instant) {
        yield ids;
        ids = [];
      }
      ids.push(id);
      instant = createdAt;
    }
    if (ids.length > 0) yield ids;
  }

  /** The rows of these, with their snapshots. */
  async described(ids: readonly string[]): Promise<Row[]> {
    await this.#describe(ids.filter((id) => !this.#rows.get(id)?.snapshot));
    this.changed();
    return this.rows(ids);
  }

  /** Says which rows a view shows, which are then described. Answers whether some of them are not described yet. */
  see(view: string, ids: readonly string[]): boolean {
    this.#seen.set(view, ids);
    return ids.some((id) => this.#rows.get(id)?.stale);
  }

  /** Reads everything; what happens after the answer, a cursor, is to be heard as events. */
  async load(): Promise<string> {
    const { cursor: after } = await this.#engine.readEvents({ limit: 0 });
    const summaries = [];
    let cursor: string | undefined;
    do {
      const page = await this.#engine.executions.list({ limit: PAGE, ...(cursor !== undefined && { cursor }) });
      summaries.push(...page.executions);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    this.#rows.clear();
    this.#heard = [];
    for (const summary of summaries) this.#rows.set(summary.executionId, rowOfSummary(summary));
    // The listing does not tell a lapsed lease from a live one, nor whose it is.
    const active = [...this.#rows.values()].filter(({ standing }) => standing === "active");
    await this.#describe(active.map(({ id }) => id));
    this.#settle();
    return after;
  }

  /** Hears what happened; the next round reads what that changed. */
  hear(event: EventRecord): void {
    this.#heard.push(event);
  }

  /** Hears that something about an execution changed of which there is no event. */
  touch(id: string): void {
    const row = this.#rows.get(id);
    if (row) this.#rows.set(id, { ...row, stale: true });
  }

  /** Brings the rows up to date. */
  async refresh(): Promise<void> {
    const events = this.#heard;
    this.#heard = [];
    try {
      await this.#apply(events);
      const shown = new Set([...this.#seen.values()].flat());
      const wanted = [...this.#rows.values()].filter((row) => isWanted(row, shown.has(row.id)));
      await this.#describe(wanted.map(({ id }) => id));
      this.trouble = undefined;
    } catch (thrown) {
      this.#heard.unshift(...events);
      this.trouble = thrown;
    }
    this.#settle();
  }

  async #apply(events: readonly EventRecord[]): Promise<void> {
    const unknown = new Set<string>();
    for (const event of events) {
      // Events of workers are of no execution.
      if (event.executionId === undefined) continue;
      const row = this.#rows.get(event.executionId);
      if (row) this.#rows.set(row.id, rowAfter(row, event));
      else unknown.add(event.executionId);
    }
    await this.#describe([...unknown]);
  }

  /** One batch: the snapshots, and the results of those that are known to have completed. */
  async #describe(ids: readonly string[]): Promise<void> {
    const found = await Promise.all(ids.map((id) => this.#ask(id)));
    for (const [at, { snapshot, result }] of found.entries()) {
      if (snapshot) this.#rows.set(snapshot.executionId, rowOfSnapshot(snapshot, result));
      // It is past its retention.
      else this.#rows.delete(ids[at] ?? "");
    }
  }

  async #ask(id: string): Promise<{ snapshot: ExecutionSnapshot | null; result: DecodedResult | null | undefined }> {
    const row = this.#rows.get(id);
    const [snapshot, result] = await Promise.all([
      this.#engine.executions.describe(id),
      row && lacksResult(row) ? this.#engine.executions.result(id) : row?.result,
    ]);
    return { snapshot, result };
  }

  #settle(): void {
    if (this.#order.length !== this.#rows.size) {
      const rows = [...this.#rows.values()];
      rows.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      this.#order = rows.map(({ id }) => id);
    }
    const rows = [...this.#rows.values()];
    this.#tally = tallyOf(rows.map(({ standing }) => standing));
    this.#laneTallies = talliesByLane(rows);
    this.#forOthers = forOthersAmong(rows);
    this.changed();
  }
}

/** What this tab has in hand is shown on its benches. */
function isWanted(row: Row, isShown: boolean): boolean {
  return (isShown || row.standing === "active") && (row.stale || lacksResult(row));
}
