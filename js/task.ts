// What a handler works with: one claimed execution and a signal that says when to stop.

import type { ClaimedExecution, Engine } from "./engine.js";
import { undecodable } from "./payload.js";
import type { FailureClass } from "./types.generated.js";

/** Why a task's signal aborted; `ended`: the execution was cancelled, or its time was over. */
export type StopReason = "lease_lost" | "ended" | "stopping";

/** Thrown by a handler to say what kind of failure it is; any other error is `transient`. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly failureClass: FailureClass;
  readonly category: string | undefined;
  readonly detail: string | undefined;

  constructor(message: string, options: { class: FailureClass; category?: string; detail?: string }) {
    super(message);
    this.failureClass = options.class;
    this.category = options.category;
    this.detail = options.detail;
  }
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

/** One claimed execution in the hands of a handler. */
export class Task {
  /** What was claimed: ids, kind, tags, attempt, lease. */
  readonly claim: ClaimedExecution;
  /** Aborts when the lease is lost, the execution ended, or the worker stops; its reason is a `TaskStopped`. */
  readonly signal: AbortSignal;
  readonly #engine: Engine;
  #over = false;

  constructor(engine: Engine, claim: ClaimedExecution, signal: AbortSignal) {
    this.#engine = engine;
    this.claim = claim;
    this.signal = signal;
  }

  /** The input: a JSON value where one was given, else bytes. One that says it is JSON and is not fails for good. */
  get input(): ClaimedExecution["input"] {
    const { input, encoding } = this.claim;
    if (undecodable(input, encoding))
      throw new TaskFailure("the input is not the JSON it says it is", { class: "permanent" });
    return input;
  }

  /** Whether the handler gave its lease up: what it returns or throws then says nothing any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Puts the execution off until an instant (Unix ms); its handler is called again then, in the same attempt. */
  async delay(delayUntil: number): Promise<void> {
    await this.#engine.delay(this.claim.handle, delayUntil);
    this.#over = true;
  }

  /** Cancels the execution. */
  async cancel(reason?: string): Promise<void> {
    await this.#engine.cancel(this.claim.handle, reason === undefined ? {} : { reason });
    this.#over = true;
  }

  /** Reports progress: a percentage from 0 to 100, a message, or both. */
  async progress(percent?: number, message?: string): Promise<void> {
    await this.#engine.progress(this.claim.handle, percent, message);
  }
}
