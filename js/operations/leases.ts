// Leases: listing them by their expiry, and taking them away.

import { type CallOptions, given, parted, type Send } from "../calls/send.js";
import type { LeasePage, ListExpiredLeasesArgs, RevokeLeaseAnswer, RevokeLeaseArgs } from "../types.generated.js";

/** Listing leases by their expiry, and taking them away. */
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
    options: Omit<RevokeLeaseArgs, "executionId"> & CallOptions = {},
  ): Promise<RevokeLeaseAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("revoke_lease", { ...args, executionId }, extra)) as RevokeLeaseAnswer;
  }

  /**
   * A page of the leases that have run out and that nobody has taken over, by expiry; with an `asOf` later than now also
   * of those that will have run out by then.
   */
  async listExpired(args: ListExpiredLeasesArgs = {}): Promise<LeasePage> {
    return (await this.#send("list_expired_leases", given("options", args))) as LeasePage;
  }
}
