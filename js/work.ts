// The work loop: claims up to its concurrency, renews at a third of the lease, gives each handler a signal, completes
// with what it returns and fails with what it throws.

import type { ClaimedExecution, Engine } from "./engine.js";
import { argumentError, TidegateError } from "./errors.js";
import type { Payload } from "./payload.js";
import { type StopReason, Task, TaskFailure, TaskStopped } from "./task.js";
import type { ClaimArgs, FailArgs, Wakes } from "./types.generated.js";

/** Runs one execution; what it returns is the result. */
export type Handler = (task: Task) => Promise<Payload | undefined> | Payload | undefined;

/** A handler for each kind; `*` takes the kinds that have none of their own. */
export type Handlers = Readonly<Record<string, Handler>>;

export interface WorkOptions extends Omit<ClaimArgs, "maxWaitMs" | "worker"> {
  /** Who works; `worker` when left out. */
  worker?: ClaimArgs["worker"];
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

type Listen = (listener: (wakes: Wakes) => void) => () => void;

export class Worker {
  /** Resolves when the loop has ended and its last handler has returned. */
  readonly stopped: Promise<void>;
  readonly #engine: Engine;
  readonly #options: WorkOptions;
  readonly #handlers: Handlers;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, AbortController>();

  constructor(engine: Engine, options: WorkOptions, handlers: Handlers, listen: Listen) {
    const { concurrency = 1 } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw argumentError("concurrency", "a whole number from 1 on", String(concurrency));
    this.#engine = engine;
    this.#options = options;
    this.#handlers = handlers;
    const deaf = listen(({ finished }) => {
      for (const id of finished) this.#running.get(id)?.abort(new TaskStopped("cancelled"));
    });
    const slots = Array.from({ length: concurrency }, () => this.#loop());
    this.stopped = Promise.all(slots).then(deaf);
  }

  /**
   * Stops claiming, and waits at most `drainMs` for running handlers (30 000 when left out); after that their signals
   * abort. Resolves when the last handler has returned; with `drainMs: 0` it does not wait for them.
   */
  async stop({ drainMs = 30_000 }: { drainMs?: number } = {}): Promise<void> {
    this.#stopping.abort(new TaskStopped("stopping"));
    const abort = () => this.#abortAll("stopping");
    if (drainMs <= 0) return abort();
    const timer = setTimeout(abort, drainMs);
    await this.stopped;
    clearTimeout(timer);
  }

  /** Executions under way. */
  get running(): number {
    return this.#running.size;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const claim = await this.#claim(signal);
        if (claim) await this.#run(claim);
      } catch (error) {
        if (signal.aborted || (error instanceof TidegateError && error.category === "engine")) return;
        this.#report(error);
        await rest(REST_MS, signal);
      }
    }
  }

  #claim(signal: AbortSignal): Promise<ClaimedExecution | null> {
    const { concurrency: _, onError: __, worker = { id: "worker" }, ...args } = this.#options;
    return this.#engine.claim({ ...args, worker, maxWaitMs: PARKED_MS, signal });
  }

  async #run(claim: ClaimedExecution): Promise<void> {
    const controller = new AbortController();
    this.#running.set(claim.executionId, controller);
    const renewal = this.#renew(claim, controller);
    try {
      const ending = await this.#handle(claim, controller.signal);
      this.#running.delete(claim.executionId);
      if (!lost(controller.signal)) await this.#end(claim.handle, ending);
    } finally {
      this.#running.delete(claim.executionId);
      clearInterval(renewal);
    }
  }

  /** What the handler's end means for the execution. */
  async #handle(claim: ClaimedExecution, signal: AbortSignal): Promise<{ result: unknown } | { failure: Failure }> {
    const handler = this.#handlers[claim.kind] ?? this.#handlers["*"];
    try {
      if (!handler) throw new TaskFailure(`no handler for the kind ${claim.kind}`, { class: "permanent" });
      return { result: await handler(new Task(this.#engine, claim, signal)) };
    } catch (thrown) {
      return { failure: failureOf(thrown, signal) };
    }
  }

  async #end(handle: string, ending: { result: unknown } | { failure: Failure }): Promise<void> {
    if ("failure" in ending) await this.#engine.fail(handle, ending.failure);
    else await this.#engine.complete(handle, ending.result === undefined ? {} : { result: ending.result as Payload });
  }

  #renew(claim: ClaimedExecution, controller: AbortController): ReturnType<typeof setInterval> {
    const ttlMs = this.#options.leaseTtlMs ?? TTL_MS;
    const renew = async () => {
      try {
        await this.#engine.renew(claim.handle);
      } catch (error) {
        const final = error instanceof TidegateError && error.category !== "storage";
        if (final) controller.abort(new TaskStopped("lease_lost"));
        else this.#report(error);
      }
    };
    return setInterval(() => void renew(), Math.max(1, ttlMs / 3));
  }

  #abortAll(reason: StopReason): void {
    for (const controller of this.#running.values()) controller.abort(new TaskStopped(reason));
  }

  #report(error: unknown): void {
    const { onError = (unheard: unknown) => console.error("tidegate worker:", unheard) } = this.#options;
    onError(error);
  }
}

type Failure = Omit<FailArgs, "handle">;

/** Whether there is no lease left to complete or fail under. */
function lost(signal: AbortSignal): boolean {
  const { reason } = signal;
  return signal.aborted && reason instanceof TaskStopped && reason.reason !== "stopping";
}

/** A thrown value as a failure: a worker that stops is no fault of the work. */
function failureOf(thrown: unknown, signal: AbortSignal): Failure {
  if (thrown instanceof TaskFailure) {
    const { message, detail, category, failureClass } = thrown;
    const reason = { message, ...(detail !== undefined && { detail }) };
    return { reason, class: failureClass, ...(category !== undefined && { category }) };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const detail = thrown instanceof Error && thrown.stack ? { detail: thrown.stack } : {};
  return { reason: { message, ...detail }, class: signal.aborted ? "infra_crash" : "transient" };
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", wake, { once: true });
  });
}
