// The one flow that is shown: its facts and its graph, kept current by the events of it and of its members.

import type { Engine, EventRecord, FlowGraph, FlowSnapshot } from "tidegate";
import { Observable } from "../ground/observable.js";
import { Pulse } from "../ground/pulse.js";

/** Members and edges that are drawn at most. */
export const NODES_DRAWN_MAX = 1_000;
export const EDGES_DRAWN_MAX = 4_000;
/** Members that the engine tells at most. */
export const NODES_TOLD_MAX = 10_000;
/** The rest between two readings of what events changed, and before what failed is tried again, in ms. */
const REST_MS = 300;
const AGAIN_MS = 1_000;
/** It rests for this many times as long as a reading took, so that a large flow does not take all the time there is. */
const REST_SHARE = 4;

/** What is known of a flow; null where there is none of this id, or none any more. */
export interface FlowReading {
  readonly snapshot: FlowSnapshot;
  readonly graph: FlowGraph;
  /** Why members that are shown were skipped, by their ids: the graph does not tell it. */
  readonly skipReasons: ReadonlyMap<string, string>;
}

type FlowNode = FlowGraph["nodes"][number];

export class FlowView extends Observable {
  readonly #engine: Engine;
  readonly #pulse: Pulse;
  #id: string | undefined;
  #reading: FlowReading | null | undefined;
  #members: ReadonlySet<string> = new Set();
  #limit = NODES_DRAWN_MAX;
  /** The places of the members that have a line. */
  #lines = { first: 0, end: 0 };
  /** What was read of members that were skipped, and since when each was. */
  #skipped = new Map<string, { readonly changedAt: number; readonly reason: string }>();
  /** How long the last reading took. */
  #tookMs = 0;
  #isSeen = false;
  #isLedTo = false;
  #trouble: unknown;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    this.#pulse = new Pulse(() => this.#round(), REST_MS);
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** Undefined until there is one; that of the flow before stays until the next is read. */
  get reading(): FlowReading | null | undefined {
    return this.#reading;
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  begin(): void {
    this.#isSeen = true;
    this.#pulse.now();
  }

  rest(): void {
    this.#isSeen = false;
  }

  stop(): Promise<void> {
    return this.#pulse.stop();
  }

  show(flowId: string): void {
    if (flowId === this.#id) return;
    this.#id = flowId;
    this.#members = new Set();
    this.#skipped = new Map();
    this.#limit = NODES_DRAWN_MAX;
    this.#trouble = undefined;
    this.changed();
    this.#pulse.now();
  }

  /** Has it take the focus once it is read. */
  lead(): void {
    this.#isLedTo = true;
  }

  /** Whether it is to take the focus; asked once. */
  takeLead(): boolean {
    const isLedTo = this.#isLedTo;
    this.#isLedTo = false;
    return isLedTo;
  }

  /** Has its members read as far as these places from now on. */
  showMembers(first: number, end: number): void {
    const limit = Math.min(NODES_TOLD_MAX, Math.max(NODES_DRAWN_MAX, end));
    const isSame = limit === this.#limit && first === this.#lines.first;
    this.#lines = { first, end };
    if (isSame) return;
    this.#limit = limit;
    this.#pulse.now();
  }

  /** A renewal and a progress change nothing that is shown. */
  hear({ cause, flowId, executionId }: EventRecord): void {
    if (this.#id === undefined || cause === "renewed" || cause === "progress_reported") return;
    const isOurs = flowId === this.#id || (executionId !== undefined && this.#members.has(executionId));
    if (isOurs) this.#pulse.soon(Math.max(REST_MS, REST_SHARE * this.#tookMs));
  }

  /** Reads now what changed. */
  look(): void {
    this.#pulse.now();
  }

  async #round(): Promise<number | undefined> {
    const id = this.#id;
    if (!this.#isSeen || id === undefined) return undefined;
    const began = performance.now();
    try {
      const { flows } = this.#engine;
      const [snapshot, graph] = await Promise.all([flows.describe(id), flows.graph(id, { limit: this.#limit })]);
      const skipReasons = await this.#reasonsIn(graph?.nodes ?? []);
      this.#tookMs = performance.now() - began;
      if (id !== this.#id) return 0;
      this.#reading = snapshot && graph && { snapshot, graph, skipReasons };
      this.#members = new Set(graph?.nodes.map(({ executionId }) => executionId));
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = thrown;
    }
    this.changed();
    return this.#trouble === undefined || this.#engine.over !== undefined ? undefined : AGAIN_MS;
  }

  /** Each is read once for each time it is skipped; of a flow that is too large to be drawn, those that have a line. */
  async #reasonsIn(nodes: readonly FlowNode[]): Promise<ReadonlyMap<string, string>> {
    const shown = nodes.length > NODES_DRAWN_MAX ? nodes.slice(this.#lines.first, this.#lines.end) : nodes;
    const skipped = shown.filter(({ publicState }) => publicState === "skipped");
    const known = this.#skipped;
    const unknown = skipped.filter(({ executionId, changedAt }) => known.get(executionId)?.changedAt !== changedAt);
    const read = await Promise.all(unknown.map(({ executionId }) => this.#engine.executions.describe(executionId)));
    for (const [at, { executionId, changedAt }] of unknown.entries())
      known.set(executionId, { changedAt, reason: read[at]?.ending?.reason ?? "" });
    return new Map(skipped.map(({ executionId }) => [executionId, known.get(executionId)?.reason ?? ""]));
  }
}
