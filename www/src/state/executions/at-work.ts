// What is at work, followed through its streams: progress writes no event, but a handler that reports it also appends a
// frame that says so.

import type { Engine } from "tidegate";
import type { Row } from "./row.js";

export class AtWork {
  readonly #engine: Engine;
  readonly #stirred: (executionId: string) => void;
  readonly #followed = new Map<string, AbortController>();

  /** `stirred` hears which execution has appended something. */
  constructor(engine: Engine, stirred: (executionId: string) => void) {
    this.#engine = engine;
    this.#stirred = stirred;
  }

  /** Follows the attempts of these, and lets go of all others. */
  follow(rows: readonly Row[]): void {
    const wanted = new Map(rows.map((row) => [`${row.id} ${row.snapshot?.currentAttemptIndex ?? ""}`, row.id]));
    for (const [key, followed] of this.#followed) {
      if (wanted.has(key)) continue;
      followed.abort();
      this.#followed.delete(key);
    }
    for (const [key, id] of wanted) {
      if (this.#followed.has(key)) continue;
      const followed = new AbortController();
      this.#followed.set(key, followed);
      void this.#follow(id, followed.signal);
    }
  }

  async #follow(id: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of this.#engine.streams.tail(id, { signal })) this.#stirred(id);
    } catch {
      // It was let go of, or what went wrong is told by the log, too; events of its lease go on to tell that it works.
    }
  }
}
