// When a loop claims: always, while there is a network, or while a function says so. While it is shut nothing is parked;
// what runs goes on.

import { onAbort } from "../ground/aborts.js";
import { onWaking } from "../ground/alarm.js";
import { argumentError } from "../ground/errors.js";
import type { WorkOptions } from "./options.js";

/** How often a function is asked beside each claim, in ms. */
const ASK_MS = 1_000;

/** What a gate needs of its loop. */
export interface Passage {
  /** Aborts when the loop stops. */
  stopping: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  report(error: unknown): void;
  /** It was open and is not any more: what is parked must not be. */
  shut(): void;
}

export class Gate {
  readonly #when: WorkOptions["when"];
  readonly #passage: Passage;
  readonly #waiting = new Set<() => void>();
  #open = true;
  /** Whether the function was told to be broken already. */
  #broken = false;

  constructor(when: WorkOptions["when"], passage: Passage) {
    this.#when = when;
    this.#passage = passage;
    const { stopping } = passage;
    onAbort(stopping, () => this.#wake());
    if (when === undefined) return;
    const look = () => void this.open;
    onWaking(look, stopping);
    if (when === "online") for (const name of ["online", "offline"]) listen(name, look, stopping);
    else void this.#watch(when);
  }

  /** Whether claims may be made now. */
  get open(): boolean {
    const open = this.#asked();
    if (this.#open && !open) {
      this.#open = open;
      this.#passage.shut();
    } else if (open) {
      this.#open = open;
      this.#wake();
    }
    return open;
  }

  /** Resolves when claims may be made, or the loop stops. */
  async passed(): Promise<void> {
    while (!this.open && !this.#passage.stopping.aborted) await new Promise<void>((go) => this.#waiting.add(go));
  }

  #asked(): boolean {
    if (this.#when === undefined) return true;
    if (this.#when === "online") return globalThis.navigator?.onLine !== false;
    try {
      const answer: unknown = this.#when();
      if (typeof answer !== "boolean")
        throw argumentError("when", "a function that answers true or false", `a ${typeof answer}`);
      this.#broken = false;
      return answer;
    } catch (thrown) {
      if (!this.#broken) this.#passage.report(thrown);
      this.#broken = true;
      return false;
    }
  }

  async #watch(_when: () => boolean): Promise<void> {
    const { sleep, stopping } = this.#passage;
    while (!stopping.aborted) {
      await sleep(ASK_MS, stopping);
      if (!stopping.aborted) void this.open;
    }
  }

  #wake(): void {
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }
}

/** Hears of an event of the host, where it has such events. */
function listen(name: string, call: () => void, signal: AbortSignal): void {
  if (typeof globalThis.addEventListener === "function") globalThis.addEventListener(name, call, { signal });
}
