// How much this origin keeps and may keep, as the browser says.

import type { PlainError } from "../ground/errors.js";

/** What the whole origin keeps, may keep, and whether it stays; null where the browser does not say. */
export interface Space {
  bytesUsed: number | null;
  quotaBytes: number | null;
  persisted: boolean | null;
}

/** Less than this left, and a write that failed did so for want of space. */
const LEFT_BYTES_MIN = 4 << 20;

export async function space(): Promise<Space> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  const [estimate, persisted] = await Promise.all([
    storage?.estimate?.().catch(() => undefined),
    storage?.persisted?.().catch(() => undefined),
  ]);
  return {
    bytesUsed: estimate?.usage ?? null,
    quotaBytes: estimate?.quota ?? null,
    persisted: persisted ?? null,
  };
}

export function almostFull({ bytesUsed, quotaBytes }: Space): boolean {
  return bytesUsed !== null && quotaBytes !== null && quotaBytes - bytesUsed < LEFT_BYTES_MIN;
}

/** A failure of the storage as what it is: out of space, with the figures. */
export function quota(error: PlainError, { bytesUsed, quotaBytes }: Space): PlainError {
  const figures = bytesUsed === null || quotaBytes === null ? "" : ` (${bytesUsed} bytes used of ${quotaBytes})`;
  return {
    ...error,
    code: "storage.quota",
    category: "storage",
    kind: "quota",
    message: `the storage of this origin is full${figures}; free some, then call again: ${error.message}`,
    details: { ...error.details, ...(bytesUsed !== null && { bytesUsed }), ...(quotaBytes !== null && { quotaBytes }) },
    retryable: false,
    class: "terminal",
  };
}
