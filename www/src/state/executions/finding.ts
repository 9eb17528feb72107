// Which executions are listed: those of a group of states, or what a search for more than that finds. What was asked for
// stays while other records are looked at.

import { type Engine, type SearchExecutionsArgs, TidegateError } from "tidegate";
import { Observable } from "../ground/observable.js";
import { type Filter, statesOf, type Tally, tallyOf, tallyOfCounts } from "./standing.js";

/** What is looked for beside the state; what is left out matches all. */
export interface Criteria {
  readonly lane?: string;
  readonly kind?: string;
  readonly tag?: { readonly key: string; readonly value: string };
  readonly withinMs?: number;
}

const PAGE = 50;
/** As many as one search answers. */
const LIVE_MAX = 1_000;

export class Finding extends Observable {
  readonly #engine: Engine;
  readonly #now: () => number;
  #filter: Filter = "all";
  #criteria: Criteria = {};
  #only: string | undefined;
  #ledCount = 0;
  #counts: Tally = tallyOf([]);
  #args: SearchExecutionsArgs = {};
  #ids: readonly string[] = [];
  #cursor: string | undefined;
  #isKnown = false;
  #trouble: unknown;
  /** Tells what was asked before from what is asked now. */
  #asked = 0;

  /** `now` tells engine time, in Unix ms. */
  constructor(engine: Engine, now: () => number) {
    super();
    this.#engine = engine;
    this.#now = now;
  }

  get filter(): Filter {
    return this.#filter;
  }

  get criteria(): Criteria {
    return this.#criteria;
  }

  /** The one execution that is shown, where another record led to it. */
  get only(): string | undefined {
    return this.#only;
  }

  /** How often another record led to an execution: each time it takes the focus. */
  get ledCount(): number {
    return this.#ledCount;
  }

  /** How many executions are in each group, of the lane that is looked for or of all. */
  get counts(): Tally {
    return this.#counts;
  }

  /** Whether nothing but a group of states is asked for. */
  get isPlain(): boolean {
    return Object.keys(this.#criteria).length === 0;
  }

  /** What the search found, newest first; nothing where there is none. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Whether the search that was asked for has been answered. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Whether there is, or may be, more to find. */
  get more(): boolean {
    return this.#cursor !== undefined;
  }

  /** What the engine refused, or failed to read. */
  get trouble(): unknown {
    return this.#trouble;
  }

  choose(filter: Filter): Promise<void> {
    this.#filter = filter;
    return this.#anew();
  }

  ask(criteria: Criteria): Promise<void> {
    this.#criteria = criteria;
    return this.#anew();
  }

  /** Shows one execution, whatever was asked for; without an id, all that was asked for. */
  showOnly(id: string | undefined): void {
    this.#only = id;
    this.#ledCount += 1;
    this.changed();
  }

  /** Counts, and searches again for as many as are shown. */
  async refresh(): Promise<void> {
    const asked = this.#asked;
    const { lane } = this.#criteria;
    this.#args = this.#argsNow();
    const limit = Math.min(Math.max(this.#ids.length, PAGE), LIVE_MAX);
    try {
      const [{ total }, page] = await Promise.all([
        this.#engine.executions.counts(lane === undefined ? {} : { lane }),
        this.isPlain ? undefined : this.#engine.executions.search({ ...this.#args, limit }),
      ]);
      if (asked !== this.#asked) return;
      this.#counts = tallyOfCounts(total);
      this.#ids = page?.executions.map(({ executionId }) => executionId) ?? [];
      this.#cursor = page?.nextCursor;
      this.#trouble = undefined;
    } catch (thrown) {
      this.#failed(asked, thrown);
    }
    this.#isKnown = asked === this.#asked;
    this.changed();
  }

  /** Reads the next page. */
  async showMore(): Promise<void> {
    const [asked, cursor] = [this.#asked, this.#cursor];
    if (cursor === undefined) return;
    try {
      const page = await this.#engine.executions.search({ ...this.#args, cursor, limit: PAGE });
      if (asked !== this.#asked || cursor !== this.#cursor) return;
      this.#ids = [...this.#ids, ...page.executions.map(({ executionId }) => executionId)];
      this.#cursor = page.nextCursor;
    } catch (thrown) {
      this.#failed(asked, thrown);
    }
    this.changed();
  }

  #anew(): Promise<void> {
    this.#asked += 1;
    this.#only = undefined;
    this.#ids = [];
    this.#cursor = undefined;
    this.#isKnown = false;
    this.#trouble = undefined;
    this.changed();
    return this.refresh();
  }

  #argsNow(): SearchExecutionsArgs {
    const { lane, kind, tag, withinMs } = this.#criteria;
    return {
      ...(lane !== undefined && { lane }),
      ...(kind !== undefined && { kind }),
      ...(tag && { tags: { [tag.key]: tag.value } }),
      ...(withinMs !== undefined && { createdFrom: Math.max(0, Math.floor(this.#now()) - withinMs) }),
      ...(this.#filter !== "all" && { states: statesOf(this.#filter) }),
    };
  }

  /** What was refused stays refused; what could not be read now is read in a later round. */
  #failed(asked: number, thrown: unknown): void {
    if (asked !== this.#asked) return;
    const isRefused = thrown instanceof TidegateError && thrown.category === "validation";
    if (isRefused) this.#ids = [];
    this.#trouble = thrown;
  }
}
