// One timer elsewhere for all that sleep here: it rings for the earliest of them, and those that are woken before leave
// nothing behind.

import { sleep } from "../ground/sleep.js";

interface Sleeper {
  at: number;
  wake(): void;
}

export class Bell {
  readonly #ringAfter: (ms: number) => Promise<unknown>;
  readonly #sleepers = new Set<Sleeper>();
  /** When it will ring, in Unix ms. */
  #rings = Number.POSITIVE_INFINITY;

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
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { at: Date.now() + ms, wake };
      signal.addEventListener("abort", wake, { once: true });
      this.#sleepers.add(sleeper);
      if (sleeper.at < this.#rings) void this.#arm(sleeper.at);
    });
  }

  async #arm(at: number): Promise<void> {
    this.#rings = at;
    const ms = Math.max(at - Date.now(), 0);
    try {
      await this.#ringAfter(ms);
    } catch {
      await sleep(ms, new AbortController().signal);
    }
    // An earlier one was armed meanwhile, and has rung or will.
    if (this.#rings !== at) return;
    this.#rings = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= now) sleeper.wake();
    const next = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.at));
    if (Number.isFinite(next) && next < this.#rings) void this.#arm(next);
  }
}
