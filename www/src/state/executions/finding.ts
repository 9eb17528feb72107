// Which executions are listed: those of a group of states, or what a search for more than that finds. What was asked for,
// and how many of it are wanted, is kept here: every reading reads as many as are wanted, and never two go on at a time, so
// that whatever is asked for while one is under way is answered by it or by the next. It stays while other records are
// looked at.

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
const SEARCH_MAX = 1_000;

export class Finding extends Observable {
  readonly #engine: Engine;
  readonly #now: () => number;
  #filter: Filter = "all";
  #criteria: Criteria = {};
  #only: string | undefined;
  #ledCount = 0;
  #counts: Tally = tallyOf([]);
  #ids: readonly string[] = [];
  /** How many are wanted, of as many as there are. */
  #wanted = PAGE;
  #more = false;
  /** Ends with the reading under way; the next one, when there is to be one, begins after it. */
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
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
    return this.#more;
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

  /** Counts, and searches again for as many as are wanted. */
  refresh(): Promise<void> {
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      return this.#read();
    });
    this.#reading = this.#next;
    return this.#next;
  }

  /** Wants another page, and reads it. */
  async showMore(): Promise<void> {
    if (!this.#more) return;
    this.#wanted += PAGE;
    await this.refresh();
  }

  async #read(): Promise<void> {
    const asked = this.#asked;
    const { lane } = this.#criteria;
    try {
      const [{ total }, found] = await Promise.all([
        this.#engine.executions.counts(lane === undefined ? {} : { lane }),
        this.isPlain ? { ids: [], more: false } : this.#search(),
      ]);
      if (asked !== this.#asked) return;
      this.#counts = tallyOfCounts(total);
      this.#ids = found.ids;
      this.#more = found.more;
      this.#trouble = undefined;
    } catch (thrown) {
      this.#failed(asked, thrown);
    }
    this.#isKnown = asked === this.#asked;
    this.changed();
  }

  /** As many as are wanted when it ends, in as many searches as that takes. */
  async #search(): Promise<{ ids: string[]; more: boolean }> {
    const asked = this.#asked;
    const args = this.#argsNow();
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(this.#wanted - ids.length, SEARCH_MAX);
      const page = await this.#engine.executions.search({ ...args, limit, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.executions.map(({ executionId }) => executionId));
      cursor = page.nextCursor;
    } while (cursor !== undefined && ids.length < this.#wanted && asked === this.#asked);
    return { ids, more: cursor !== undefined };
  }

  #anew(): Promise<void> {
    this.#asked += 1;
    this.#only = undefined;
    this.#ids = [];
    this.#wanted = PAGE;
    this.#more = false;
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
