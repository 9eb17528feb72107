// The page's own clock: has what time alone changes drawn anew, as often as that changes, and never when nothing does.

import { Observable } from "./observable.js";

export class Clock extends Observable {
  readonly #restMs: () => number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `restMs` tells after how long something will look different, if anything will. */
  constructor(restMs: () => number | undefined) {
    super();
    this.#restMs = restMs;
  }

  /** Goes on, where it stood still. */
  wind(): void {
    const restMs = this.#restMs();
    if (this.#timer !== undefined || restMs === undefined || document.visibilityState === "hidden") return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.changed();
      this.wind();
    }, restMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
