// Flows: submitting, building, reading, awaiting and cancelling graphs of executions that depend on each other.

import { awaited, type WaitOptions } from "../calls/end.js";
import type { Parking } from "../calls/parking.js";
import { type CallOptions, duration, given, listed, parted, type Send } from "../calls/send.js";
import { timeoutError } from "../ground/errors.js";
import type { AnyKinds, FlowMember } from "../ground/kinds.js";
import { packed } from "../ground/payload.js";
import type {
  AddExecutionToFlowAnswer,
  AddExecutionToFlowArgs,
  ApplyDependencyAnswer,
  CancelFlowAnswer,
  CancelFlowArgs,
  CreateFlowAnswer,
  CreateFlowArgs,
  EdgeGroupPolicy,
  EdgePage,
  EdgeSnapshot,
  ExecutionTag,
  FlowEligibilityAnswer,
  FlowGraph,
  FlowGraphArgs,
  FlowOutcome,
  FlowPage,
  FlowSnapshot,
  ListEdgesArgs,
  ListFlowsArgs,
  SealFlowAnswer,
  SetEdgeGroupPolicyAnswer,
  StageDependencyEdgeAnswer,
  StageDependencyEdgeArgs,
  SubmitFlowAnswer,
  SubmitFlowArgs,
  WaitFlowAnswer,
} from "../types.generated.js";

/** A flow to submit: its members, each with what it waits for. */
export type SubmitFlow<K = AnyKinds> = Omit<SubmitFlowArgs, "members"> & { members: readonly FlowMember<K>[] };

/** Which members a cancellation ends, why, and how long their end is waited for. */
export interface CancelFlow extends Omit<CancelFlowArgs, "flowId"> {
  /** How long to wait until every member has ended, in ms, `Infinity` without a limit; not at all when left out. */
  waitMs?: number;
  /** Gives the waiting up: it rejects with the signal's reason; the flow is cancelled all the same. */
  signal?: AbortSignal;
}

/** Submitting, building, reading, awaiting and cancelling flows: graphs of executions that depend on each other. */
export class Flows<K = AnyKinds> {
  readonly #send: Send;
  readonly #parking: Parking;

  constructor(send: Send, parking: Parking) {
    this.#send = send;
    this.#parking = parking;
  }

  /**
   * Creates a whole flow in one step: members, what each waits for, and their inputs; all of it or nothing. It is
   * sealed: it ends with its last member. An id that is known answers `already_satisfied` and changes nothing.
   */
  async submit(options: SubmitFlow<K> & CallOptions): Promise<SubmitFlowAnswer> {
    const { members, ...flow } = given("flow", options);
    const member = (one: FlowMember<K>, place: number) => {
      const path = `members[${place}]`;
      return packed("input", given<{ encoding?: string }>(path, one), `${path}.input`);
    };
    return this.#make("submit_flow", { ...flow, members: listed("members", members, "members").map(member) });
  }

  /** Creates an empty flow, to be built step by step. An id that is known answers `already_satisfied`. */
  create(options: CreateFlowArgs & CallOptions = {}): Promise<CreateFlowAnswer> {
    return this.#make("create_flow", options);
  }

  /** Makes an execution a member; it can be one of a single flow. */
  addExecution(
    flowId: string,
    executionId: string,
    options: Omit<AddExecutionToFlowArgs, "flowId" | "executionId"> & CallOptions = {},
  ): Promise<AddExecutionToFlowAnswer> {
    return this.#make("add_execution_to_flow", options, { flowId, executionId });
  }

  /** Draws an edge between two members. It has no effect before it is applied. */
  stageEdge(
    flowId: string,
    options: Omit<StageDependencyEdgeArgs, "flowId"> & CallOptions,
  ): Promise<StageDependencyEdgeAnswer> {
    return this.#make("stage_dependency_edge", options, { flowId });
  }

  /** Lets an edge count: its downstream, which must not have begun, waits for the upstream from now on. */
  applyEdge(flowId: string, edgeId: string, options: CallOptions = {}): Promise<ApplyDependencyAnswer> {
    return this.#make("apply_dependency_to_child", options, { flowId, edgeId });
  }

  /** Sets how many of its upstreams a member needs, before the first edge to it is applied. */
  setPolicy(
    flowId: string,
    downstreamExecutionId: string,
    policy: EdgeGroupPolicy,
    options: CallOptions = {},
  ): Promise<SetEdgeGroupPolicyAnswer> {
    return this.#make("set_edge_group_policy", options, { flowId, downstreamExecutionId, policy });
  }

  /** Says that a flow ends with its last member. Until then it may still grow. */
  seal(flowId: string, options: CallOptions = {}): Promise<SealFlowAnswer> {
    return this.#make("seal_flow", options, { flowId });
  }

  /**
   * Cancels a flow, and the members that the policy names, in one step. With `waitMs` it then waits until all members
   * have ended; `timeout.cancel_flow` when some go on for longer: the flow is cancelled all the same.
   */
  async cancel(flowId: string, options: CancelFlow & CallOptions): Promise<CancelFlowAnswer> {
    const { waitMs = 0, signal, ...args } = given("options", options);
    duration("waitMs", waitMs);
    const { pace } = this.#parking;
    const begunAt = pace.now();
    const answer: CancelFlowAnswer = await this.#make("cancel_flow", args, { flowId });
    if (waitMs > 0 && (await this.wait(flowId, { timeoutMs: waitMs, signal })) === null)
      throw timeoutError("cancel_flow", waitMs, Math.round(pace.now() - begunAt));
    return answer;
  }

  /** Everything about a flow, and what its members need of each other; null when it is unknown. */
  describe(flowId: string): Promise<FlowSnapshot | null> {
    return this.#make("describe_flow", { flowId });
  }

  /** A page of flows in the order of their ids. */
  list(args: ListFlowsArgs = {}): Promise<FlowPage> {
    return this.#make("list_flows", args);
  }

  /** A page of a flow's edges in the order of their ids: all, those of an upstream, or those of a downstream. */
  edges(flowId: string, args: Omit<ListEdgesArgs, "flowId"> = {}): Promise<EdgePage> {
    return this.#make("list_edges", args, { flowId });
  }

  /** One edge; null when it is unknown. */
  edge(flowId: string, edgeId: string): Promise<EdgeSnapshot | null> {
    return this.#make("describe_edge", { flowId, edgeId });
  }

  /** The flow that an execution is a member of; null where it is in none. */
  ofExecution(executionId: string): Promise<string | null> {
    return this.#make("resolve_execution_flow_id", { executionId });
  }

  /** Whether the upstreams of an execution let it run, in one word. */
  eligibility(executionId: string): Promise<FlowEligibilityAnswer> {
    return this.#make("evaluate_flow_eligibility", { executionId });
  }

  /** Sets a tag; a flow has at most 64. */
  setTag(flowId: string, key: string, value: string, options: CallOptions = {}): Promise<ExecutionTag> {
    return this.#make("set_flow_tag", options, { flowId, key, value });
  }

  /** The value of a tag; null where there is none. */
  getTag(flowId: string, key: string): Promise<string | null> {
    return this.#make("get_flow_tag", { flowId, key });
  }

  /** A flow as a picture needs it: members in the order of their creation, and the edges between those shown. */
  graph(flowId: string, args: Omit<FlowGraphArgs, "flowId"> = {}): Promise<FlowGraph | null> {
    return this.#make("flow_graph", args, { flowId });
  }

  /**
   * Waits until a flow is over, completed, failed or cancelled, and none of its members goes on; at once where it is.
   * A flow that is not sealed ends by a cancellation only. Null when `timeoutMs` is over before.
   */
  wait(flowId: string, options: WaitOptions = {}): Promise<FlowOutcome | null> {
    const ask = (after?: number) => this.#make<WaitFlowAnswer>("wait_flow", { flowId, after });
    return awaited<FlowOutcome, number>(this.#parking, flowId, ask, options);
  }

  async #make<T>(op: string, options: object, named: object = {}): Promise<T> {
    const [args, extra] = parted<CallOptions>("options", options);
    return (await this.#send(op, { ...args, ...named }, extra)) as T;
  }
}
