// What keeps a database in files well, in idle moments: room in its log for the day when the storage is full, and
// looking for damage, a slice at a time, so that no call waits for long.

import { TidegateError } from "../ground/errors.js";
import type { StorageReport } from "./report.js";

/** What the upkeep works on. */
export interface Tended {
  readonly storage: StorageReport;
  /** Looks for damage in one slice of the database; answers whether there is a next one. */
  check(slice: number): Promise<boolean>;
  /** Keeps room for the day when the storage is full; answers whether there is some. */
  reserve(): Promise<boolean>;
}

/** What the upkeep needs of an engine. */
export interface Kept {
  /** Whether a batch is under way. */
  readonly busy: boolean;
  /** What ended the engine, if anything did. */
  readonly over: unknown;
  /** Ends it: it must not go on writing into a damaged database. */
  end(error: TidegateError): void;
}

/** How long the page gets to begin its work, the rest between two steps, and between two looks for room, in ms. */
const FIRST_MS = 500;
const REST_MS = 50;
const AGAIN_MS = 5_000;

export class Upkeep {
  readonly #port: Tended;
  readonly #engine: Kept;

  constructor(port: Tended, engine: Kept) {
    this.#port = port;
    this.#engine = engine;
  }

  /** Looks the database over, and then after its room for as long as the engine lives. */
  async run(): Promise<void> {
    await this.lookOver();
    while (this.#engine.over === undefined) {
      await idle(AGAIN_MS);
      if (this.#engine.over === undefined && this.#port.storage.full) await this.#step(() => this.#port.reserve());
    }
  }

  /** Resolves when room was made and all was looked over, or the engine has ended. */
  async lookOver(): Promise<void> {
    await idle(FIRST_MS);
    await this.#step(() => this.#port.reserve());
    for (let slice = 0; this.#engine.over === undefined; ) {
      const more = await this.#step(() => this.#port.check(slice));
      if (more === false) return;
      // A slice that could not be read now is read again after a longer rest.
      if (more === undefined) await idle(AGAIN_MS);
      else slice += 1;
    }
  }

  /**
   * One step, once no batch is under way; nothing is answered when it failed. Damage ends the engine; what else goes
   * wrong, its calls will meet too.
   */
  async #step(step: () => Promise<boolean>): Promise<boolean | undefined> {
    while (this.#engine.busy) await idle(REST_MS);
    if (this.#engine.over !== undefined) return undefined;
    try {
      const answer = await step();
      await idle(REST_MS);
      return answer;
    } catch (thrown) {
      if (thrown instanceof TidegateError && thrown.code === "storage.damaged") this.#engine.end(thrown);
      return undefined;
    }
  }
}

/** After so many ms, when nothing else is to be done. */
async function idle(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (typeof requestIdleCallback === "function")
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2_000 }));
}
