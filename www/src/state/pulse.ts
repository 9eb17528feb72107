// A round that is repeated while the page is seen: never two at a time, at once when the page comes into view.

export class Pulse {
  readonly #round: () => Promise<void>;
  readonly #restMs: number;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  /** `round` does not reject. */
  constructor(round: () => Promise<void>, restMs: number) {
    this.#round = round;
    this.#restMs = restMs;
    document.addEventListener("visibilitychange", () => this.now(), { signal: this.#stopped.signal });
    this.now();
  }

  /** Makes a round now, or one more right after the one under way. */
  now(): void {
    if (this.#stopped.signal.aborted || document.visibilityState === "hidden") return;
    if (this.#running) this.#again = true;
    else this.#begin();
  }

  /** Resolves when no round is under way any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#again = false;
    this.#running = this.#round().finally(() => {
      this.#running = undefined;
      if (this.#again) this.now();
      else if (!this.#stopped.signal.aborted) this.#timer = setTimeout(() => this.now(), this.#restMs);
    });
  }
}
