// Parked claims: those that found nothing and may wait. First come, first served; a claim is tried again whenever its
// lanes wake, and dropped when its time is over or its signal aborts.

import type { Wakes } from "./types.generated.js";

/** One try of a parked call; null when there is still nothing. */
type Try<T> = () => Promise<T | null>;

interface Parked {
  lanes: ReadonlySet<string>;
  retry(): void;
}

export class Parking {
  readonly #parked = new Set<Parked>();

  /** Tries a call, and again whenever one of its lanes wakes, until it answers, its time is over or it is aborted. */
  async wait<T>(lanes: readonly string[], waitMs: number, attempt: Try<T>, signal?: AbortSignal): Promise<T | null> {
    signal?.throwIfAborted();
    let woken = false;
    let wake: (() => void) | undefined;
    const parked: Parked = {
      lanes: new Set(lanes),
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

  /** Wakes what waits for these lanes, in the order in which it was parked. */
  wake({ lanes }: Wakes): void {
    if (lanes.length === 0) return;
    for (const parked of this.#parked) if (lanes.some((lane) => parked.lanes.has(lane))) parked.retry();
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
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
    take(end);
  });
}
