// How time goes by: whatever lasts is measured and rested by a clock that never goes back, whatever becomes of the clock
// on the wall. Instants of the engine (a lease's end, a delay) are Unix ms and go by its own clock.

import { sleep } from "./sleep.js";

/** A clock for durations, and the rests that are measured by it. A test's hand fits too. */
export interface Pace {
  /** Ms since some instant; never goes back. It may stand still while the machine sleeps. */
  now(): number;
  /** Unix ms, beside which it is seen that the machine slept. */
  wall(): number;
  /** Resolves after so many ms, or when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The host's own pace, with rests of another kind where the host holds its timers back. */
export function hostPace(rest: Pace["sleep"] = sleep): Pace {
  return { now: () => performance.now(), wall: () => Date.now(), sleep: rest };
}

/** How far both clocks fall apart between two looks before it counts, in ms. */
const GAP_MS = 1_000;

/** Sees that more time went by than was measured: the machine slept, or its clock was put on. */
export class Vigil {
  readonly #pace: Pace;
  #ahead: number;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#ahead = pace.wall() - pace.now();
  }

  /** Whether it did since the last look. */
  slept(): boolean {
    const before = this.#ahead;
    this.#ahead = this.#pace.wall() - this.#pace.now();
    return this.#ahead - before > GAP_MS;
  }
}
