// The engine as an application sees it: every operation a documented method, all asynchronous, wherever it runs.

import { hostTimer, type Timer } from "./alarm.js";
import { argumentError, closedError, TidegateError } from "./errors.js";
import { Gather } from "./gather.js";
import { destroyDatabase } from "./opfs.js";
import { Parking } from "./parking.js";
import { decode, encode, type Payload } from "./payload.js";
import type { Port, Reply, StorageReport } from "./port.js";
import type {
  CancelArgs,
  CancelExecutionAnswer,
  CancelExecutionArgs,
  ChangePriorityAnswer,
  Claim,
  ClaimArgs,
  ClockReport,
  CompleteAnswer,
  CreateAnswer,
  CreateArgs,
  DelayAnswer,
  EventPage,
  ExecutionPage,
  ExecutionResult,
  ExecutionSnapshot,
  FailAnswer,
  FailArgs,
  ListExecutionsArgs,
  ProgressAnswer,
  ReadEventsArgs,
  RenewAnswer,
  ReplayExecutionAnswer,
  RevokeLeaseAnswer,
  RevokeLeaseArgs,
  TickAnswer,
  Wakes,
} from "./types.generated.js";
import { type Handlers, Worker, type WorkOptions } from "./work.js";

/** What any call may carry. */
export interface CallOptions {
  /** Makes a repetition within 10 minutes answer what the first call answered. */
  requestId?: string;
}

/** An execution to create; the input is a JSON value or bytes. */
export type CreateExecution = Omit<CreateArgs, "input"> & { input?: Payload };

/** A claimed execution with its input decoded: a JSON value where one was given, else bytes. */
export type ClaimedExecution = Omit<Claim, "input"> & { input?: Payload | undefined };

/** A claim that may be parked, at most 10 minutes, and given up: it then rejects with the reason of its signal. */
export type ClaimOptions = ClaimArgs & CallOptions & { signal?: AbortSignal };

/** The result of a completed execution, decoded. */
export type DecodedResult = Omit<ExecutionResult, "result"> & { result?: Payload | undefined };

/** How long after a failed tick the next one is made, in ms. */
const AGAIN_MS = 1_000;

/** Hears of what a batch woke. */
type WakeListener = (wakes: Wakes) => void;

export class Engine {
  /** Creating, reading, moving, replaying and cancelling executions. */
  readonly executions: Executions;
  /** Taking leases away. */
  readonly leases: Leases;
  readonly #port: Port;
  readonly #gather: Gather;
  readonly #parking = new Parking();
  readonly #timer: Timer;
  readonly #listeners = new Set<WakeListener>();
  readonly #workers = new Set<Worker>();
  #closed: Promise<void> | undefined;

  /** Use `openEngine`. */
  constructor(port: Port, timer: Timer = hostTimer(Date.now)) {
    this.#port = port;
    this.#timer = timer;
    this.#gather = new Gather(port, {
      replied: (reply) => this.#heard(reply),
      shaken: () => void this.#ring(),
      ended: (error) => this.end(error),
    });
    const send: Send = (op, args, extra) => this.#call(op, args, extra);
    this.executions = new Executions(send);
    this.leases = new Leases(send);
  }

  /** Where the state is kept, and how well; its figures are those of the open or of the last `measureStorage`. */
  get storage(): StorageReport {
    return this.#port.storage;
  }

  /** Asks again how much is used and may be used. */
  measureStorage(): Promise<StorageReport> {
    return this.#open() ?? this.#port.measure();
  }

  /** The whole database as one self-contained SQLite file; `openEngine({ import })` takes it. */
  export(): Promise<Uint8Array> {
    return this.#open() ?? this.#port.exportFile();
  }

  /** Closes the engine and deletes its database. */
  async destroy(): Promise<void> {
    const { kind, name } = this.storage;
    await this.close();
    if (kind === "opfs" && name !== null) await destroyDatabase({ name });
  }

  /** What ended the engine, if anything did: it was closed, it panicked in memory, or its database is damaged. */
  get over(): unknown {
    return this.#gather.over;
  }

  /** Whether a batch is under way. */
  get busy(): boolean {
    return this.#gather.busy;
  }

  /** Ends the engine with an error, which every later call gets. */
  end(error: TidegateError): void {
    this.#gather.end(error);
    this.#timer.set(null, () => {});
    this.#parking.wakeAll();
    for (const worker of this.#workers) void worker.stop({ drainMs: 0 });
  }

  /**
   * Claims the first execution that the worker may take, over all its lanes: highest priority, then the oldest. Null
   * when there is none and `maxWaitMs` is over.
   */
  async claim(options: ClaimOptions): Promise<ClaimedExecution | null> {
    const { signal, requestId, ...args } = given("claim", options);
    if (!Array.isArray(args.lanes)) throw argumentError("lanes", "a list of lanes", typeof args.lanes);
    const attempt = async () => (await this.#call("claim", args, { requestId })) as Claim | null;
    const claim = await this.#parking.wait(args.lanes, args.maxWaitMs ?? 0, attempt, signal);
    return claim && { ...claim, input: decode(claim.input, claim.encoding) };
  }

  /** Ends an execution well; the result is a JSON value or bytes. */
  async complete(
    handle: string,
    { result, encoding, requestId }: { result?: Payload; encoding?: string } & CallOptions = {},
  ): Promise<CompleteAnswer> {
    if (result === undefined) return (await this.#call("complete", { handle }, { requestId })) as CompleteAnswer;
    const payload = encode("result", result, encoding);
    const args = { handle, encoding: payload.encoding };
    const extra = { requestId, payload: { field: "result", bytes: payload.bytes } };
    return (await this.#call("complete", args, extra)) as CompleteAnswer;
  }

  /** Ends an attempt badly; the retry policy decides what follows. */
  async fail(handle: string, options: Omit<FailArgs, "handle"> & CallOptions): Promise<FailAnswer> {
    const { requestId, ...failure } = given("failure", options);
    return (await this.#call("fail", { handle, ...failure }, { requestId })) as FailAnswer;
  }

  /** Extends a lease by the time to live it was claimed with. */
  async renew(handle: string, { requestId }: CallOptions = {}): Promise<RenewAnswer> {
    return (await this.#call("renew", { handle }, { requestId })) as RenewAnswer;
  }

  /** Reports progress: a percentage from 0 to 100, a message, or both. */
  async progress(handle: string, percent?: number, message?: string): Promise<ProgressAnswer> {
    return (await this.#call("progress", { handle, percent, message })) as ProgressAnswer;
  }

  /** Puts an execution off until an instant (Unix ms) and gives its lease up; the same attempt goes on then. */
  async delay(handle: string, delayUntil: number, { requestId }: CallOptions = {}): Promise<DelayAnswer> {
    return (await this.#call("delay", { handle, delayUntil }, { requestId })) as DelayAnswer;
  }

  /** Cancels the execution that a handle holds. */
  async cancel(
    handle: string,
    { requestId, ...args }: Omit<CancelArgs, "handle"> & CallOptions = {},
  ): Promise<CancelExecutionAnswer> {
    return (await this.#call("cancel", { handle, ...args }, { requestId })) as CancelExecutionAnswer;
  }

  /** A page of the event log: all phase changes, or the streams asked for. */
  async readEvents(args: ReadEventsArgs = {}): Promise<EventPage> {
    return (await this.#call("read_events", { ...args })) as EventPage;
  }

  /**
   * Works on lanes until stopped: claims up to `concurrency` executions, runs the handler of their kind, renews their
   * leases, completes them with what the handler returns and fails them with what it throws.
   */
  work(options: WorkOptions, handlers: Handlers): Worker {
    const worker = new Worker(this, given("options", options), handlers, {
      listen: (listener) => this.#listen(listener),
      sleep: (ms, signal) => this.#port.sleep(ms, signal),
    });
    this.#workers.add(worker);
    void worker.stopped.then(() => this.#workers.delete(worker));
    return worker;
  }

  /** Applies what is due now. The alarm does this by itself; a host without timers calls it when it is woken. */
  async tick(): Promise<TickAnswer> {
    const answer = await (this.#open() ?? this.#port.tick());
    this.#heard({ answers: [], ...answer });
    return answer;
  }

  /** Engine time beside the host's clock. */
  clock(): Promise<ClockReport> {
    return this.#open() ?? this.#port.clock();
  }

  /** After the host's clock was put back: moves every stored instant back to it. Answers by how much, in ms. */
  async acceptClock(): Promise<number> {
    const movedMs = await (this.#open() ?? this.#port.acceptClock());
    // Sets the alarm anew and wakes whom it gave something to do.
    await this.tick();
    return movedMs;
  }

  /** Stops the workers without waiting for their handlers, and closes the engine. Later calls are refused. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop({ drainMs: 0 })));
    this.#gather.end(closedError());
    this.#timer.set(null, () => {});
    this.#timer.close?.();
    this.#parking.wakeAll();
    await this.#port.close();
  }

  #call(
    op: string,
    args: object,
    extra: { requestId?: string | undefined; payload?: { field: string; bytes: Uint8Array } } = {},
  ): Promise<unknown> {
    const { requestId, payload } = extra;
    return this.#gather.call({
      op,
      args: args as Record<string, unknown>,
      ...(requestId !== undefined && { requestId }),
      ...(payload !== undefined && { payload }),
    });
  }

  /** What a call gets instead of an answer, once the engine has ended. */
  #open(): Promise<never> | undefined {
    return this.over === undefined ? undefined : Promise.reject(this.over);
  }

  #listen(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #heard({ wakes, nextDueAt }: Reply): void {
    this.#timer.set(this.#gather.over === undefined ? nextDueAt : null, () => void this.#ring());
    this.#parking.wake(wakes);
    for (const listener of this.#listeners) listener(wakes);
  }

  /**
   * The alarm rang, or the engine was opened again: apply what is due, again while there is more. What goes wrong is
   * told by the next call, and tried again in a moment.
   */
  async #ring(): Promise<void> {
    try {
      while ((await this.tick()).more);
    } catch (thrown) {
      const ended = thrown instanceof TidegateError && thrown.category === "engine" && !this.#port.reopens;
      if (ended) this.end(thrown);
      if (this.over === undefined) this.#timer.set(Date.now() + AGAIN_MS, () => void this.#ring());
      this.#parking.wakeAll();
    }
  }
}

/** The members of an argument that must be an object. */
function given<T extends object>(field: string, found: T): T {
  if (typeof found !== "object" || found === null) throw argumentError(field, "an object", String(found));
  return found;
}

type Send = (
  op: string,
  args: object,
  extra?: { requestId?: string | undefined; payload?: { field: string; bytes: Uint8Array } },
) => Promise<unknown>;

/** Taking leases away. */
export class Leases {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Takes the lease of an execution away: its worker is told at its next call, and the next claim continues the
   * attempt. Answers `already_satisfied` when there is no such lease.
   */
  async revoke(
    executionId: string,
    { requestId, ...args }: Omit<RevokeLeaseArgs, "executionId"> & CallOptions = {},
  ): Promise<RevokeLeaseAnswer> {
    return (await this.#send("revoke_lease", { executionId, ...args }, { requestId })) as RevokeLeaseAnswer;
  }
}

/** Creating, reading, moving, replaying and cancelling executions. */
export class Executions {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Creates an execution. An id or a live idempotency key that is known answers `duplicate` and changes nothing. */
  async create(options: CreateExecution & CallOptions): Promise<CreateAnswer> {
    const { input, requestId, ...args } = given("execution", options);
    if (input === undefined) return (await this.#send("create_execution", args, { requestId })) as CreateAnswer;
    const { bytes, encoding } = encode("input", input, args.encoding);
    const extra = { requestId, payload: { field: "input", bytes } };
    return (await this.#send("create_execution", { ...args, encoding }, extra)) as CreateAnswer;
  }

  /** Everything about an execution; null when it is unknown. */
  async describe(executionId: string): Promise<ExecutionSnapshot | null> {
    return (await this.#send("describe_execution", { executionId })) as ExecutionSnapshot | null;
  }

  /** The result of a completed execution; null while it has not completed. */
  async result(executionId: string): Promise<DecodedResult | null> {
    const answer = (await this.#send("get_execution_result", { executionId })) as ExecutionResult | null;
    return answer && { ...answer, result: decode(answer.result, answer.encoding) };
  }

  /** A page of executions in the order of their ids. */
  async list(args: ListExecutionsArgs = {}): Promise<ExecutionPage> {
    return (await this.#send("list_executions", { ...args })) as ExecutionPage;
  }

  /** Moves a waiting execution in its lane: priorities go from 0 to 9 000, higher goes first. */
  async changePriority(
    executionId: string,
    newPriority: number,
    { requestId }: CallOptions = {},
  ): Promise<ChangePriorityAnswer> {
    const args = { executionId, newPriority };
    return (await this.#send("change_priority", args, { requestId })) as ChangePriorityAnswer;
  }

  /** Runs an ended execution again, as often as its policy allows; every earlier attempt stays readable. */
  async replay(executionId: string, { requestId }: CallOptions = {}): Promise<ReplayExecutionAnswer> {
    return (await this.#send("replay_execution", { executionId }, { requestId })) as ReplayExecutionAnswer;
  }

  /** Cancels an execution, whatever it is doing. */
  async cancel(
    executionId: string,
    { requestId, ...args }: Omit<CancelExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<CancelExecutionAnswer> {
    return (await this.#send("cancel_execution", { executionId, ...args }, { requestId })) as CancelExecutionAnswer;
  }
}
