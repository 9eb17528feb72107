// What went wrong while the shop is open: each shown for a while, or until the same thing goes well.

import { Observable } from "./observable.js";

const SHOWN_MS = 15_000;

export class Troubles extends Observable {
  readonly #met = new Map<string, unknown>();

  /** Pairs of what did not go well, in words, and what was thrown. */
  get all(): readonly (readonly [what: string, thrown: unknown])[] {
    return [...this.#met];
  }

  meet(what: string, thrown: unknown): void {
    this.#met.set(what, thrown);
    this.changed();
    setTimeout(() => {
      if (this.#met.get(what) === thrown) this.#over(what);
    }, SHOWN_MS);
  }

  /** Resolves when that which was asked for has ended, and shows when it did not go well; never rejects. */
  async watchOver(what: string, asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
      this.#over(what);
    } catch (thrown) {
      this.meet(what, thrown);
    }
  }

  #over(what: string): void {
    if (this.#met.delete(what)) this.changed();
  }
}
