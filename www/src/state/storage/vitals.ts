// How the engine itself is: its storage and its clock.

import type { ClockReport, Engine, StorageReport } from "tidegate";
import { Observable } from "../ground/observable.js";
import type { Troubles } from "../ground/troubles.js";

/** The rest between two looks at what the engine does by itself, in ms. */
const UPKEEP_MS = 1_000;

/** How a compaction stands. */
export type Compaction =
  | { readonly phase: "none" }
  | { readonly phase: "working"; readonly freedBytes: number; readonly leftBytes: number }
  | { readonly phase: "done"; readonly freedBytes: number }
  | { readonly phase: "failed"; readonly thrown: unknown };

export class Vitals extends Observable {
  readonly #engine: Engine;
  readonly #troubles: Troubles;
  #clock: ClockReport | undefined;
  #compaction: Compaction = { phase: "none" };

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

  get compaction(): Compaction {
    return this.#compaction;
  }

  /**
   * What cannot be read now stays as it was; the ledger tells when the engine is lost. Answers when to look again: of
   * the upkeep, which looks for damage and for room, there is no event.
   */
  async refresh(): Promise<number | undefined> {
    try {
      [this.#clock] = await Promise.all([this.#engine.clock(), this.#engine.measureStorage()]);
    } catch {
      // What the engine said by itself, as that its storage is full, is shown all the same.
    }
    this.changed();
    const { checked, full } = this.storage;
    return checked === "pending" || full ? UPKEEP_MS : undefined;
  }

  /** Deletes what is past its retention, and gives the room of what was deleted back to the browser. */
  async compact(): Promise<void> {
    if (this.#compaction.phase === "working") return;
    this.#compacting({ phase: "working", freedBytes: 0, leftBytes: this.storage.freeBytes ?? 0 });
    try {
      const onProgress = (progress: { freedBytes: number; leftBytes: number }) =>
        this.#compacting({ phase: "working", ...progress });
      const { freedBytes } = await this.#engine.compact({ onProgress });
      this.#compacting({ phase: "done", freedBytes });
    } catch (thrown) {
      this.#compacting({ phase: "failed", thrown });
    }
    await this.refresh();
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

  #compacting(compaction: Compaction): void {
    this.#compaction = compaction;
    this.changed();
  }
}
