// Parked calls: those that found nothing and may wait. A call is tried again when what it waits for wakes, and dropped
// when its time is over or its signal aborts. Claims get turns, which `turns.ts` hands out; all others have keys:
// `finished:ID`, `stream:ID` and `events`.

import { onAbort } from "../ground/aborts.js";
import { hostPace, type Pace } from "../ground/pace.js";
import { DELAY_MS_MAX } from "../ground/sleep.js";
import type { Wakes } from "../types.generated.js";
import { type Taken, Turns, Waiter, type Wish } from "./turns.js";

/** One try of a parked call; null when there is still nothing. */
type Try<T> = () => Promise<T | null>;

/** The rest of a parked call between two tries. */
class Rest {
  woken = false;
  resume: (() => void) | undefined;

  wake(): void {
    this.woken = true;
    this.resume?.();
  }
}

export class Parking {
  /** What waits under keys. */
  readonly #parked = new Map<Rest, readonly string[]>();
  readonly #turns = new Turns();
  /** What times are measured by. */
  readonly pace: Pace;

  constructor(pace: Pace = hostPace()) {
    this.pace = pace;
  }

  /**
   * Tries a call, and again whenever one of its keys wakes, until it answers, its time is over or it is aborted; the time
   * may be infinite.
   */
  async wait<T>(keys: readonly string[], waitMs: number, attempt: Try<T>, signal?: AbortSignal): Promise<T | null> {
    const rest = new Rest();
    this.#parked.set(rest, keys);
    try {
      return await repeated(rest, this.pace, waitMs, attempt, signal);
    } finally {
      this.#parked.delete(rest);
    }
  }

  /** Tries a claim, and again whenever it has a turn, until it takes something, its time is over or it is aborted. */
  async claim<T extends Taken>(wish: Wish, waitMs: number, attempt: Try<T>, signal?: AbortSignal): Promise<T | null> {
    const rest = new Rest();
    const waiter = new Waiter(wish, () => rest.wake());
    let taken: T | null = null;
    if (waitMs > 0) this.#turns.park(waiter);
    try {
      taken = await repeated(rest, this.pace, waitMs, () => waiter.ask(attempt), signal);
      return taken;
    } finally {
      this.#turns.leave(waiter, taken);
    }
  }

  /** Wakes what waits for these, in the order in which it was parked. */
  wake(wakes: Wakes): void {
    this.#turns.wake(wakes);
    if (this.#parked.size === 0) return;
    const keys = new Set(wakes.events ? ["events"] : []);
    for (const id of wakes.finished) keys.add(`finished:${id}`);
    for (const id of wakes.streams) keys.add(`stream:${id}`);
    for (const [rest, own] of this.#parked) if (own.some((key) => keys.has(key))) rest.wake();
  }

  /** Wakes everything, as when the engine ends. */
  wakeAll(): void {
    this.#turns.wakeAll();
    for (const rest of this.#parked.keys()) rest.wake();
  }
}

/** Tries a call whenever its rest is woken. */
async function repeated<T>(
  rest: Rest,
  pace: Pace,
  waitMs: number,
  attempt: Try<T>,
  signal?: AbortSignal,
): Promise<T | null> {
  signal?.throwIfAborted();
  const over = waitMs > 0 ? pace.now() + waitMs : 0;
  for (;;) {
    rest.woken = false;
    const found = await attempt();
    const left = over - pace.now();
    if (found !== null || left <= 0) return found;
    signal?.throwIfAborted();
    if (!rest.woken) await pause(left, rest, pace, signal);
    signal?.throwIfAborted();
  }
}

/** Resolves when it is woken, when the time is over, or when the signal aborts. Who waits keeps its process alive. */
async function pause(ms: number, rest: Rest, pace: Pace, signal?: AbortSignal): Promise<void> {
  const stop = new AbortController();
  rest.resume = () => stop.abort();
  const deaf = onAbort(signal, rest.resume);
  // What is left after the longest timer is waited for in the next round.
  await pace.sleep(Math.min(ms, DELAY_MS_MAX), stop.signal);
  deaf();
}
