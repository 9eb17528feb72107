// What a person does about executions, flows, leases, lanes and workers, and what came of it in a sentence.

import type { CancellationPolicy, Engine, LaneState, LeaseEntry, RevokeLeaseAnswer } from "tidegate";
import { HANDLED, LANES } from "../../work/kinds.js";
import { Observable } from "../ground/observable.js";

const SAID_MS = 8_000;

/** Why there was nothing to revoke. */
type Satisfied = Extract<RevokeLeaseAnswer, { outcome: "already_satisfied" }>["reason"];

const SATISFIED: Readonly<Record<Satisfied, string>> = {
  no_active_lease: "nobody holds it under a lease any more",
  already_expired: "the lease has run out by itself",
  different_worker_instance_id: "another worker holds it now",
  lease_id_mismatch: "another lease has been issued since",
};

/** Every method rejects with what the engine refuses. */
export class Operator extends Observable {
  readonly #engine: Engine;
  readonly #look: (executionId?: string) => void;
  #said = "";

  /** `look` has what changed read at once. */
  constructor(engine: Engine, look: (executionId?: string) => void) {
    super();
    this.#engine = engine;
    this.#look = look;
  }

  /** What was done last; empty after a while. */
  get said(): string {
    return this.#said;
  }

  async cancel(executionId: string, title: string, reason: string): Promise<void> {
    await this.#engine.executions.cancel(executionId, given(reason));
    this.#say(`${title} is cancelled.`);
  }

  /** With `cascade`, what was skipped because of it comes to life again. */
  async replay(executionId: string, title: string, cascade = false): Promise<void> {
    const { replayCount } = await this.#engine.executions.replay(executionId, cascade ? { cascade } : {});
    this.#say(`${title} runs again, replay ${replayCount}.`);
  }

  async changePriority(executionId: string, title: string, wanted: number): Promise<void> {
    const { priority } = await this.#engine.executions.changePriority(executionId, wanted);
    this.#say(`${title} waits with priority ${priority}.`);
  }

  /** Has one that waits for an instant wait no longer. */
  async wake(executionId: string, title: string): Promise<void> {
    const { outcome, publicState } = await this.#engine.executions.wake(executionId, { reason: "woken on the page" });
    if (outcome === "already_satisfied") this.#say(`${title} was waiting for no instant any more.`);
    else if (publicState === "waiting") this.#say(`${title} waits no longer: it is next in its lane.`);
    else this.#say(`${title} waits for no instant any more, but still for others.`);
  }

  /** Revokes the lease that was seen, and no later one. */
  async revoke({ executionId, leaseId }: Pick<LeaseEntry, "executionId" | "leaseId">, title: string, reason: string) {
    const answer = await this.#engine.leases.revoke(executionId, { expectedLeaseId: leaseId, ...given(reason) });
    if (answer.outcome === "already_satisfied") {
      this.#look();
      throw new Error(`there was nothing to revoke: ${SATISFIED[answer.reason]}`);
    }
    this.#say(`The lease of ${title} is revoked.`);
  }

  /** Takes a worker out of the registry, and its leases away. */
  async markDead(workerInstanceId: string, namespace: string, reason: string): Promise<void> {
    const options = { namespace, releaseLeases: true, ...given(reason) };
    const answer = await this.#engine.workers.markDead(workerInstanceId, options);
    if (answer.outcome === "not_registered") {
      this.#look();
      throw new Error("it has left the registry by itself");
    }
    const released = answer.releasedLeases;
    this.#say(
      `${workerInstanceId} is marked dead; ${released} of its leases ${released === 1 ? "was" : "were"} released.`,
    );
  }

  async setTag(executionId: string, title: string, key: string, value: string): Promise<void> {
    await this.#engine.executions.setTag(executionId, key, value);
    this.#say(`${title} is tagged ${key} = ${value}.`, executionId);
  }

  async sealFlow(flowId: string, title: string): Promise<void> {
    await this.#engine.flows.seal(flowId);
    this.#say(`${title} is sealed.`);
  }

  async cancelFlow(flowId: string, title: string, policy: CancellationPolicy, reason: string): Promise<void> {
    const { memberCount } = await this.#engine.flows.cancel(flowId, { policy, ...given(reason) });
    this.#say(`${title} is cancelled, and ${memberCount} of its members with it.`);
  }

  async setFlowTag(flowId: string, title: string, key: string, value: string): Promise<void> {
    await this.#engine.flows.setTag(flowId, key, value);
    this.#say(`${title} is tagged ${key} = ${value}.`);
  }

  async setLane(lane: string, state: LaneState): Promise<void> {
    await this.#engine.lanes.setState(lane, state);
    this.#say(`Lane ${lane} is ${state}.`);
  }

  /** Why the shop's worker may claim an execution now, or why not, in the engine's sentence. */
  async explain(executionId: string): Promise<string> {
    return (await this.#engine.executions.explainClaim(executionId, { lanes: LANES, kinds: HANDLED })).sentence;
  }

  /** Names the execution where no event tells that it changed. */
  #say(sentence: string, executionId?: string): void {
    this.#said = sentence;
    this.changed();
    setTimeout(() => {
      if (this.#said !== sentence) return;
      this.#said = "";
      this.changed();
    }, SAID_MS);
    this.#look(executionId);
  }
}

function given(reason: string): { reason?: string } {
  return reason.trim() === "" ? {} : { reason: reason.trim() };
}
