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
}

export class FlowView extends Observable {
  readonly #engine: Engine;
  readonly #pulse: Pulse;
  #id: string | undefined;
  #reading: FlowReading | null | undefined;
  #members: ReadonlySet<string> = new Set();
  #limit = NODES_DRAWN_MAX;
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

  /** Has so many of its members read from now on. */
  showMembers(count: number): void {
    const limit = Math.min(NODES_TOLD_MAX, Math.max(NODES_DRAWN_MAX, count));
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#pulse.now();
  }

  /** A renewal changes nothing that is shown. */
  hear({ cause, flowId, executionId }: EventRecord): void {
    if (this.#id === undefined || cause === "renewed") return;
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
      this.#tookMs = performance.now() - began;
      if (id !== this.#id) return 0;
      this.#reading = snapshot && graph && { snapshot, graph };
      this.#members = new Set(graph?.nodes.map(({ executionId }) => executionId));
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = thrown;
    }
    this.changed();
    return this.#trouble === undefined || this.#engine.over !== undefined ? undefined : AGAIN_MS;
  }
}
