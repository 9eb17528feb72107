// Attempts: claiming executions, and what the holder of a lease does with what it claimed.

import { type ClaimedExecution, type DecodedStep, decoded, withResult } from "../calls/claimed.js";
import { type Failing, failing, type Renewed, renewed } from "../calls/held.js";
import type { Parking } from "../calls/parking.js";
import { type CallOptions, given, listed, parted, type Send, waitOf } from "../calls/send.js";
import type { AnyPayload } from "../ground/kinds.js";
import { frameBytes, packed } from "../ground/payload.js";
import type { Storable } from "../ground/storable.js";
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
  ProgressArgs,
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

/** How far an attempt is; fractions of a percentage are left out. */
export type Progress = Omit<ProgressArgs, "handle">;

/** What a step came to, and how long it took until it is recorded. */
export type StepOptions<R = AnyPayload> = { result?: R | undefined; encoding?: string; tookMs?: number };

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
    args.lanes = listed("lanes", args.lanes, "lanes");
    const attempt = async () => {
      ask();
      return (await this.#send("claim", args, { requestId })) as Claim | null;
    };
    for (const field of ["kinds", "capabilities"] as const)
      if (args[field] !== undefined) args[field] = listed(field, args[field], "texts");
    const claim = await this.#parking.claim(args, waitOf(args.maxWaitMs), attempt, signal);
    return claim && decoded(claim);
  }

  /** Ends an execution well; the result is a JSON value, bytes or a file. */
  async complete<R>(
    handle: string,
    options: { result?: R & Storable<R>; encoding?: string } & CallOptions = {},
  ): Promise<CompleteAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("complete", packed("result", { ...args, handle }), extra)) as CompleteAnswer;
  }

  /** Ends an attempt badly; the retry policy decides whether it is tried again, `retryAt` when, where it is given. */
  async fail(handle: string, options: Failing<Omit<FailArgs, "handle">> & CallOptions): Promise<FailAnswer> {
    const [failure, extra] = parted("failure", options);
    return (await this.#send("fail", { ...failing(failure), handle }, extra)) as FailAnswer;
  }

  /** Extends a lease by the time to live it was claimed with, or this once by `leaseTtlMs`, from now on. */
  async renew(handle: string, options: Omit<RenewArgs, "handle"> & CallOptions = {}): Promise<Renewed> {
    const [args, extra] = parted("options", options);
    return renewed((await this.#send("renew", { ...args, handle }, extra)) as RenewAnswer);
  }

  /**
   * Reports progress: a percentage from 0 to 100, of which whole ones are kept, a message, or both. A number alone, and a
   * message after it, is the short way.
   */
  async progress(handle: string, report: Progress | number = {}, message?: string): Promise<ProgressAnswer> {
    const told = typeof report === "number" ? { percent: report, message } : given("progress", report);
    const percent = typeof told.percent === "number" ? Math.floor(told.percent) : told.percent;
    return (await this.#send("progress", { ...told, handle, percent })) as ProgressAnswer;
  }

  /**
   * Appends a frame to the stream of the attempt, at most 65 536 bytes: a text, bytes, or a JSON value, which in the mode
   * `summary` is an object that is merged into the attempt's summary.
   */
  async append<D>(handle: string, data: D & Storable<D>, options: AppendOptions = {}): Promise<AppendFrameAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("append_frame", { ...args, handle, bytes: frameBytes(data) }, extra)) as AppendFrameAnswer;
  }

  /** Puts an execution off until an instant (Unix ms) and gives its lease up; the same attempt goes on then. */
  async delay(handle: string, delayUntil: number, options: CallOptions = {}): Promise<DelayAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("delay", { ...args, handle, delayUntil }, extra)) as DelayAnswer;
  }

  /** Cancels the execution that a handle holds. */
  async cancel(handle: string, options: Omit<CancelArgs, "handle"> & CallOptions = {}): Promise<CancelExecutionAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("cancel", { ...args, handle }, extra)) as CancelExecutionAnswer;
  }

  /**
   * Gives a lease up until the execution's children, members of the same flow, are done; the same attempt goes on then.
   * They are named by `edges`; without any the execution is waiting again at once.
   */
  async waitChildren(
    handle: string,
    options: Omit<WaitChildrenArgs, "handle"> & CallOptions = {},
  ): Promise<WaitChildrenAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("wait_children", { ...args, handle }, extra)) as WaitChildrenAnswer;
  }

  /**
   * Keeps what a part of an execution's work came to, for every later attempt. A name that was recorded before answers
   * what was recorded then. `tookMs` says how long it took until now.
   */
  async recordStep<R>(
    handle: string,
    name: string,
    options: StepOptions<R & Storable<R>> & CallOptions = {},
  ): Promise<DecodedStep> {
    const [args, extra] = parted("options", options);
    const packedArgs = packed("result", { ...args, handle, name });
    return withResult((await this.#send("record_step", packedArgs, extra)) as RecordedStep);
  }
}
