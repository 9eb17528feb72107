// Executions: creating, reading, awaiting, searching, counting, tagging, explaining, moving, waking, replaying and cancelling them.

import { type DecodedStep, type WithInput, type WithResult, withInput, withResult } from "../calls/claimed.js";
import { awaited, type WaitOptions } from "../calls/end.js";
import type { Parking } from "../calls/parking.js";
import { type CallOptions, given, parted, type Send } from "../calls/send.js";
import type { AnyKinds, Created, CreateExecution, Ended, KindName, ResultById } from "../ground/kinds.js";
import { packed } from "../ground/payload.js";
import type { Port } from "../lines/port.js";
import type {
  AttemptPage,
  CancelExecutionAnswer,
  CancelExecutionArgs,
  ChangePriorityAnswer,
  ClaimExplanation,
  CountExecutionsArgs,
  EventPage,
  ExecutionCounts,
  ExecutionHistory,
  ExecutionHistoryArgs,
  ExecutionInput,
  ExecutionPage,
  ExecutionResult,
  ExecutionSnapshot,
  ExecutionTag,
  ExplainClaimArgs,
  ListAttemptsArgs,
  ListExecutionsArgs,
  RecordedStep,
  ReplayExecutionAnswer,
  ReplayExecutionArgs,
  SearchExecutionsArgs,
  WaitAnswer,
  WaitOutcome,
  WakeExecutionAnswer,
  WakeExecutionArgs,
} from "../types.generated.js";
import { type ExecutionWatchOptions, snapshots } from "./watch.js";

/** The result of a completed execution, decoded. */
export type DecodedResult = WithResult<ExecutionResult>;

/** The input of an execution, decoded. */
export type DecodedInput = WithInput<ExecutionInput>;

/** Creating, reading, awaiting, searching, counting, tagging, explaining, moving, waking, replaying and cancelling executions. */
export class Executions<K = AnyKinds> {
  readonly #send: Send;
  readonly #parking: Parking;
  readonly #port: Pick<Port, "reopens">;

  constructor(send: Send, parking: Parking, port: Pick<Port, "reopens">) {
    this.#send = send;
    this.#parking = parking;
    this.#port = port;
  }

  /** Creates an execution. An id or a live idempotency key that is known answers `duplicate` and changes nothing. */
  async create<const N extends KindName<K>, I>(
    options: CreateExecution<K, N, I> & CallOptions,
  ): Promise<Created<K, N>> {
    const [args, extra] = parted<{ encoding?: string } & CallOptions>("execution", options);
    return (await this.#send("create_execution", packed("input", args), extra)) as Created<K, N>;
  }

  /**
   * Everything about an execution, of its attempts the newest 100 (`attempts` has them all); null when it is unknown.
   */
  async describe(executionId: string): Promise<ExecutionSnapshot | null> {
    return (await this.#send("describe_execution", { executionId })) as ExecutionSnapshot | null;
  }

  /**
   * The result of a completed execution, or that of one of its attempts, which stays readable after a replay; null while
   * that has not completed.
   */
  async result(executionId: string, options: { attemptIndex?: number } = {}): Promise<DecodedResult | null> {
    const args = { ...given("options", options), executionId };
    const answer = (await this.#send("get_execution_result", args)) as ExecutionResult | null;
    return answer && withResult(answer);
  }

  /** The input that the next claim of an execution hands over, without claiming it; null when it is unknown. */
  async input(executionId: string): Promise<DecodedInput | null> {
    const answer = (await this.#send("get_execution_input", { executionId })) as ExecutionInput | null;
    return answer && withInput(answer);
  }

  /** A page of an execution's attempts, the newest first. */
  async attempts(executionId: string, args: Omit<ListAttemptsArgs, "executionId"> = {}): Promise<AttemptPage> {
    return (await this.#send("list_attempts", { ...given("options", args), executionId })) as AttemptPage;
  }

  /** What one step of an execution came to, without claiming it; null where none of that name is recorded. */
  async step(executionId: string, name: string): Promise<DecodedStep | null> {
    const answer = (await this.#send("read_step", { executionId, name })) as RecordedStep | null;
    return answer && withResult(answer);
  }

  /**
   * Waits until an execution has ended, however that is; at once where it has. The first end counts, even if it is
   * replayed right after. Null when `timeoutMs` is over before.
   */
  async wait<I extends string>(executionId: I, options: WaitOptions = {}): Promise<Ended<ResultById<K, I>> | null> {
    const ask = async (after?: string) => (await this.#send("wait", { executionId, after })) as WaitAnswer;
    const end = await awaited<WaitOutcome, string>(this.#parking, executionId, ask, options);
    return end && (withResult(end) as Ended<ResultById<K, I>>);
  }

  /**
   * Watches an execution to its end: how it stands, and how it stands after each change of its state or its progress. What
   * changes while nobody asks for the next one is one change, so the last is never missed; with its end it is over. `break`
   * and the signal end it before, the signal with its reason.
   */
  watch(executionId: string, options: ExecutionWatchOptions = {}): AsyncIterableIterator<ExecutionSnapshot, void> {
    return snapshots(executionId, given("options", options), {
      describe: (id) => this.describe(id),
      known: (id) => this.history(id, { limit: 0 }),
      read: async (args) => (await this.#send("read_events", args)) as EventPage,
      parking: this.#parking,
      reopens: this.#port.reopens,
    });
  }

  /** What happened to an execution, the newest first: its leases and what operators did, or the streams asked for. */
  async history(executionId: string, args: Omit<ExecutionHistoryArgs, "executionId"> = {}): Promise<ExecutionHistory> {
    return (await this.#send("execution_history", { ...given("options", args), executionId })) as ExecutionHistory;
  }

  /** A page of executions in the order of their ids. */
  async list(args: ListExecutionsArgs = {}): Promise<ExecutionPage> {
    return (await this.#send("list_executions", given("options", args))) as ExecutionPage;
  }

  /**
   * A page of the executions that match, newest first. A search looks at 10 000 executions at most: then its page is
   * short, even empty, and `nextCursor` says where to go on.
   */
  async search(args: SearchExecutionsArgs = {}): Promise<ExecutionPage> {
    return (await this.#send("search_executions", given("options", args))) as ExecutionPage;
  }

  /** How many executions are in which state, by lane and together, without looking at one of them. */
  async counts(args: CountExecutionsArgs = {}): Promise<ExecutionCounts> {
    return (await this.#send("count_executions", given("options", args))) as ExecutionCounts;
  }

  /** Sets a tag, by which the execution is found from then on; an execution has at most 64. */
  async setTag(executionId: string, key: string, value: string, options: CallOptions = {}): Promise<ExecutionTag> {
    const [args, extra] = parted("options", options);
    return (await this.#send("set_execution_tag", { ...args, executionId, key, value }, extra)) as ExecutionTag;
  }

  /** The value of a tag; null where there is none. */
  async getTag(executionId: string, key: string): Promise<string | null> {
    return (await this.#send("get_execution_tag", { executionId, key })) as string | null;
  }

  /** Why a worker may claim an execution now, or why not: in one word and one sentence. */
  async explainClaim(
    executionId: string,
    worker: Omit<ExplainClaimArgs, "executionId"> = {},
  ): Promise<ClaimExplanation> {
    return (await this.#send("explain_claim", { ...given("worker", worker), executionId })) as ClaimExplanation;
  }

  /** Moves a waiting execution in its lane: priorities go from 0 to 9 000, higher goes first. */
  async changePriority(
    executionId: string,
    newPriority: number,
    options: CallOptions = {},
  ): Promise<ChangePriorityAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("change_priority", { ...args, executionId, newPriority }, extra)) as ChangePriorityAnswer;
  }

  /**
   * Lets an execution that waits for an instant (a delay, the back-off of a retry) wait no longer: it can be claimed at
   * once. One that depends on others still waits for them.
   */
  async wake(
    executionId: string,
    options: Omit<WakeExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<WakeExecutionAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("wake_execution", { ...args, executionId }, extra)) as WakeExecutionAnswer;
  }

  /**
   * Runs an ended execution again, as often as its policy allows; every earlier attempt stays readable. With `cascade`
   * what was skipped in its flow because of it waits for it again.
   */
  async replay(
    executionId: string,
    options: Omit<ReplayExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<ReplayExecutionAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("replay_execution", { ...args, executionId }, extra)) as ReplayExecutionAnswer;
  }

  /** Cancels an execution, whatever it is doing. */
  async cancel(
    executionId: string,
    options: Omit<CancelExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<CancelExecutionAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("cancel_execution", { ...args, executionId }, extra)) as CancelExecutionAnswer;
  }
}
