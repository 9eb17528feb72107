// Executions: creating, reading, explaining, moving, replaying and cancelling them.

import { decode, encode, type Payload } from "./payload.js";
import { type CallOptions, given, type Send } from "./send.js";
import type {
  CancelExecutionAnswer,
  CancelExecutionArgs,
  ChangePriorityAnswer,
  ClaimExplanation,
  CreateAnswer,
  CreateArgs,
  ExecutionPage,
  ExecutionResult,
  ExecutionSnapshot,
  ExplainClaimArgs,
  ListExecutionsArgs,
  ReplayExecutionAnswer,
} from "./types.generated.js";

/** An execution to create; the input is a JSON value or bytes. */
export type CreateExecution = Omit<CreateArgs, "input"> & { input?: Payload };

/** The result of a completed execution, decoded. */
export type DecodedResult = Omit<ExecutionResult, "result"> & { result?: Payload | undefined };

/** Creating, reading, explaining, moving, replaying and cancelling executions. */
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
