// Executions: creating, reading, awaiting, searching, counting, tagging, explaining, moving, replaying and cancelling them.

import { type WithInput, type WithResult, withInput, withResult } from "../calls/claimed.js";
import { awaited, type WaitOptions } from "../calls/end.js";
import type { Parking } from "../calls/parking.js";
import { type CallOptions, parted, type Send } from "../calls/send.js";
import { type Payload, packed } from "../ground/payload.js";
import type {
  CancelExecutionAnswer,
  CancelExecutionArgs,
  ChangePriorityAnswer,
  ClaimExplanation,
  CountExecutionsArgs,
  CreateAnswer,
  CreateArgs,
  ExecutionCounts,
  ExecutionHistory,
  ExecutionHistoryArgs,
  ExecutionInput,
  ExecutionPage,
  ExecutionResult,
  ExecutionSnapshot,
  ExecutionTag,
  ExplainClaimArgs,
  ListExecutionsArgs,
  ReplayExecutionAnswer,
  ReplayExecutionArgs,
  SearchExecutionsArgs,
  WaitAnswer,
  WaitOutcome,
} from "../types.generated.js";

/** An execution to create; the input is a JSON value or bytes. */
export type CreateExecution = Omit<CreateArgs, "input"> & { input?: Payload };

/** The result of a completed execution, decoded. */
export type DecodedResult = WithResult<ExecutionResult>;

/** The input of an execution, decoded. */
export type DecodedInput = WithInput<ExecutionInput>;

/** How an execution ended, its result decoded. */
export type Ended = WithResult<WaitOutcome>;

/** Creating, reading, awaiting, searching, counting, tagging, explaining, moving, replaying and cancelling executions. */
export class Executions {
  readonly #send: Send;
  readonly #parking: Parking;

  constructor(send: Send, parking: Parking) {
    this.#send = send;
    this.#parking = parking;
  }

  /** Creates an execution. An id or a live idempotency key that is known answers `duplicate` and changes nothing. */
  async create(options: CreateExecution & CallOptions): Promise<CreateAnswer> {
    const [args, extra] = parted("execution", options);
    return (await this.#send("create_execution", packed("input", args), extra)) as CreateAnswer;
  }

  /** Everything about an execution; null when it is unknown. */
  async describe(executionId: string): Promise<ExecutionSnapshot | null> {
    return (await this.#send("describe_execution", { executionId })) as ExecutionSnapshot | null;
  }

  /**
   * The result of a completed execution, or that of one of its attempts, which stays readable after a replay; null while
   * that has not completed.
   */
  async result(executionId: string, options: { attemptIndex?: number } = {}): Promise<DecodedResult | null> {
    const { attemptIndex } = options;
    const answer = (await this.#send("get_execution_result", { executionId, attemptIndex })) as ExecutionResult | null;
    return answer && withResult(answer);
  }

  /** The input that the next claim of an execution hands over, without claiming it; null when it is unknown. */
  async input(executionId: string): Promise<DecodedInput | null> {
    const answer = (await this.#send("get_execution_input", { executionId })) as ExecutionInput | null;
    return answer && withInput(answer);
  }

  /**
   * Waits until an execution has ended, however that is; at once where it has. The first end counts, even if it is
   * replayed right after. Null when `timeoutMs` is over before.
   */
  async wait(executionId: string, options: WaitOptions = {}): Promise<Ended | null> {
    const ask = async (after?: string) => (await this.#send("wait", { executionId, after })) as WaitAnswer;
    const end = await awaited<WaitOutcome, string>(this.#parking, executionId, ask, options);
    return end && withResult(end);
  }

  /** What happened to an execution, the newest first: its leases and what operators did, or the streams asked for. */
  async history(executionId: string, args: Omit<ExecutionHistoryArgs, "executionId"> = {}): Promise<ExecutionHistory> {
    return (await this.#send("execution_history", { executionId, ...args })) as ExecutionHistory;
  }

  /** A page of executions in the order of their ids. */
  async list(args: ListExecutionsArgs = {}): Promise<ExecutionPage> {
    return (await this.#send("list_executions", { ...args })) as ExecutionPage;
  }

  /**
   * A page of the executions that match, newest first. A search looks at 10 000 executions at most: then its page is
   * short, even empty, and `nextCursor` says where to go on.
   */
  async search(args: SearchExecutionsArgs = {}): Promise<ExecutionPage> {
    return (await this.#send("search_executions", { ...args })) as ExecutionPage;
  }

  /** How many executions are in which state, by lane and together, without looking at one of them. */
  async counts(args: CountExecutionsArgs = {}): Promise<ExecutionCounts> {
    return (await this.#send("count_executions", { ...args })) as ExecutionCounts;
  }

  /** Sets a tag, by which the execution is found from then on; an execution has at most 64. */
  async setTag(
    executionId: string,
    key: string,
    value: string,
    { requestId }: CallOptions = {},
  ): Promise<ExecutionTag> {
    return (await this.#send("set_execution_tag", { executionId, key, value }, { requestId })) as ExecutionTag;
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
    return (await this.#send("explain_claim", { executionId, ...worker })) as ClaimExplanation;
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

  /**
   * Runs an ended execution again, as often as its policy allows; every earlier attempt stays readable. With `cascade`
   * what was skipped in its flow because of it waits for it again.
   */
  async replay(
    executionId: string,
    { requestId, ...args }: Omit<ReplayExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<ReplayExecutionAnswer> {
    return (await this.#send("replay_execution", { executionId, ...args }, { requestId })) as ReplayExecutionAnswer;
  }

  /** Cancels an execution, whatever it is doing. */
  async cancel(
    executionId: string,
    { requestId, ...args }: Omit<CancelExecutionArgs, "executionId"> & CallOptions = {},
  ): Promise<CancelExecutionAnswer> {
    return (await this.#send("cancel_execution", { executionId, ...args }, { requestId })) as CancelExecutionAnswer;
  }
}
