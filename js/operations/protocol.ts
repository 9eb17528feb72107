// What only a separate scheduler needs: grants, reclaiming, admission, calls by fence instead of handle, and cancelling a
// flow in two steps.

import { type ClaimedExecution, decoded } from "../calls/claimed.js";
import { type Failing, failing, type Renewed, renewed } from "../calls/held.js";
import { type CallOptions, parted, type Send } from "../calls/send.js";
import type { AnyPayload } from "../ground/kinds.js";
import { packed } from "../ground/payload.js";
import type {
  AckCancelMemberAnswer,
  AckCancelMemberArgs,
  BlockAnswer,
  BlockExecutionArgs,
  BlockRouteArgs,
  CancelFlowHeaderAnswer,
  CancelFlowHeaderArgs,
  Claim,
  ClaimExecutionArgs,
  ClaimForWorkerAnswer,
  ClaimForWorkerArgs,
  ClaimFromResumeGrantArgs,
  ClaimResumedExecutionArgs,
  CompleteAnswer,
  CompleteExecutionArgs,
  EligibleExecutions,
  FailAnswer,
  FailExecutionArgs,
  GrantAnswer,
  IssueClaimGrantArgs,
  IssueGrantAndClaimArgs,
  IssueReclaimGrantAnswer,
  IssueReclaimGrantArgs,
  ReclaimExecutionAnswer,
  ReclaimExecutionArgs,
  RenewAnswer,
  RenewLeaseArgs,
  ScanEligibleArgs,
  UnblockExecutionArgs,
} from "../types.generated.js";

/** A completion by fence; the result is a JSON value, bytes or a file. */
export type CompleteByFence = Omit<CompleteExecutionArgs, "result"> & { result?: AnyPayload };

/** What became of a reclaim; a claim has its input and steps decoded. */
export type Reclaimed =
  | ({ outcome: "claimed" } & ClaimedExecution)
  | Exclude<ReclaimExecutionAnswer, { outcome: "claimed" }>;

/** What only a separate scheduler needs; workers claim, complete and fail without it. */
export class Protocol {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Extends a lease, by its fence. */
  async renewLease(options: RenewLeaseArgs & CallOptions): Promise<Renewed> {
    return renewed((await this.#send("renew_lease", ...parted("options", options))) as RenewAnswer);
  }

  /** Ends an attempt badly: by its fence, or without one with `source: "operator_override"`. */
  async failExecution(options: Failing<FailExecutionArgs> & CallOptions): Promise<FailAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("fail_execution", failing(args), extra)) as FailAnswer;
  }

  /** Keeps for a worker the first execution that it may take, for a short while. */
  async claimForWorker(options: ClaimForWorkerArgs & CallOptions): Promise<ClaimForWorkerAnswer> {
    return (await this.#send("claim_for_worker", ...parted("options", options))) as ClaimForWorkerAnswer;
  }

  /** Keeps one execution for one worker, for a short while. */
  async issueClaimGrant(options: IssueClaimGrantArgs & CallOptions): Promise<GrantAnswer> {
    return (await this.#send("issue_claim_grant", ...parted("options", options))) as GrantAnswer;
  }

  /** Keeps a lapsed execution for a worker that will take it over. */
  async issueReclaimGrant(options: IssueReclaimGrantArgs & CallOptions): Promise<IssueReclaimGrantAnswer> {
    return (await this.#send("issue_reclaim_grant", ...parted("options", options))) as IssueReclaimGrantAnswer;
  }

  /** What of a lane can be claimed, in the order of claims. */
  async scanEligibleExecutions(options: ScanEligibleArgs & CallOptions): Promise<EligibleExecutions> {
    return (await this.#send("scan_eligible_executions", ...parted("options", options))) as EligibleExecutions;
  }

  /** Sets an execution aside until a worker claims that offers what it requires. */
  async blockRoute(options: BlockRouteArgs & CallOptions): Promise<BlockAnswer> {
    return (await this.#send("block_route", ...parted("options", options))) as BlockAnswer;
  }

  /** Sets an execution aside: for a budget, a quota, a capable worker, an operator or a policy. */
  async blockExecutionForAdmission(options: BlockExecutionArgs & CallOptions): Promise<BlockAnswer> {
    return (await this.#send("block_execution_for_admission", ...parted("options", options))) as BlockAnswer;
  }

  /** Lets an execution go that was set aside for this reason. */
  async unblockExecution(options: UnblockExecutionArgs & CallOptions): Promise<BlockAnswer> {
    return (await this.#send("unblock_execution", ...parted("options", options))) as BlockAnswer;
  }

  /** Uses a grant: a new attempt starts. */
  async claimExecution(options: ClaimExecutionArgs & CallOptions): Promise<ClaimedExecution> {
    return decoded((await this.#send("claim_execution", ...parted("options", options))) as Claim);
  }

  /** Uses a grant: the interrupted attempt goes on. */
  async claimResumedExecution(options: ClaimResumedExecutionArgs & CallOptions): Promise<ClaimedExecution> {
    return decoded((await this.#send("claim_resumed_execution", ...parted("options", options))) as Claim);
  }

  /** Claims one execution as an operator, whatever it requires. */
  async issueGrantAndClaim(options: IssueGrantAndClaimArgs & CallOptions): Promise<ClaimedExecution> {
    return decoded((await this.#send("issue_grant_and_claim", ...parted("options", options))) as Claim);
  }

  /** Uses a grant: an attempt that was interrupted, or whose lease has lapsed, goes on. Null under a live lease. */
  async claimFromResumeGrant(options: ClaimFromResumeGrantArgs & CallOptions): Promise<ClaimedExecution | null> {
    const claim = (await this.#send("claim_from_resume_grant", ...parted("options", options))) as Claim | null;
    return claim && decoded(claim);
  }

  /** Uses a grant: a new attempt takes a lapsed execution over. */
  async reclaimExecution(options: ReclaimExecutionArgs & CallOptions): Promise<Reclaimed> {
    const answer = (await this.#send("reclaim_execution", ...parted("options", options))) as ReclaimExecutionAnswer;
    return answer.outcome === "claimed" ? { outcome: "claimed", ...decoded(answer) } : answer;
  }

  /**
   * Cancels a flow and leaves its members to the caller, who cancels each and tells so; those that are left after the
   * grace the engine cancels itself.
   */
  async cancelFlowHeader(options: CancelFlowHeaderArgs & CallOptions): Promise<CancelFlowHeaderAnswer> {
    return (await this.#send("cancel_flow_header", ...parted("options", options))) as CancelFlowHeaderAnswer;
  }

  /** Tells that a member of a flow that is being cancelled needs no more of the engine. */
  async ackCancelMember(options: AckCancelMemberArgs & CallOptions): Promise<AckCancelMemberAnswer> {
    return (await this.#send("ack_cancel_member", ...parted("options", options))) as AckCancelMemberAnswer;
  }

  /** Ends an attempt well: by its fence, or without one with `source: "operator_override"`. */
  async completeExecution(options: CompleteByFence & CallOptions): Promise<CompleteAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("complete_execution", packed("result", args), extra)) as CompleteAnswer;
  }
}
