// What the nouns of an engine make their calls with.

import { argumentError, rangeError, shown } from "../ground/errors.js";
import { given } from "../ground/fields.js";

export { given };

/** What any call may carry. */
export interface CallOptions {
  /** Makes a repetition within 10 minutes answer what the first call answered. */
  requestId?: string;
}

/** Makes a call: its operation, its arguments with the bytes of its payloads, and what goes beside them. */
export type Send = (op: string, args: object, extra?: { requestId?: string | undefined }) => Promise<unknown>;

/** Refuses what is no length of time. */
export function duration(field: string, ms: unknown): void {
  if (typeof ms !== "number" || !(ms >= 0)) throw rangeError(field, [0, Number.POSITIVE_INFINITY], ms);
}

/** The items of a list. */
export function listed<T>(field: string, found: readonly T[], items: string): T[] {
  try {
    if (Array.isArray(found)) return Array.from(found);
  } catch {
    // A list that cannot be read is none.
  }
  throw argumentError(field, `a list of ${items}`, shown(found));
}

/** How long a call may wait, in ms; what is no number is refused by the engine. */
export function waitOf(ms: unknown): number {
  return typeof ms === "number" ? ms : 0;
}

/** What an id is told by in wakes; what is no id is refused by the engine. */
export function idKey(id: unknown): string {
  return typeof id === "string" ? id.toLowerCase() : "";
}

/** An object's own members, and beside them the request id that goes with the call. */
export function parted<T extends CallOptions>(field: string, found: T): [Omit<T, "requestId">, CallOptions] {
  const { requestId, ...args } = given(field, found);
  return [args, requestId === undefined ? {} : { requestId }];
}
