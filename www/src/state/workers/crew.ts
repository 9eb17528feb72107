// The worker of this tab: working, finishing what it holds, or paused.

import type { Engine, Worker as WorkLoop } from "tidegate";
import { HANDLERS, LANES } from "../../work/kinds.js";
import { Observable } from "../ground/observable.js";
import type { Troubles } from "../ground/troubles.js";

export const CONCURRENCIES = [1, 2, 4, 8] as const;
const LEASE_MS = 6_000;
/** A tab that is gone leaves the registry after this long. */
const LIVENESS_MS = 15_000;
const WORKER_ID = "print-shop";

export type CrewState = "working" | "finishing" | "paused";

export class Crew extends Observable {
  /** Names this tab: a lease with another instance was issued before the page was loaded. */
  readonly instanceId = crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? "0";
  readonly #engine: Engine;
  readonly #troubles: Troubles;
  #loop: WorkLoop | undefined;
  #state: CrewState = "paused";
  #wanted: "working" | "paused" = "paused";
  #concurrency = 4;

  constructor(engine: Engine, troubles: Troubles) {
    super();
    this.#engine = engine;
    this.#troubles = troubles;
  }

  get leaseMs(): number {
    return LEASE_MS;
  }

  get state(): CrewState {
    return this.#state;
  }

  get running(): number {
    return this.#loop?.running ?? 0;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  resume(): void {
    this.#wanted = "working";
    if (this.#state === "paused") this.#begin();
  }

  /** Claims no more; what is under way is finished. */
  async pause(): Promise<void> {
    this.#wanted = "paused";
    await this.#finish();
  }

  /** Takes effect once what is under way has finished. */
  async setConcurrency(concurrency: number): Promise<void> {
    this.#concurrency = concurrency;
    await this.#finish();
  }

  #begin(): void {
    this.#loop = this.#engine.work(
      {
        lanes: LANES,
        worker: { id: WORKER_ID, instanceId: this.instanceId },
        concurrency: this.#concurrency,
        leaseTtlMs: LEASE_MS,
        livenessTtlMs: LIVENESS_MS,
        onError: (thrown) => this.#troubles.meet("The worker met with an error, and goes on", thrown),
      },
      HANDLERS,
    );
    this.#turn("working");
  }

  async #finish(): Promise<void> {
    if (this.#state !== "working" || !this.#loop) return this.changed();
    this.#turn("finishing");
    await this.#loop.stop();
    this.#loop = undefined;
    this.#turn("paused");
    if (this.#wanted === "working") this.#begin();
  }

  #turn(state: CrewState): void {
    this.#state = state;
    this.changed();
  }
}
