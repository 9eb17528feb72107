// Rounds of reading while the page is seen: never two at a time, and none unless something asked for it.

export class Pulse {
  readonly #round: () => Promise<number | undefined>;
  readonly #restMs: number;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings, and when the last round was over, as `performance.now` tells it. */
  #rings = Number.POSITIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  /** After how many ms the round under way was asked for again. */
  #againMs = Number.POSITIVE_INFINITY;

  /** `round` does not reject; it answers after how many ms it wants another, if it wants one by itself. */
  constructor(round: () => Promise<number | undefined>, restMs: number) {
    this.#round = round;
    this.#restMs = restMs;
    document.addEventListener("visibilitychange", () => this.now(), { signal: this.#stopped.signal });
    this.now();
  }

  /** Makes a round now, or one more right after the one under way. */
  now(): void {
    if (this.#stopped.signal.aborted || document.visibilityState === "hidden") return;
    if (this.#running) this.#againMs = 0;
    else this.#begin();
  }

  /** Makes a round once the last one is over for as long as it rests, or for so many ms. */
  soon(restMs = this.#restMs): void {
    if (this.#running) this.#againMs = Math.min(this.#againMs, restMs);
    else this.#arm(this.#endedAt + restMs - performance.now());
  }

  /** Resolves when no round is under way any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#rings = Number.POSITIVE_INFINITY;
    this.#againMs = Number.POSITIVE_INFINITY;
    this.#running = this.#round().then((againMs) => {
      this.#running = undefined;
      this.#endedAt = performance.now();
      this.#arm(Math.min(this.#againMs, againMs ?? Number.POSITIVE_INFINITY));
    });
  }

  #arm(ms: number): void {
    const at = performance.now() + Math.max(ms, 0);
    // What rings in a hidden page stays rung: coming into view makes a round anyway.
    if (at >= this.#rings || this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#rings = at;
    this.#timer = setTimeout(() => this.now(), ms);
  }
}
