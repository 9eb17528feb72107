// What the nouns of an engine make their calls with.

import { argumentError } from "../ground/errors.js";

/** What any call may carry. */
export interface CallOptions {
  /** Makes a repetition within 10 minutes answer what the first call answered. */
  requestId?: string;
}

/** Makes a call: its operation, its arguments with the bytes of its payloads, and what goes beside them. */
export type Send = (op: string, args: object, extra?: { requestId?: string | undefined }) => Promise<unknown>;

/** The members of an argument that must be an object. */
export function given<T extends object>(field: string, found: T): T {
  if (typeof found !== "object" || found === null) throw argumentError(field, "an object", String(found));
  return found;
}

/** Refuses what is no length of time. */
export function duration(field: string, ms: unknown): void {
  if (typeof ms !== "number" || !(ms >= 0)) throw argumentError(field, "a number from 0 on", String(ms));
}

/** An object's own members, and beside them the request id that goes with the call. */
export function parted<T extends CallOptions>(field: string, found: T): [Omit<T, "requestId">, CallOptions] {
  const { requestId, ...args } = given(field, found);
  return [args, requestId === undefined ? {} : { requestId }];
}
