// What a handler works with: one claimed execution and a signal that says when to stop.

import type { ClaimedExecution } from "../calls/claimed.js";
import { given } from "../calls/send.js";
import { argumentError, TidegateError } from "../ground/errors.js";
import { nameFault } from "../ground/names.js";
import { type Payload, undecodable } from "../ground/payload.js";
import type { Storable, Stored } from "../ground/storable.js";
import type { AppendOptions, Attempts, Progress } from "../operations/attempts.js";
import type { AppendFrameAnswer, ChildEdge, EdgeGroupPolicy, FailureClass } from "../types.generated.js";

/**
 * Why a task's signal aborted; `ended`: the execution was cancelled, or its time was over; `done`: its handler has returned
 * or thrown, and what it left behind is over too.
 */
export type StopReason = "lease_lost" | "ended" | "stopping" | "done";

/**
 * Thrown by a handler to say what kind of failure it is; any other error is `transient`. `retryAt` (Unix ms) says when it
 * is tried again where the policy grants a retry, as the `Retry-After` of an answer does. A class that does not exist is
 * told to `onError`, and fails the work for good; any other member that cannot be meant is told and left out. The causes
 * are kept in the failure's detail.
 */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly failureClass: FailureClass;
  readonly category: string | undefined;
  readonly detail: string | undefined;
  readonly retryAt: number | undefined;

  constructor(message: string, options: TaskFailureOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.failureClass = options?.class;
    this.category = options?.category;
    this.detail = options?.detail;
    this.retryAt = options?.retryAt;
  }
}

/** What a handler says of its failure. */
export interface TaskFailureOptions {
  /** What a retry policy goes by: `permanent` and `cancelled` are never tried again. */
  class: FailureClass;
  /** Free text that a retry policy may name, at most 256 bytes; the class's own word when left out. */
  category?: string;
  /** More about it, at most 65 536 bytes. */
  detail?: string;
  /** When it is tried again, in Unix ms. */
  retryAt?: number;
  /** What caused it: kept with its own causes after the detail. */
  cause?: unknown;
}

/** The abort reason of a task's signal. */
export class TaskStopped extends Error {
  override readonly name = "TaskStopped";
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`the task was told to stop: ${reason}`);
    this.reason = reason;
  }
}

/** What a task has of its loop. */
export interface Frame {
  /** Makes a call, and again while the storage fails and the task goes on. */
  again<T>(call: () => Promise<T>): Promise<T>;
  /** Whether the handler has returned or thrown. */
  ended(): boolean;
}

/** One claimed execution in the hands of a handler. */
export class Task<I = Payload | undefined> {
  /** What was claimed: ids, kind, tags, attempt, lease. */
  readonly claim: ClaimedExecution;
  /** Aborts when the lease is lost, the execution ended, or the worker stops; its reason is a `TaskStopped`. */
  readonly signal: AbortSignal;
  readonly #engine: Attempts;
  readonly #frame: Frame;
  /** What the steps of earlier attempts came to, and the names that this handler has used. */
  readonly #kept = new Map<string, Payload | undefined>();
  readonly #used = new Set<string>();
  #over = false;
  /** What the task refused because of how it was used: another attempt would be used no better. */
  misused: TidegateError | undefined;

  constructor(engine: Attempts, claim: ClaimedExecution, signal: AbortSignal, frame: Frame) {
    this.#engine = engine;
    this.#frame = frame;
    this.claim = claim;
    this.signal = signal;
    for (const { name, result, omitted } of claim.steps) if (!omitted) this.#kept.set(name, result);
  }

  /** The input: a JSON value where one was given, else bytes. One that says it is JSON and is not fails for good. */
  get input(): I {
    const { input, encoding } = this.claim;
    return sound("input", input, encoding) as I;
  }

  /**
   * What those that it waited for in its flow came to, in the order of the edges' ids, with results as inputs are. One
   * that is `omitted` was too large for the claim: `engine.executions.result` has it.
   */
  get upstream(): ClaimedExecution["upstream"] {
    const { upstream } = this.claim;
    for (const { result, encoding } of upstream) sound("result of an upstream", result, encoding);
    return upstream;
  }

  /** The flow that the execution is a member of; undefined where it is in none. */
  get flowId(): string | undefined {
    return this.claim.flowId;
  }

  /** Whether the handler gave its lease up: what it returns or throws then says nothing any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Puts the execution off until an instant (Unix ms); its handler is called again then, in the same attempt. */
  delay(delayUntil: number): Promise<void> {
    return this.#givenUp(() => this.#engine.delay(this.claim.handle, delayUntil));
  }

  /** Cancels the execution. */
  cancel(reason?: string): Promise<void> {
    return this.#givenUp(() => this.#engine.cancel(this.claim.handle, reason === undefined ? {} : { reason }));
  }

  /**
   * Gives the lease up until the execution's children, other members of its flow, are done; its handler is called again
   * then, in the same attempt, and `upstream` tells what they came to. The policy says how many must end as their edges
   * ask for: all when left out. With `timeoutMs` it is called again at the latest after so long; `claim.childrenTimedOut`
   * says so, and what is left of the children counts no more.
   */
  waitChildren(edges?: ChildEdge[], policy?: EdgeGroupPolicy, options: { timeoutMs?: number } = {}): Promise<void> {
    return this.#givenUp(async () => {
      const beside = given("options", options);
      return this.#engine.waitChildren(this.claim.handle, {
        ...(edges !== undefined && { edges }),
        ...(policy !== undefined && { policy }),
        ...beside,
      });
    });
  }

  /**
   * Runs a part of the work once: what it came to, a JSON value or bytes, is kept under its name, and later attempts get
   * that instead of running it again. A part that throws is not kept and may be run again; a result that cannot be kept
   * fails the work for good. At most 1 000 names for one execution, each 1 to 256 bytes, and each once in a run of a
   * handler: a loop gives every round a name of its own. None begins once the handler has ended.
   */
  step<T>(name: string, run: () => Promise<T> | T): Promise<Stored<T>> {
    return unleft(this.#once(name, run)) as Promise<Stored<T>>;
  }

  async #once<T>(name: string, run: () => Promise<T> | T): Promise<T> {
    if (typeof run !== "function") throw this.#misuse("run", "a function that does the step", `a ${typeof run}`);
    // The first result would be answered to both, whatever the second does.
    if (this.#used.has(name))
      throw this.#misuse(
        "name",
        "a name of its own for each step of a handler, in a loop with its number",
        `the step ${JSON.stringify(name)} a second time`,
      );
    this.#used.add(name);
    if (this.#kept.has(name)) return this.#kept.get(name) as T;
    try {
      return (await this.#record(name, run)) as T;
    } catch (thrown) {
      this.#used.delete(name);
      throw thrown;
    }
  }

  /** No retry would mend it. */
  #misuse(field: string, limit: string, found: string): TidegateError {
    this.misused = argumentError(field, limit, found);
    return this.misused;
  }

  /** A result that was too much for the claim is asked for, and the others are made. */
  async #record(name: string, run: () => unknown): Promise<Payload | undefined> {
    this.#mayBegin(name);
    const omitted = this.claim.steps.some((step) => step.name === name);
    const began = performance.now();
    const result = omitted ? undefined : ((await run()) as Payload | undefined);
    const tookMs = Math.round(performance.now() - began);
    this.#alive();
    try {
      const record = () => this.#engine.recordStep(this.claim.handle, name, { result, tookMs });
      // What ran must not be lost because the storage blinked.
      return (await this.#frame.again(record)).result;
    } catch (error) {
      if (!(error instanceof TidegateError) || error.category !== "validation") throw error;
      // Every retry would run it again, and keep it no better.
      throw new TaskFailure(`the step ${name} was refused: ${error.message}`, { class: "permanent" });
    }
  }

  /** A part does not run beside the next holder of the execution, nor where it could not be kept. */
  #mayBegin(name: string): void {
    const { reason } = this.signal;
    if (reason instanceof TaskStopped && reason.reason !== "stopping") throw reason;
    this.#alive();
    if (this.#over) throw new TaskFailure("the lease was given up before this step", { class: "permanent" });
    const fault = nameFault(name);
    if (fault !== undefined) throw new TaskFailure(`a step's name ${fault}`, { class: "permanent" });
  }

  /** Appends a frame to the attempt's stream: a text, bytes, or a JSON value (an object in the mode `summary`). */
  append<D>(data: D & Storable<D>, options?: AppendOptions): Promise<AppendFrameAnswer> {
    return this.#made(() => this.#engine.append<unknown>(this.claim.handle, data, options));
  }

  /** Reports progress: a percentage from 0 to 100, a message, or both. */
  async progress(report?: Progress | number, message?: string): Promise<void> {
    await this.#made(() => this.#engine.progress(this.claim.handle, report, message));
  }

  /** A call after which the lease is somebody else's. */
  async #givenUp(call: () => Promise<unknown>): Promise<void> {
    await this.#made(call);
    this.#over = true;
  }

  /** A call of a handler that has not ended; one that has has nothing more to say. */
  async #made<T>(call: () => Promise<T>): Promise<T> {
    this.#alive();
    return call();
  }

  #alive(): void {
    if (this.#frame.ended()) throw new TaskStopped("done");
  }
}

/** A promise that nobody may await any more: what a handler left behind must not bring its host down. */
function unleft<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A payload that is what it says it is; no later attempt would read another one. */
function sound(name: string, found: Payload | undefined, encoding: string | undefined): Payload | undefined {
  if (undecodable(found, encoding))
    throw new TaskFailure(`the ${name} is not the JSON it says it is`, { class: "permanent" });
  return found;
}
