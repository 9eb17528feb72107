// One lease in the hands of a loop: it is renewed at each third of its time until the handler's end was told, it is lost,
// or nobody keeps it any more.

import type { ClaimedExecution } from "../calls/claimed.js";
import { TidegateError } from "../ground/errors.js";
import type { Pace } from "../ground/pace.js";
import { type StopReason, TaskStopped } from "./task.js";

/** Who renews, and hears of what becomes of a lease. */
export interface Keeper {
  readonly pace: Pace;
  renew(handle: string): Promise<unknown>;
  /** Whether the same call may pass in a moment. */
  mayPass(error: unknown): boolean;
  report(error: unknown): void;
  /** A lease was not renewed in its time, for so many ms: claims that are made now should ask for a longer one. */
  late(hold: Hold, elapsedMs: number): void;
  /** It was lost by that. */
  overran(hold: Hold, elapsedMs: number): void;
}

export class Hold {
  readonly claim: ClaimedExecution;
  readonly leaseTtlMs: number;
  /** Whether the handler has returned or thrown: from here on the end of the execution is this worker's own doing. */
  done = false;
  /** Whether there is nothing left to tell the engine: the lease is lost, or the execution ended without it. */
  gone = false;
  readonly #keeper: Keeper;
  readonly #task = new AbortController();
  readonly #over = new AbortController();
  #nap = new AbortController();
  /** When the lease was renewed last, by the steady clock. */
  #renewedAt: number;
  #told = false;

  constructor(claim: ClaimedExecution, leaseTtlMs: number, keeper: Keeper) {
    this.claim = claim;
    this.leaseTtlMs = leaseTtlMs;
    this.#keeper = keeper;
    this.#renewedAt = keeper.pace.now();
    void this.#keep();
  }

  /** Aborts when its handler should stop, and when that has ended. */
  get signal(): AbortSignal {
    return this.#task.signal;
  }

  /** Whether it was not renewed for the whole of its time. */
  get overdue(): boolean {
    return this.#keeper.pace.now() - this.#renewedAt >= this.leaseTtlMs;
  }

  /** Tells the handler to stop. */
  stop(reason: StopReason): void {
    this.gone ||= reason === "lease_lost" || reason === "ended";
    if (this.gone) this.release();
    this.#task.abort(new TaskStopped(reason));
  }

  /** The handler has ended, and so has all that it left behind. */
  finish(): void {
    this.done = true;
    this.#late();
    this.stop("done");
  }

  /** Renews no more. */
  release(): void {
    this.#over.abort();
    this.#nap.abort();
  }

  /** Renews at once: the machine slept. */
  rouse(): void {
    this.#nap.abort();
  }

  /** The engine says that the lease is gone. Where nobody renewed it in time, its thread stood still. */
  lose(): void {
    const elapsedMs = this.#late();
    if (elapsedMs > 0 && !this.#told) {
      this.#told = true;
      this.#keeper.overran(this, elapsedMs);
    }
    this.stop("lease_lost");
  }

  /** For how long it was not renewed, where that is too long; the loop hears of it before the engine does. */
  #late(): number {
    const elapsedMs = Math.round(this.#keeper.pace.now() - this.#renewedAt);
    // It began a little before its claim was answered.
    if (elapsedMs < this.leaseTtlMs * 0.9) return 0;
    this.#keeper.late(this, elapsedMs);
    return elapsedMs;
  }

  async #keep(): Promise<void> {
    const { pace } = this.#keeper;
    const over = this.#over.signal;
    while (!over.aborted) {
      this.#nap = new AbortController();
      await pace.sleep(Math.max(1, this.leaseTtlMs / 3), this.#nap.signal);
      if (over.aborted) return;
      this.#late();
      const now = pace.now();
      try {
        await this.#keeper.renew(this.claim.handle);
        this.#renewedAt = now;
      } catch (error) {
        if (!over.aborted) this.#unrenewed(error);
      }
    }
  }

  /** A lease that could not be renewed is lost when the engine refuses it, or its time is over. */
  #unrenewed(error: unknown): void {
    if (this.#keeper.mayPass(error) && !this.overdue) this.#keeper.report(error);
    else this.lose();
  }
}

/** What is told of a lease that ran out while its handler ran, and for how long its loop claims from then on. */
export function overrunError({ claim, leaseTtlMs }: Hold, elapsedMs: number, nextLeaseTtlMs: number): TidegateError {
  const { executionId, kind } = claim;
  const next =
    nextLeaseTtlMs > leaseTtlMs ? `later claims ask for ${nextLeaseTtlMs} ms` : "a lease of this loop lasts no longer";
  return new TidegateError({
    code: "state.lease_expired",
    category: "state",
    kind: "lease_expired",
    message:
      `the lease of ${executionId} (${kind}) lasts ${leaseTtlMs} ms and could not be renewed for ${elapsedMs} ms, because ` +
      `its thread stood still: what its handler did counts for nothing and is done again; ${next}`,
    details: { executionId, kind, leaseId: claim.leaseId, leaseTtlMs, elapsedMs, nextLeaseTtlMs },
    retryable: false,
    class: "terminal",
  });
}
