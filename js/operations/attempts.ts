// Attempts: claiming executions, and what the holder of a lease does with what it claimed.

import { type ClaimedExecution, type DecodedStep, decoded, withResult } from "../calls/claimed.js";
import type { Parking } from "../calls/parking.js";
import { type CallOptions, given, parted, type Send } from "../calls/send.js";
import { argumentError } from "../ground/errors.js";
import { frameBytes, type Payload, packed } from "../ground/payload.js";
import type {
  AppendFrameAnswer,
  AppendFrameArgs,
  CancelArgs,
  CancelExecutionAnswer,
  Claim,
  ClaimArgs,
  CompleteAnswer,
  DelayAnswer,
  FailAnswer,
  FailArgs,
  ProgressAnswer,
  RecordedStep,
  RenewAnswer,
  RenewArgs,
  WaitChildrenAnswer,
  WaitChildrenArgs,
} from "../types.generated.js";

/** A claim that may be parked, at most 10 minutes, and given up: it then rejects with the reason of its signal. */
export type ClaimOptions = ClaimArgs & CallOptions & { signal?: AbortSignal };

/** What a frame is, and how it is kept. */
export type AppendOptions = Omit<AppendFrameArgs, "handle" | "bytes"> & CallOptions;

/** What a step came to, and how long it took until it is recorded. */
export type StepOptions = { result?: Payload | undefined; encoding?: string; tookMs?: number };

/** Claiming executions, and what the holder of a lease does; an engine has these calls as its own. */
export class Attempts {
  readonly #send: Send;
  readonly #parking: Parking;

  constructor(send: Send, parking: Parking) {
    this.#send = send;
    this.#parking = parking;
  }

  /**
   * Claims the first execution that the worker may take, over all its lanes and of the kinds that it names: highest
   * priority, then the oldest. Null when there is none and `maxWaitMs` is over.
   */
  claim(options: ClaimOptions): Promise<ClaimedExecution | null> {
    return this.claimAsking(options, () => {});
  }

  /** A claim that asks before each of its tries; where that throws it is given up, and others have its turn. */
  protected async claimAsking(options: ClaimOptions, ask: () => void): Promise<ClaimedExecution | null> {
    const { signal, requestId, ...args } = given("claim", options);
    if (!Array.isArray(args.lanes)) throw argumentError("lanes", "a list of lanes", typeof args.lanes);
    const attempt = async () => {
      ask();
      return (await this.#send("claim", args, { requestId })) as Claim | null;
    };
    for (const field of ["kinds", "capabilities"] as const)
      if (args[field] !== undefined && !Array.isArray(args[field]))
        throw argumentError(field, "a list of texts", typeof args[field]);
    const claim = await this.#parking.claim(args, args.maxWaitMs ?? 0, attempt, signal);
    return claim && decoded(claim);
  }

  /** Ends an execution well; the result is a JSON value or bytes. */
  async complete(
    handle: string,
    { result, encoding, requestId }: { result?: Payload; encoding?: string } & CallOptions = {},
  ): Promise<CompleteAnswer> {
    const args = packed("result", { handle, result, encoding });
    return (await this.#send("complete", args, { requestId })) as CompleteAnswer;
  }

  /** Ends an attempt badly; the retry policy decides whether it is tried again, `retryAt` when, where it is given. */
  async fail(handle: string, options: Omit<FailArgs, "handle"> & CallOptions): Promise<FailAnswer> {
    const { requestId, ...failure } = given("failure", options);
    return (await this.#send("fail", { handle, ...failure }, { requestId })) as FailAnswer;
  }

  /** Extends a lease by the time to live it was claimed with, or this once by `leaseTtlMs`, from now on. */
  async renew(handle: string, options: Omit<RenewArgs, "handle"> & CallOptions = {}): Promise<RenewAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("renew", { ...args, handle }, extra)) as RenewAnswer;
  }

  /** Reports progress: a percentage from 0 to 100, a message, or both. */
  async progress(handle: string, percent?: number, message?: string): Promise<ProgressAnswer> {
    return (await this.#send("progress", { handle, percent, message })) as ProgressAnswer;
  }

  /**
   * Appends a frame to the stream of the attempt, at most 65 536 bytes: a text, bytes, or a JSON value, which in the mode
   * `summary` is an object that is merged into the attempt's summary.
   */
  async append(
    handle: string,
    data: Payload,
    { requestId, ...options }: AppendOptions = {},
  ): Promise<AppendFrameAnswer> {
    const args = { handle, ...options, bytes: frameBytes(data) };
    return (await this.#send("append_frame", args, { requestId })) as AppendFrameAnswer;
  }

  /** Puts an execution off until an instant (Unix ms) and gives its lease up; the same attempt goes on then. */
  async delay(handle: string, delayUntil: number, { requestId }: CallOptions = {}): Promise<DelayAnswer> {
    return (await this.#send("delay", { handle, delayUntil }, { requestId })) as DelayAnswer;
  }

  /** Cancels the execution that a handle holds. */
  async cancel(
    handle: string,
    { requestId, ...args }: Omit<CancelArgs, "handle"> & CallOptions = {},
  ): Promise<CancelExecutionAnswer> {
    return (await this.#send("cancel", { handle, ...args }, { requestId })) as CancelExecutionAnswer;
  }

  /**
   * Gives a lease up until the execution's children, members of the same flow, are done; the same attempt goes on then.
   * They are named by `edges`; without any the execution is waiting again at once.
   */
  async waitChildren(
    handle: string,
    { requestId, ...args }: Omit<WaitChildrenArgs, "handle"> & CallOptions = {},
  ): Promise<WaitChildrenAnswer> {
    return (await this.#send("wait_children", { handle, ...args }, { requestId })) as WaitChildrenAnswer;
  }

  /**
   * Keeps what a part of an execution's work came to, for every later attempt. A name that was recorded before answers
   * what was recorded then. `tookMs` says how long it took until now.
   */
  async recordStep(
    handle: string,
    name: string,
    { result, encoding, tookMs, requestId }: StepOptions & CallOptions = {},
  ): Promise<DecodedStep> {
    const args = packed("result", { handle, name, result, encoding, tookMs });
    return withResult((await this.#send("record_step", args, { requestId })) as RecordedStep);
  }
}
