// What the holder of a lease tells and is told, in the words that every other answer has.

import type { FailReason, RenewAnswer } from "../types.generated.js";

/** What a renewal came to. */
export type Renewed = Omit<RenewAnswer, "expiresAt"> & { leaseExpiresAt: number };

/** A failure whose reason is a text; `{ message, detail }` where there is more to tell. */
export type Failing<T extends { reason: FailReason }> = Omit<T, "reason"> & { reason: string | FailReason };

/** A renewal as its holder is told it. */
export function renewed({ expiresAt, ...others }: RenewAnswer): Renewed {
  return { leaseExpiresAt: expiresAt, ...others };
}

/** A failure as the engine takes it. */
export function failing<T extends { reason?: unknown }>(failure: T): T {
  const { reason } = failure;
  return typeof reason === "string" ? { ...failure, reason: { message: reason } } : failure;
}
