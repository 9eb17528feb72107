// How the engine itself is: its storage and its clock.

import type { ClockReport, Engine, StorageReport } from "tidegate";
import { Observable } from "./observable.js";

export class Vitals extends Observable {
  readonly #engine: Engine;
  #clock: ClockReport | undefined;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  get storage(): StorageReport {
    return this.#engine.storage;
  }

  /** By how much engine time stands ahead of the host's clock, in ms. */
  get aheadMs(): number {
    return this.#clock?.aheadMs ?? 0;
  }

  /** What cannot be read now stays as it was; the ledger tells when the engine is lost. */
  async refresh(): Promise<void> {
    try {
      [this.#clock] = await Promise.all([this.#engine.clock(), this.#engine.measureStorage()]);
    } catch {
      return;
    }
    this.changed();
  }

  /** Asks the browser never to clear this site by itself; it may refuse. */
  async persist(): Promise<void> {
    await navigator.storage?.persist?.();
    await this.refresh();
  }

  /** After the computer's clock was put back: moves engine time back to it. */
  async acceptClock(): Promise<void> {
    await this.#engine.acceptClock();
    await this.refresh();
  }
}
