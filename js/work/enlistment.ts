// A worker's place in the registry: entered when it starts, kept by heartbeats, given up when it stops.

import { argumentError } from "../ground/errors.js";
import type { Workers } from "../operations/workers.js";
import type { RegisterWorkerArgs } from "../types.generated.js";

/** How long a worker counts as there after a heartbeat unless it says otherwise, in ms. */
const LIVENESS_TTL_MS = 60_000;
const LIVENESS_TTL_MS_MAX = 86_400_000;

/** What a place needs of its worker. */
export interface Surroundings {
  workers: Workers;
  /** Whether the engine has ended. */
  over: () => boolean;
  /** Resolves after so many ms, or when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears of what went wrong. */
  report: (error: unknown) => void;
}

/** Who enters the registry, and with what. */
export interface Place {
  worker: { id: string; instanceId: string };
  lanes: string[];
  capabilities?: string[] | undefined;
  livenessTtlMs?: number | undefined;
  namespace?: string | undefined;
}

export class Enlistment {
  readonly #place: Place & { livenessTtlMs: number };
  readonly #around: Surroundings;
  readonly #leaving = new AbortController();
  #left: Promise<void> | undefined;

  constructor(place: Place, around: Surroundings) {
    const { livenessTtlMs = LIVENESS_TTL_MS } = place;
    if (!Number.isInteger(livenessTtlMs) || livenessTtlMs < 1 || livenessTtlMs > LIVENESS_TTL_MS_MAX)
      throw argumentError("livenessTtlMs", `a whole number from 1 to ${LIVENESS_TTL_MS_MAX}`, String(livenessTtlMs));
    this.#place = { ...place, livenessTtlMs };
    this.#around = around;
    void this.#keep(this.#leaving.signal);
  }

  /** Gives the place up. */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  /** Registers, and again whenever the registry has forgotten the worker; three heartbeats in its time to live. */
  async #keep(signal: AbortSignal): Promise<void> {
    const { over, sleep, report } = this.#around;
    let [entered, failed] = [false, false];
    while (!signal.aborted && !over()) {
      try {
        entered &&= await this.#beat();
        if (!entered && !signal.aborted) entered = await this.#enter();
        failed = false;
      } catch (error) {
        // Once is enough: the claims meet the same trouble.
        if (!failed && !signal.aborted && !over()) report(error);
        failed = true;
      }
      await sleep(Math.max(1, this.#place.livenessTtlMs / 3), signal);
    }
  }

  async #enter(): Promise<true> {
    await this.#around.workers.register(this.#place as RegisterWorkerArgs);
    return true;
  }

  async #beat(): Promise<boolean> {
    const answer = await this.#around.workers.heartbeat(this.#named());
    return answer.outcome === "refreshed";
  }

  async #leave(): Promise<void> {
    this.#leaving.abort();
    const { workerInstanceId, ...rest } = this.#named();
    // A place that cannot be given up is swept when its time is over.
    if (!this.#around.over())
      await this.#around.workers.markDead(workerInstanceId, { ...rest, reason: "stopped" }).catch(() => {});
  }

  #named(): { workerInstanceId: string; namespace?: string } {
    const { worker, namespace } = this.#place;
    return { workerInstanceId: worker.instanceId, ...(namespace !== undefined && { namespace }) };
  }
}

/** An instance id of its own, also where there is no secure context. */
export function minted(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}
