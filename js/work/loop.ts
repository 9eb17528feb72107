// The work loop: claims up to its concurrency, renews at a third of the lease, gives each handler a signal, completes
// with what it returns and fails with what it throws.

import type { ClaimedExecution } from "../calls/claimed.js";
import { given } from "../calls/send.js";
import { argumentError, TidegateError } from "../ground/errors.js";
import type { Payload } from "../ground/payload.js";
import { DELAY_MS_MAX } from "../ground/sleep.js";
import type { Attempts } from "../operations/attempts.js";
import type { Workers } from "../operations/workers.js";
import type { StorageReport } from "../storage/report.js";
import type { ClaimArgs, Wakes } from "../types.generated.js";
import { type Ending, failureOf, lost } from "./ending.js";
import { Enlistment, minted } from "./enlistment.js";
import { type StopReason, Task, TaskFailure, TaskStopped } from "./task.js";

/** Runs one execution; what it returns, or what that resolves to, is the result: a JSON value, bytes or nothing. */
export type Handler = (task: Task) => unknown;

/** A handler for each kind; `*` takes the kinds that have none of their own. Without it only these kinds are claimed. */
export type Handlers = Readonly<Record<string, Handler>>;

export interface WorkOptions extends Omit<ClaimArgs, "maxWaitMs" | "worker"> {
  /** Who works; `worker` when left out. Every loop is an instance of its own unless it names one. */
  worker?: ClaimArgs["worker"];
  /** How long the worker counts as there after a heartbeat, in ms; 60 000 when left out. It makes three in that time. */
  livenessTtlMs?: number;
  /** The namespace of the registry that it enters itself in; `default` when left out. */
  namespace?: string;
  /** Executions at the same time; 1 when left out. */
  concurrency?: number;
  /** Hears of what went wrong outside of handlers; the loop goes on. `console.error` when left out. */
  onError?: (error: unknown) => void;
}

/** How long a parked claim waits before it is made anew, in ms. */
const PARKED_MS = 60_000;
/** How long the loop rests after an error, in ms. */
const REST_MS = 1_000;
const TTL_MS = 30_000;
/** The rest between two tries of an ending while the storage fails, in ms: it doubles up to the second. */
const END_REST_MS = 200;
const END_REST_MS_MAX = 5_000;
/** Slots of one worker at most. */
const CONCURRENCY_MAX = 10_000;
/** Refusals of a call whose lease is gone: somebody else ended the execution, or took over. */
const OVERTAKEN = new Set([
  "contention.lease_conflict",
  "contention.execution_not_active",
  "state.lease_expired",
  "state.lease_revoked",
]);
/** Kinds of one claim at most. */
const HANDLERS_MAX = 1_000;
/** For rests that nothing cuts short. */
const never = new AbortController().signal;

/** The engine that a loop works for: what the holder of a lease does, the registry, and how the engine stands. */
export interface Employer extends Attempts {
  readonly workers: Workers;
  readonly storage: StorageReport;
  /** What ended it, if anything did. */
  readonly over: unknown;
}

/** What the loop has of its engine beside the calls that everybody has. */
export interface Backstage {
  /** Hears of what batches wake; answers how to stop hearing. */
  listen(listener: (wakes: Wakes) => void): () => void;
  /** Resolves after so many ms, or when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The kinds that are claimed: those that are named, which must have handlers, or else those of the handlers. */
function kindsOf(named: readonly string[] | undefined, handlers: Handlers): string[] | undefined {
  if (named !== undefined && !Array.isArray(named)) throw argumentError("kinds", "a list of texts", typeof named);
  if (Object.hasOwn(handlers, "*")) return named && [...named];
  const handled = Object.keys(handlers);
  if (handled.length > HANDLERS_MAX)
    throw argumentError("handlers", `at most ${HANDLERS_MAX} handlers, or one for *`, String(handled.length));
  const unhandled = named?.find((kind) => !Object.hasOwn(handlers, kind));
  if (unhandled !== undefined) throw argumentError("kinds", "kinds that have a handler", unhandled);
  return named ? [...named] : handled;
}

export class Worker {
  /** Resolves when the loop has ended and its last handler has returned. */
  readonly stopped: Promise<void>;
  readonly #engine: Employer;
  readonly #options: WorkOptions;
  readonly #handlers: Handlers;
  readonly #backstage: Backstage;
  readonly #stopping = new AbortController();
  /** Who claims: the instance is this loop's own unless one was named. */
  readonly #worker: { id: string; instanceId: string };
  /** What it claims: the kinds that it has handlers for, all of them where it has one for any. */
  readonly #kinds: string[] | undefined;
  readonly #enlistment: Enlistment;
  /** What is under way, by lease: a handler that gave its lease up may still run when the attempt goes on under another. */
  readonly #running = new Map<string, { executionId: string; controller: AbortController }>();
  /** Set once running handlers are told to stop; those that start later are told at once. */
  #drained = false;
  /** Set when an ending found no room in the storage. */
  #starved = false;

  constructor(engine: Employer, options: WorkOptions, handlers: Handlers, backstage: Backstage) {
    const { concurrency = 1 } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > CONCURRENCY_MAX)
      throw argumentError("concurrency", `a whole number from 1 to ${CONCURRENCY_MAX}`, String(concurrency));
    if (typeof handlers !== "object" || handlers === null)
      throw argumentError("handlers", "an object of functions", String(handlers));
    this.#engine = engine;
    this.#options = options;
    this.#handlers = handlers;
    this.#kinds = kindsOf(options.kinds, handlers);
    this.#backstage = backstage;
    const { worker = { id: "worker" }, lanes, capabilities, livenessTtlMs, namespace } = options;
    this.#worker = { ...given("worker", worker), instanceId: worker.instanceId ?? minted() };
    const place = { worker: this.#worker, lanes, capabilities, livenessTtlMs, namespace };
    this.#enlistment = new Enlistment(place, {
      workers: engine.workers,
      over: () => engine.over !== undefined,
      sleep: (ms, signal) => backstage.sleep(ms, signal),
      report: (error) => this.#report(error),
    });
    const deaf = backstage.listen(({ finished }) => {
      const ended = new Set(finished);
      for (const { executionId, controller } of this.#running.values())
        if (ended.has(executionId)) controller.abort(new TaskStopped("ended"));
    });
    const slots = Array.from({ length: concurrency }, () => (this.#kinds?.length === 0 ? this.#idle() : this.#loop()));
    this.stopped = Promise.all(slots).then(deaf);
  }

  /**
   * Stops claiming, and waits at most `drainMs` for running handlers (30 000 when left out); after that their signals
   * abort; `Infinity` waits for as long as they take. Resolves when the last handler has returned; with `drainMs: 0` it
   * does not wait for them.
   */
  async stop({ drainMs = 30_000 }: { drainMs?: number } = {}): Promise<void> {
    this.#stopping.abort(new TaskStopped("stopping"));
    const abort = () => this.#abortAll("stopping");
    if (drainMs <= 0) {
      abort();
      void this.left();
      return;
    }
    const timer = drainMs > DELAY_MS_MAX ? undefined : setTimeout(abort, drainMs);
    await this.stopped;
    clearTimeout(timer);
    await this.left();
  }

  /** Gives its place in the registry up; resolves when that is done, or cannot be. */
  left(): Promise<void> {
    return this.#enlistment.leave();
  }

  /** Executions under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Without a handler there is nothing to claim. */
  #idle(): Promise<void> {
    return new Promise((resolve) => this.#stopping.signal.addEventListener("abort", () => resolve()));
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        // What was claimed now could not be ended.
        if (this.#starved && this.#engine.storage.full) {
          await this.#backstage.sleep(REST_MS, signal);
          continue;
        }
        this.#starved = false;
        const claim = await this.#claim(signal);
        if (claim) await this.#run(claim);
      } catch (error) {
        if (signal.aborted || this.#engine.over !== undefined) return;
        this.#report(error);
        await this.#backstage.sleep(REST_MS, signal);
      }
    }
  }

  #claim(signal: AbortSignal): Promise<ClaimedExecution | null> {
    const { concurrency: _, onError: __, livenessTtlMs: ___, namespace: ____, ...args } = this.#options;
    const kinds = this.#kinds && { kinds: this.#kinds };
    return this.#engine.claim({ ...args, ...kinds, worker: this.#worker, maxWaitMs: PARKED_MS, signal });
  }

  async #run(claim: ClaimedExecution): Promise<void> {
    // Nobody could end what was begun now; its lease runs out, and another worker begins it.
    if (this.#drained || this.#engine.over !== undefined) return;
    const controller = new AbortController();
    this.#running.set(claim.leaseId, { executionId: claim.executionId, controller });
    const over = new AbortController();
    void this.#renewUntil(over.signal, claim, controller);
    try {
      const { signal } = controller;
      const task = new Task(this.#engine, claim, signal, (call) => this.#again(call, () => signal.aborted, signal));
      const ending = await this.#handle(task);
      // From here on the end of the execution is this worker's own doing.
      this.#running.delete(claim.leaseId);
      if (!task.over && !lost(controller.signal)) await this.#end(claim.handle, ending, controller.signal);
    } finally {
      this.#running.delete(claim.leaseId);
      over.abort();
    }
  }

  /** What the handler's end means for the execution. */
  async #handle(task: Task): Promise<Ending> {
    const { claim, signal } = task;
    const kind = Object.hasOwn(this.#handlers, claim.kind) ? claim.kind : "*";
    const handler = this.#handlers[kind];
    try {
      if (!handler) throw new TaskFailure(`no handler for the kind ${claim.kind}`, { class: "permanent" });
      return { result: await handler(task) };
    } catch (thrown) {
      return { failure: failureOf(thrown, signal) };
    }
  }

  /** Ends the attempt. */
  async #end(handle: string, ending: Ending, signal: AbortSignal): Promise<void> {
    try {
      await this.#again(
        () => this.#endOnce(handle, ending),
        () => lost(signal),
        never,
      );
    } catch (error) {
      if (!(error instanceof TidegateError) || !OVERTAKEN.has(error.code)) throw error;
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
        await this.#backstage.sleep(restMs, awake);
      }
    }
  }

  async #endOnce(handle: string, ending: Ending): Promise<void> {
    if ("failure" in ending) {
      await this.#engine.fail(handle, ending.failure);
      return;
    }
    try {
      await this.#engine.complete(handle, ending.result === undefined ? {} : { result: ending.result as Payload });
    } catch (error) {
      // A result that can never be kept is a failure of the work, not of this call.
      if (!(error instanceof TidegateError) || error.category !== "validation") throw error;
      await this.#engine.fail(handle, {
        reason: { message: `the result was refused: ${error.message}` },
        class: "permanent",
      });
    }
  }

  /** Renews at every third of the lease until it is over. */
  async #renewUntil(over: AbortSignal, claim: ClaimedExecution, controller: AbortController): Promise<void> {
    const ttlMs = this.#options.leaseTtlMs ?? TTL_MS;
    let expiresAt = Date.now() + ttlMs;
    while (!over.aborted) {
      await this.#backstage.sleep(Math.max(1, ttlMs / 3), over);
      if (over.aborted) return;
      const error = await this.#engine.renew(claim.handle).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) expiresAt = Date.now() + ttlMs;
      else if (!over.aborted) this.#unrenewed(error, expiresAt, controller);
    }
  }

  /** A lease that could not be renewed is lost when the engine refuses it, or its time is over. */
  #unrenewed(error: unknown, expiresAt: number, controller: AbortController): void {
    if (this.#mayPass(error) && Date.now() < expiresAt) this.#report(error);
    else controller.abort(new TaskStopped("lease_lost"));
  }

  /** Whether the same call may pass in a moment: the storage blinked, or the engine is being opened again. */
  #mayPass(error: unknown): boolean {
    if (!(error instanceof TidegateError) || this.#engine.over !== undefined) return false;
    return error.code === "engine.poisoned" || error.category === "storage";
  }

  #abortAll(reason: StopReason): void {
    this.#drained = true;
    for (const { controller } of this.#running.values()) controller.abort(new TaskStopped(reason));
  }

  #report(error: unknown): void {
    const { onError = (unheard: unknown) => console.error("tidegate worker:", unheard) } = this.#options;
    try {
      onError(error);
    } catch (thrown) {
      console.error("tidegate worker: onError threw", thrown);
    }
  }
}
