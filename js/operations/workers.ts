// The worker registry: it records who is there, and fences nothing. `engine.work` keeps itself in it.

import { type CallOptions, given, parted, type Send } from "../calls/send.js";
import type {
  HeartbeatWorkerAnswer,
  HeartbeatWorkerArgs,
  ListWorkersArgs,
  MarkWorkerDeadAnswer,
  MarkWorkerDeadArgs,
  RegisterWorkerAnswer,
  RegisterWorkerArgs,
  WorkerPage,
} from "../types.generated.js";

/** The worker registry. */
export class Workers {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Enters a worker, or refreshes all that stands there but when it was first registered. */
  async register(options: RegisterWorkerArgs & CallOptions): Promise<RegisterWorkerAnswer> {
    return (await this.#send("register_worker", ...parted("worker", options))) as RegisterWorkerAnswer;
  }

  /** Tells that a worker is there; `not_registered` when it must register again. */
  async heartbeat(options: HeartbeatWorkerArgs & CallOptions = {}): Promise<HeartbeatWorkerAnswer> {
    return (await this.#send("heartbeat_worker", ...parted("worker", options))) as HeartbeatWorkerAnswer;
  }

  /** Takes a worker out; with `releaseLeases` others go on with its work at once, else when its leases run out. */
  async markDead(
    workerInstanceId: string,
    options: Omit<MarkWorkerDeadArgs, "workerInstanceId"> & CallOptions = {},
  ): Promise<MarkWorkerDeadAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("mark_worker_dead", { ...args, workerInstanceId }, extra)) as MarkWorkerDeadAnswer;
  }

  /** A page of workers, by instance. */
  async list(args: ListWorkersArgs = {}): Promise<WorkerPage> {
    return (await this.#send("list_workers", given("options", args))) as WorkerPage;
  }
}
