// One timer elsewhere for all that sleep here: it rings for the earliest of them, and those that are woken before leave
// nothing behind.

import { onAbort } from "../ground/aborts.js";
import { sleep } from "../ground/sleep.js";

interface Sleeper {
  at: number;
  wake(): void;
}

export class Bell {
  readonly #ringAfter: (ms: number) => Promise<unknown>;
  readonly #sleepers = new Set<Sleeper>();
  /** When it will ring, by the host's steady clock. */
  #rings = Number.POSITIVE_INFINITY;
  /** Ends the rests that are kept here, since the place elsewhere is gone. */
  #deserted = new AbortController();

  /** `ringAfter` resolves after so many ms, or rejects when it cannot keep the time any more. */
  constructor(ringAfter: (ms: number) => Promise<unknown>) {
    this.#ringAfter = ringAfter;
  }

  /** Resolves after so many ms, or when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        if (this.#sleepers.size === 0) this.#deserted.abort();
        deaf();
        resolve();
      };
      const sleeper: Sleeper = { at: performance.now() + ms, wake };
      const deaf = onAbort(signal, wake);
      this.#sleepers.add(sleeper);
      if (sleeper.at < this.#rings) void this.#arm(sleeper.at);
    });
  }

  async #arm(at: number): Promise<void> {
    this.#rings = at;
    const ms = Math.max(Math.ceil(at - performance.now()), 0);
    try {
      await this.#ringAfter(ms);
    } catch {
      if (this.#deserted.signal.aborted) this.#deserted = new AbortController();
      if (this.#sleepers.size > 0) await sleep(ms, this.#deserted.signal);
    }
    // An earlier one was armed meanwhile, and has rung or will.
    if (this.#rings !== at) return;
    this.#rings = Number.POSITIVE_INFINITY;
    // Timers count whole ms, and may ring within one of them.
    const now = performance.now() + 1;
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= now) sleeper.wake();
    const next = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.at));
    if (Number.isFinite(next) && next < this.#rings) void this.#arm(next);
  }
}
