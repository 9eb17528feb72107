// How the engine itself is: its storage and its clock.

import type { ClockReport, Engine, StorageReport } from "tidegate";
import { Observable } from "./observable.js";
import type { Troubles } from "./troubles.js";

export class Vitals extends Observable {
  readonly #engine: Engine;
  readonly #troubles: Troubles;
  #clock: ClockReport | undefined;

  constructor(engine: Engine, troubles: Troubles) {
    super();
    this.#engine = engine;
    this.#troubles = troubles;
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
      // What the engine said by itself, as that its storage is full, is shown all the same.
    }
    this.changed();
  }

  /** Asks the browser never to clear this site by itself; it may refuse. */
  async persist(): Promise<void> {
    const asked = Promise.resolve(navigator.storage?.persist?.());
    await this.#troubles.watchOver("The browser could not be asked to protect the data", asked);
    await this.refresh();
  }

  /** After the computer's clock was put back: moves engine time back to it. */
  async acceptClock(): Promise<void> {
    await this.#troubles.watchOver("The engine's clock could not be set back", this.#engine.acceptClock());
    await this.refresh();
  }
}
