// What happens, as the engine tells it: every event of its log from a place on, in order, none twice. A hidden page
// pulls none, and loses none.

import { type Engine, type EventRecord, type EventStream, TidegateError } from "tidegate";

/** All but how far each execution is. */
export const CHANGES: EventStream[] = ["execution", "completion", "lease", "operator", "worker", "flow"];
export const ALL_STREAMS: EventStream[] = [...CHANGES, "progress"];

/** The rest before what could not be read is tried again, in ms. */
const AGAIN_MS = 1_000;

/** Who hears of it. */
export interface Listener {
  heard(event: EventRecord): void;
  /** The log was trimmed past the reader: reads what there is, and answers from where on to go on. */
  anew(): Promise<string>;
  /** Reading failed; it is tried again unless the engine is over. */
  failed(thrown: unknown): void;
}

export class Tidings {
  readonly #engine: Engine;
  readonly #listener: Listener;
  readonly #stopped = new AbortController();
  #after: string;

  constructor(engine: Engine, after: string, listener: Listener) {
    this.#engine = engine;
    this.#after = after;
    this.#listener = listener;
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted && this.#engine.over === undefined) {
      try {
        await this.#follow(signal);
      } catch (thrown) {
        if (signal.aborted) return;
        await this.#recover(thrown);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for await (const event of this.#engine.events({ after: this.#after, streams: ALL_STREAMS, signal })) {
      this.#after = event.cursor;
      this.#listener.heard(event);
      await seen(signal);
    }
  }

  async #recover(thrown: unknown): Promise<void> {
    try {
      if (!isTooOld(thrown)) throw thrown;
      this.#after = await this.#listener.anew();
    } catch (met) {
      this.#listener.failed(met);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** Whether what follows a cursor is not kept any more. */
export function isTooOld(thrown: unknown): thrown is TidegateError {
  return thrown instanceof TidegateError && thrown.code === "state.cursor_too_old";
}

/** Resolves once the page is seen, or the signal aborts. */
async function seen(signal: AbortSignal): Promise<void> {
  while (document.visibilityState === "hidden" && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const once = { once: true, signal } as const;
      document.addEventListener("visibilitychange", () => resolve(), once);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
