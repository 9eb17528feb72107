// Looking for damage in the first idle moments after the open, a slice at a time, so that no call waits for long.

import { TidegateError } from "./errors.js";
import type { Port } from "./port.js";

/** What the checkup needs of an engine. */
export interface Examined {
  /** Whether a batch is under way. */
  readonly busy: boolean;
  /** What ended the engine, if anything did. */
  readonly over: unknown;
  /** Ends it: it must not go on writing into a damaged database. */
  end(error: TidegateError): void;
}

/** How long the page gets to begin its work before the first slice, and the rest between two, in ms. */
const FIRST_MS = 500;
const REST_MS = 50;

export class Checkup {
  readonly #port: Port;
  readonly #engine: Examined;

  constructor(port: Port, engine: Examined) {
    this.#port = port;
    this.#engine = engine;
  }

  /** Resolves when all was looked over, or the engine has ended. */
  async run(): Promise<void> {
    await idle(FIRST_MS);
    for (let slice = 0; this.#engine.over === undefined; ) {
      if (!this.#engine.busy) {
        try {
          if (!(await this.#port.check(slice))) return;
          slice += 1;
        } catch (thrown) {
          return this.#found(thrown);
        }
      }
      await idle(REST_MS);
    }
  }

  /** Damage ends the engine; whatever else went wrong, the calls of the page will meet it too. */
  #found(thrown: unknown): void {
    if (thrown instanceof TidegateError && thrown.code === "storage.damaged") this.#engine.end(thrown);
  }
}

/** After so many ms, when nothing else is to be done. */
async function idle(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (typeof requestIdleCallback === "function")
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2_000 }));
}
