// Parked calls: those that found nothing and may wait. First come, first served; a call is tried again whenever one of
// its keys wakes, and dropped when its time is over or its signal aborts. Keys are `lane:NAME`, `finished:ID`,
// `stream:ID` and `events`.

import { DELAY_MS_MAX } from "../ground/sleep.js";
import type { Wakes } from "../types.generated.js";

/** One try of a parked call; null when there is still nothing. */
type Try<T> = () => Promise<T | null>;

interface Parked {
  keys: readonly string[];
  retry(): void;
}

export class Parking {
  readonly #parked = new Set<Parked>();

  /**
   * Tries a call, and again whenever one of its keys wakes, until it answers, its time is over or it is aborted; the time
   * may be infinite.
   */
  async wait<T>(keys: readonly string[], waitMs: number, attempt: Try<T>, signal?: AbortSignal): Promise<T | null> {
    signal?.throwIfAborted();
    let woken = false;
    let wake: (() => void) | undefined;
    const parked: Parked = {
      keys,
      retry() {
        woken = true;
        wake?.();
      },
    };
    this.#parked.add(parked);
    const over = waitMs > 0 ? Date.now() + waitMs : 0;
    try {
      for (;;) {
        woken = false;
        const found = await attempt();
        const left = over - Date.now();
        if (found !== null || left <= 0) return found;
        signal?.throwIfAborted();
        if (!woken) await pause(left, (resume) => (wake = resume), signal);
        signal?.throwIfAborted();
      }
    } finally {
      this.#parked.delete(parked);
    }
  }

  /** Wakes what waits for these, in the order in which it was parked. */
  wake({ lanes, finished, streams, events }: Wakes): void {
    if (this.#parked.size === 0) return;
    const keys = new Set(events ? ["events"] : []);
    for (const lane of lanes) keys.add(`lane:${lane}`);
    for (const id of finished) keys.add(`finished:${id}`);
    for (const id of streams) keys.add(`stream:${id}`);
    for (const parked of this.#parked) if (parked.keys.some((key) => keys.has(key))) parked.retry();
  }

  /** Wakes everything, as when the engine ends. */
  wakeAll(): void {
    for (const parked of this.#parked) parked.retry();
  }
}

/** Resolves when resumed, when the time is over, or when the signal aborts. */
function pause(ms: number, take: (resume: () => void) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    // What is left after the longest timer is waited for in the next round. Who waits keeps its process alive.
    const timer = setTimeout(end, Math.min(ms, DELAY_MS_MAX));
    signal?.addEventListener("abort", end, { once: true });
    take(end);
  });
}
