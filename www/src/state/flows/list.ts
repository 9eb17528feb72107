// The flows of the engine, the newest first, a page of them at a time: all, or those of a state, a kind or a tag. Which there
// are is read when somebody begins to look, and heard of after that, but for those of a choice: any event may change which
// belong to it, so they are read anew. How they stand is read of those on the page, without one of their members.

import {
  type Engine,
  type EventRecord,
  type FlowGraph,
  type FlowState,
  type ListFlowsArgs,
  TidegateError,
} from "tidegate";
import { Observable } from "../ground/observable.js";
import { Pulse } from "../ground/pulse.js";

export const FLOWS_SHOWN = 5;
const PAGE = 1_000;
/** The rest between two readings of what events changed, and before what failed is tried again, in ms. */
const REST_MS = 500;
const AGAIN_MS = 1_000;

/** What is known of a flow without asking for it again. */
interface Known {
  readonly flowId: string;
  readonly createdAt: number;
}

export interface FlowLine extends Known, Pick<FlowGraph, "kind" | "publicFlowState"> {
  readonly nodeCount: number;
}

/** Which flows are listed; what is left out matches all. */
export interface FlowFilter {
  readonly state?: FlowState;
  readonly kind?: string;
  readonly tag?: { readonly key: string; readonly value: string };
}

export class FlowList extends Observable {
  readonly #engine: Engine;
  readonly #pulse: Pulse;
  /** The newest first; undefined until they are read. */
  #known: readonly Known[] | undefined;
  /** Heard of while they are being read. */
  #early: Known[] = [];
  #shown: readonly FlowLine[] = [];
  /** Whether which of them belong to what was chosen may have changed. */
  #isStale = false;
  #first = 0;
  #filter: FlowFilter = {};
  #isSeen = false;
  #trouble: unknown;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    this.#pulse = new Pulse(() => this.#round(), REST_MS);
  }

  /** Those of the page. */
  get shown(): readonly FlowLine[] {
    return this.#shown;
  }

  /** How many there are; undefined until they are read. */
  get total(): number | undefined {
    return this.#known?.length;
  }

  /** How many stand before the page. */
  get first(): number {
    return this.#first;
  }

  get filter(): FlowFilter {
    return this.#filter;
  }

  /** Whether no more is asked for than all flows. */
  get isPlain(): boolean {
    return Object.keys(this.#filter).length === 0;
  }

  get newest(): string | undefined {
    return this.#known?.[0]?.flowId;
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  /** Whether what was asked for cannot be: trying again would not help. */
  get isRefused(): boolean {
    return this.#trouble instanceof TidegateError && this.#trouble.category === "validation";
  }

  /** Reads what there is, and then what changes; for when it comes into sight. */
  begin(): void {
    this.#isSeen = true;
    this.#known = undefined;
    this.#pulse.now();
  }

  /** Reads nothing while nobody looks. */
  rest(): void {
    this.#isSeen = false;
  }

  stop(): Promise<void> {
    return this.#pulse.stop();
  }

  /** Every change of an execution may change the state of a flow. */
  hear({ cause, flowId, at }: EventRecord): void {
    if (!this.#isSeen || cause === "progress_reported") return;
    if (!this.isPlain) this.#isStale = true;
    else if (cause === "flow_created" && flowId !== undefined) this.#add({ flowId, createdAt: at });
    this.#pulse.soon();
  }

  /** Reads now what changed. */
  look(): void {
    this.#pulse.now();
  }

  /** Shows the page that begins after so many; whoever turns on before it is read turns on from there. */
  turnTo(first: number): void {
    this.#first = first;
    this.changed();
    this.#pulse.now();
  }

  /** Lists those alone that are like this, from the newest on. */
  ask(filter: FlowFilter): void {
    this.#filter = filter;
    this.#first = 0;
    this.#known = undefined;
    this.#early = [];
    this.#shown = [];
    this.#trouble = undefined;
    this.changed();
    this.#pulse.now();
  }

  /** Puts a new one before all others. */
  #add(one: Known): void {
    if (!this.#known) this.#early.push(one);
    else if (this.#known.every(({ flowId }) => flowId !== one.flowId)) this.#known = [one, ...this.#known];
  }

  async #round(): Promise<number | undefined> {
    if (!this.#isSeen) return undefined;
    const filter = this.#filter;
    try {
      if (!this.#known || this.#isStale) {
        this.#isStale = false;
        const known = await this.#readAll();
        if (filter !== this.#filter) return 0;
        this.#known = known;
        this.#first = Math.min(this.#first, lastPageOf(known.length));
        for (const one of this.#early.splice(0)) this.#add(one);
      }
      await this.#readShown();
      if (filter !== this.#filter) return 0;
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = thrown;
    }
    this.changed();
    return this.#trouble === undefined || this.isRefused || this.#engine.over !== undefined ? undefined : AGAIN_MS;
  }

  async #readAll(): Promise<Known[]> {
    const flows = [];
    const args = this.#args();
    let cursor: string | undefined;
    do {
      const page = await this.#engine.flows.list({ ...args, limit: PAGE, ...(cursor !== undefined && { cursor }) });
      flows.push(...page.flows);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    flows.sort((a, b) => b.createdAt - a.createdAt || (a.flowId < b.flowId ? 1 : -1));
    return flows.map(({ flowId, createdAt }) => ({ flowId, createdAt }));
  }

  #args(): ListFlowsArgs {
    const { state, kind, tag } = this.#filter;
    return {
      ...(state !== undefined && { states: [state] }),
      ...(kind !== undefined && { kind }),
      ...(tag && { tags: { [tag.key]: tag.value } }),
    };
  }

  /** What is past its retention makes room for the next. */
  async #readShown(): Promise<void> {
    for (;;) {
      const filter = this.#filter;
      const wanted = this.#known?.slice(this.#first, this.#first + FLOWS_SHOWN) ?? [];
      const found = await Promise.all(wanted.map(({ flowId }) => this.#engine.flows.graph(flowId, { limit: 0 })));
      if (filter !== this.#filter) return;
      this.#shown = wanted.flatMap((one, at) => lineOf(one, found[at] ?? null));
      const gone = wanted.filter((_, at) => found[at] === null);
      if (gone.length === 0) return;
      this.#known = this.#known?.filter((one) => !gone.includes(one));
      this.#first = Math.min(this.#first, lastPageOf(this.#known?.length ?? 0));
    }
  }
}

function lineOf(known: Known, graph: FlowGraph | null): FlowLine[] {
  if (!graph) return [];
  const { kind, publicFlowState, counts } = graph;
  const nodeCount = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [{ ...known, kind, publicFlowState, nodeCount }];
}

function lastPageOf(count: number): number {
  return Math.max(0, count - 1 - ((count - 1) % FLOWS_SHOWN));
}
