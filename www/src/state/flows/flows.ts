// The flows as the page shows them: the list, the one that is looked at, and submitting samples.

import type { Engine, EventRecord } from "tidegate";
import { type Sample, sampleFlow } from "../../work/samples.js";
import { FlowList } from "./list.js";
import { FlowView } from "./view.js";

export class Flows {
  readonly list: FlowList;
  readonly view: FlowView;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.list = new FlowList(engine);
    this.view = new FlowView(engine);
    // Where nothing was chosen, the newest is looked at.
    this.list.watch(() => {
      const { newest } = this.list;
      if (this.view.id === undefined && newest !== undefined) this.view.show(newest);
    });
  }

  begin(): void {
    this.list.begin();
    this.view.begin();
  }

  rest(): void {
    this.list.rest();
    this.view.rest();
  }

  async stop(): Promise<void> {
    await Promise.all([this.list.stop(), this.view.stop()]);
  }

  hear(event: EventRecord): void {
    this.list.hear(event);
    this.view.hear(event);
  }

  /** Reads now what changed. */
  look(): void {
    this.list.look();
    this.view.look();
  }

  /** Looks at a flow where another record led to it. */
  lead(flowId: string): void {
    this.view.show(flowId);
    this.view.lead();
  }

  /** Submits a sample, and looks at it. */
  async submit(sample: Sample, withFailure: boolean): Promise<void> {
    const { flowId } = await this.#engine.flows.submit(sampleFlow(sample, withFailure));
    this.list.turnTo(0);
    this.view.show(flowId);
  }
}
