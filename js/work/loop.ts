// The work loop: claims up to its concurrency, keeps the leases, gives each handler a signal, completes with what it
// returns and fails with what it throws. Every end of a handler ends its attempt at once.

import type { ClaimedExecution } from "../calls/claimed.js";
import { duration, given } from "../calls/send.js";
import { onAbort } from "../ground/aborts.js";
import { onWaking } from "../ground/alarm.js";
import { TidegateError } from "../ground/errors.js";
import { onlyFields } from "../ground/fields.js";
import { type Pace, Vigil } from "../ground/pace.js";
import type { Payload } from "../ground/payload.js";
import { within } from "../ground/sleep.js";
import type { Attempts, ClaimOptions } from "../operations/attempts.js";
import type { Executions } from "../operations/executions.js";
import type { Workers } from "../operations/workers.js";
import type { StorageReport } from "../storage/report.js";
import type { Wakes } from "../types.generated.js";
import { type Ending, type Failure, failureOf, isRefusal, unkept, untold } from "./ending.js";
import { Enlistment, minted } from "./enlistment.js";
import { Gate } from "./gate.js";
import { Hold, type Keeper, overrunError } from "./hold.js";
import { type Handlers, type Terms, terms, type WorkOptions } from "./options.js";
import { waitingForOthers } from "./others.js";
import { type StopReason, Task, TaskStopped } from "./task.js";

/** How long a parked claim waits before it is made anew, in ms. */
const PARKED_MS = 60_000;
/** How long the loop rests after an error, in ms. */
const REST_MS = 1_000;
/** The rest between two tries of an ending while the storage fails, in ms: it doubles up to the second. */
const END_REST_MS = 200;
const END_REST_MS_MAX = 5_000;
/** How long handlers that were told to stop may take to hear of it before a stop goes on without them, in ms. */
const GRACE_MS = 500;
/** How often it is looked whether the machine slept while a lease is held, in ms. */
const PULSE_MS = 750;
/** The longest lease that a loop asks for by itself, in ms: whoever dies with it is missed for as long. */
const GROWN_TTL_MS_MAX = 3_600_000;
/** Refusals of a call whose lease is gone: somebody else ended the execution, or took over. */
const OVERTAKEN = new Set([
  "contention.lease_conflict",
  "contention.execution_not_active",
  "state.lease_expired",
  "state.lease_revoked",
]);
/** What of a loop's options the engine may refuse: each claim after it would be refused too. */
const REFUSED = /^(lanes|kinds|worker|capabilities|leaseTtlMs)\b/;
/** What ends the parking of a claim that is to be made anew, or not now. */
const recalled = new Error("the claim is not to be parked any more");

/** The engine that a loop works for: what the holder of a lease does, the registry, and how the engine stands. */
export interface Employer extends Attempts {
  readonly executions: Pick<Executions, "counts" | "search">;
  readonly workers: Workers;
  readonly storage: StorageReport;
  /** What ended it, if anything did. */
  readonly over: unknown;
}

/** What the loop has of its engine beside the calls that everybody has. */
export interface Backstage {
  /** Hears of what batches wake; answers how to stop hearing. */
  listen(listener: (wakes: Wakes) => void): () => void;
  /** A claim that asks before each try whether it may be made; where that throws it is given up. */
  claim(options: ClaimOptions, ask: () => void): Promise<ClaimedExecution | null>;
  readonly pace: Pace;
}

export class Worker {
  /** Resolves when the loop has ended and its last handler has returned. */
  readonly stopped: Promise<void>;
  readonly #engine: Employer;
  readonly #terms: Terms;
  readonly #backstage: Backstage;
  readonly #stopping = new AbortController();
  /** Aborts when nobody waits for its handlers any more: nothing is renewed then. */
  readonly #deserted = new AbortController();
  /** Aborts with the engine: nothing is tried again then. */
  readonly #ended = new AbortController();
  /** Ends the parking of claims: to stop, to ask for longer leases, or since its gate was shut. */
  #parked = new AbortController();
  /** Who claims: the instance is this loop's own unless one was named. */
  readonly #worker: { id: string; instanceId: string };
  readonly #enlistment: Enlistment;
  readonly #gate: Gate;
  readonly #keeper: Keeper;
  /** What is under way, by lease: a handler that gave its lease up may still run when the attempt goes on under another. */
  readonly #holds = new Map<string, Hold>();
  /** How long the leases last that it asks for. */
  #leaseTtlMs: number;
  #watching = false;
  /** Set once running handlers are told to stop; those that start later are told at once. */
  #drained = false;
  /** Set when an ending found no room in the storage. */
  #starved = false;

  constructor(engine: Employer, options: WorkOptions, handlers: Handlers, backstage: Backstage) {
    this.#terms = terms(options, handlers);
    this.#engine = engine;
    this.#backstage = backstage;
    const { lanes, kinds, concurrency, worker, capabilities, livenessTtlMs, namespace, leaseTtlMs, when } = this.#terms;
    this.#leaseTtlMs = leaseTtlMs;
    this.#worker = { ...worker, instanceId: worker.instanceId ?? minted() };
    const sleep = (ms: number, signal: AbortSignal) => backstage.pace.sleep(ms, signal);
    const report = (error: unknown) => this.#report(error);
    const place = { worker: this.#worker, lanes, capabilities, livenessTtlMs, namespace };
    const over = () => engine.over !== undefined;
    this.#enlistment = new Enlistment(place, { workers: engine.workers, over, sleep, report });
    this.#gate = new Gate(when, { stopping: this.#stopping.signal, sleep, report, shut: () => this.#recall() });
    this.#keeper = {
      pace: backstage.pace,
      renew: (handle) => engine.renew(handle),
      mayPass: (error) => this.#mayPass(error),
      report,
      late: (hold, elapsedMs) => this.#grow(hold, elapsedMs),
      overran: (hold, elapsedMs) => report(overrunError(hold, elapsedMs, this.#leaseTtlMs)),
    };
    const deaf = backstage.listen(({ finished }) => this.#heardOf(finished));
    const slots = Array.from({ length: concurrency }, () => (kinds?.length === 0 ? this.#idle() : this.#loop()));
    this.stopped = Promise.all(slots).then(deaf);
    if (kinds !== undefined) void this.#tellOfOthers(lanes, kinds);
  }

  /**
   * Stops claiming, and waits at most `drainMs` for running handlers (30 000 when left out); `Infinity` waits for as long
   * as they take, and would wait for ever within one of them. After that their signals abort, and they have half a second
   * to end. It resolves when the last handler has returned, or then: leases of handlers that do not hear are not renewed
   * any more and run out, so that others go on with their work. With `drainMs: 0` it does not wait at all.
   */
  async stop(options: { drainMs?: number } = {}): Promise<void> {
    onlyFields(given("options", options), ["drainMs"]);
    const { drainMs = 30_000 } = options;
    duration("drainMs", drainMs);
    this.#stopping.abort(new TaskStopped("stopping"));
    this.#recall();
    if (drainMs === 0) {
      this.#desert();
      void this.left();
      return;
    }
    const over = Promise.race([this.stopped, this.#desertion()]);
    if (!(await within(drainMs, over))) {
      this.#abortAll("stopping");
      await within(GRACE_MS, over);
      this.#desert();
    }
    await this.left();
  }

  /** Ends with its engine. */
  end(): void {
    void this.stop({ drainMs: 0 });
    this.#ended.abort();
  }

  /** Gives its place in the registry up; resolves when that is done, or cannot be. */
  left(): Promise<void> {
    return this.#enlistment.leave();
  }

  /** Executions under way. */
  get running(): number {
    return [...this.#holds.values()].filter(({ done }) => !done).length;
  }

  /** Without a handler there is nothing to claim. */
  #idle(): Promise<void> {
    return new Promise((resolve) => onAbort(this.#stopping.signal, resolve));
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
      } catch (error) {
        if (signal.aborted || this.#engine.over !== undefined) return;
        if (error === recalled) continue;
        this.#report(error);
        await this.#backstage.pace.sleep(REST_MS, signal);
      }
    }
  }

  /** One execution from its claim to its end, where there is one. */
  async #turn(stopping: AbortSignal): Promise<void> {
    // What was claimed now could not be ended.
    if (this.#starved && this.#engine.storage.full) return this.#backstage.pace.sleep(REST_MS, stopping);
    this.#starved = false;
    await this.#gate.passed();
    if (stopping.aborted) return;
    const leaseTtlMs = this.#leaseTtlMs;
    const claim = await this.#claim(leaseTtlMs).catch((error) => {
      if (error instanceof TidegateError && REFUSED.test(String(error.details["field"])) && !stopping.aborted) {
        this.#report(error);
        void this.stop({ drainMs: Number.POSITIVE_INFINITY });
      }
      throw error;
    });
    if (claim) await this.#run(claim, leaseTtlMs);
  }

  #claim(leaseTtlMs: number): Promise<ClaimedExecution | null> {
    const { lanes, kinds, capabilities } = this.#terms;
    const wish = { lanes, ...(kinds && { kinds }), ...(capabilities && { capabilities }) };
    const { signal } = this.#parked;
    const ask = () => {
      if (!this.#gate.open) throw recalled;
    };
    return this.#backstage.claim({ ...wish, worker: this.#worker, leaseTtlMs, maxWaitMs: PARKED_MS, signal }, ask);
  }

  /** Claims are parked no longer; whoever still may makes them anew. */
  #recall(): void {
    const parked = this.#parked;
    this.#parked = new AbortController();
    parked.abort(recalled);
  }

  async #run(claim: ClaimedExecution, leaseTtlMs: number): Promise<void> {
    // Nobody could end what was begun now; its lease runs out, and another worker begins it.
    if (this.#drained || this.#engine.over !== undefined) return;
    const hold = new Hold(claim, leaseTtlMs, this.#keeper);
    this.#holds.set(claim.leaseId, hold);
    void this.#watch();
    try {
      const { signal } = hold;
      const again = <T>(call: () => Promise<T>) => this.#again(call, () => signal.aborted, signal);
      const task = new Task(this.#engine, claim, signal, { again, ended: () => hold.done });
      const ending = await this.#handle(task);
      hold.finish();
      if (!task.over && !hold.gone) await this.#end(hold, ending);
    } finally {
      hold.release();
      this.#holds.delete(claim.leaseId);
    }
  }

  /** What the handler's end means for the execution. */
  async #handle(task: Task): Promise<Ending> {
    const { handlers } = this.#terms;
    const handler = handlers.get(task.claim.kind) ?? handlers.get("*");
    try {
      return { result: await handler?.(task) };
    } catch (thrown) {
      return failureOf(thrown, { stopped: task.signal.aborted, misused: task.misused });
    }
  }

  /** Ends the attempt. */
  async #end(hold: Hold, ending: Ending): Promise<void> {
    const { handle } = hold.claim;
    if ("refused" in ending) this.#report(ending.refused);
    try {
      // Nobody renews it any more once the loop is deserted; until then its time does not run out.
      const inVain = () => hold.gone || (this.#deserted.signal.aborted && hold.overdue);
      await this.#again(() => this.#endOnce(handle, ending), inVain, this.#ended.signal);
    } catch (error) {
      if (!(error instanceof TidegateError) || !OVERTAKEN.has(error.code)) throw error;
      hold.lose();
    }
  }

  /** A call of a holder; while the storage fails or is full it is made again, until it is in vain. */
  async #again<T>(call: () => Promise<T>, inVain: () => boolean, awake: AbortSignal): Promise<T> {
    for (let restMs = END_REST_MS; ; restMs = Math.min(restMs * 2, END_REST_MS_MAX)) {
      try {
        return await call();
      } catch (error) {
        if (!this.#mayPass(error) || inVain()) throw error;
        this.#starved ||= error instanceof TidegateError && error.code === "storage.quota";
        await this.#backstage.pace.sleep(restMs, awake);
      }
    }
  }

  async #endOnce(handle: string, ending: Ending): Promise<void> {
    if ("failure" in ending) return this.#fail(handle, ending.failure);
    try {
      await this.#engine.complete(handle, ending.result === undefined ? {} : { result: ending.result as Payload });
    } catch (error) {
      // A result that can never be kept is a failure of the work, not of this call.
      if (!isRefusal(error)) throw error;
      await this.#fail(handle, unkept(error));
    }
  }

  /** Fails the attempt; one whose failure is refused fails all the same, with what can be told. */
  async #fail(handle: string, failure: Failure): Promise<void> {
    try {
      await this.#engine.fail(handle, failure);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#report(error);
      await this.#engine.fail(handle, untold(error));
    }
  }

  /** Leases are renewed at once after the machine slept, or found lost: the steady clock may have stood still with it. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const { pace } = this.#backstage;
    const vigil = new Vigil(pace);
    const look = () => {
      if (vigil.slept()) for (const hold of this.#holds.values()) hold.rouse();
    };
    const over = new AbortController();
    onWaking(look, over.signal);
    while (this.#holds.size > 0 && !this.#deserted.signal.aborted) {
      await pace.sleep(PULSE_MS, this.#deserted.signal);
      look();
    }
    over.abort();
    this.#watching = false;
  }

  /** A lease is too short for what its handler does: the next ones are longer, so that it can finish. */
  #grow(hold: Hold, elapsedMs: number): void {
    const grown = Math.max(hold.leaseTtlMs, Math.min(elapsedMs * 2, GROWN_TTL_MS_MAX));
    if (grown <= this.#leaseTtlMs) return;
    this.#leaseTtlMs = grown;
    this.#recall();
  }

  #heardOf(finished: readonly string[]): void {
    const ended = new Set(finished);
    for (const hold of this.#holds.values()) if (!hold.done && ended.has(hold.claim.executionId)) hold.stop("ended");
  }

  async #tellOfOthers(lanes: readonly string[], kinds: readonly string[]): Promise<void> {
    // Whatever is wrong the claims meet too.
    const told = await waitingForOthers(this.#engine.executions, lanes, kinds).catch(() => undefined);
    if (told !== undefined && !this.#stopping.signal.aborted) console.warn(`tidegate worker: ${told}`);
  }

  /** Whether the same call may pass in a moment: the storage blinked, or the engine is being opened again. */
  #mayPass(error: unknown): boolean {
    if (!(error instanceof TidegateError) || this.#engine.over !== undefined) return false;
    return error.code === "engine.poisoned" || (error.category === "storage" && !isRefusal(error));
  }

  #abortAll(reason: StopReason): void {
    this.#drained = true;
    for (const hold of this.#holds.values()) hold.stop(reason);
  }

  /** Nobody waits for its handlers any more. */
  #desert(): void {
    this.#abortAll("stopping");
    for (const hold of this.#holds.values()) hold.release();
    this.#deserted.abort();
  }

  #desertion(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#deserted.signal.aborted) resolve();
      else onAbort(this.#deserted.signal, resolve);
    });
  }

  #report(error: unknown): void {
    const { onError = (unheard: unknown) => console.error("tidegate worker:", unheard) } = this.#terms;
    const threw = (thrown: unknown) => console.error("tidegate worker: onError threw", thrown);
    try {
      const heard: unknown = onError(error);
      if (heard instanceof Promise) heard.catch(threw);
    } catch (thrown) {
      threw(thrown);
    }
  }
}
