// The stream of one attempt, read as it comes, for as long as somebody looks at it.

import type { ClosedReason, Engine, StreamFrame, StreamSummary } from "tidegate";
import { Observable } from "../ground/observable.js";

/** The newest frames that are held. */
const FRAMES_MAX = 500;

/** Why a stream is closed, and since when. */
export interface Closing {
  readonly reason: ClosedReason;
  readonly at: number;
}

export class Tail extends Observable {
  readonly attemptIndex: number;
  readonly #engine: Engine;
  readonly #executionId: string;
  readonly #stopped = new AbortController();
  #frames: StreamFrame[] = [];
  #dropped = 0;
  #closing: Closing | undefined;
  #summary: StreamSummary | undefined;
  #trouble: unknown;

  constructor(engine: Engine, executionId: string, attemptIndex: number) {
    super();
    this.#engine = engine;
    this.#executionId = executionId;
    this.attemptIndex = attemptIndex;
  }

  /** In their order, the newest last. */
  get frames(): readonly StreamFrame[] {
    return this.#frames;
  }

  /** How many older ones are not held any more. */
  get dropped(): number {
    return this.#dropped;
  }

  get closing(): Closing | undefined {
    return this.#closing;
  }

  get summary(): StreamSummary | undefined {
    return this.#summary;
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  /** Reads until the attempt is over or `stop` is called; never rejects. */
  async follow(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      const frames = this.#engine.streams.tail(this.#executionId, { attemptIndex: this.attemptIndex, signal });
      for await (const frame of frames) this.#take(frame);
    } catch (thrown) {
      if (!signal.aborted) this.#trouble = thrown;
    }
    await this.look();
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Asks whether the stream is closed, and what its summary is; what cannot be read now stays as it was. */
  async look(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const at = { executionId: this.#executionId, attemptIndex: this.attemptIndex };
    try {
      const [page, summary] = await Promise.all([
        this.#engine.streams.read({ ...at, from: "end", limit: 1 }),
        this.#engine.streams.summary(this.#executionId, this.attemptIndex),
      ]);
      const { closedReason: reason, closedAt } = page;
      this.#closing = reason === undefined ? undefined : { reason, at: closedAt ?? 0 };
      this.#summary = summary ?? undefined;
    } catch {
      return;
    }
    this.changed();
  }

  #take(frame: StreamFrame): void {
    this.#frames = [...this.#frames, frame];
    if (this.#frames.length > FRAMES_MAX) {
      this.#dropped += 1;
      this.#frames.shift();
    }
    if (frame.mode === "summary") void this.look();
    this.changedSoon();
  }
}
