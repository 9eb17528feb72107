// Waiting for an end, of an execution or of a flow. The engine answers a question that came too early with a place to go
// on from, so that no end is missed between two of them.

import { onlyFields } from "../ground/fields.js";
import type { Parking } from "./parking.js";
import { duration, given, idKey } from "./send.js";

/** How long an end is waited for. */
export interface WaitOptions {
  /** Gives up: the wait rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Without a limit when left out. */
  timeoutMs?: number;
}

/** What a question is answered that came before the end: it goes on from there. */
interface Pending<A> {
  pending: true;
  after: A;
}

/** Asks until there is an end, whenever the id is told to have one; null when the time is over before. */
export async function awaited<T extends object, A>(
  parking: Parking,
  id: string,
  ask: (after?: A) => Promise<T | Pending<A>>,
  options: WaitOptions,
): Promise<T | null> {
  const { signal, timeoutMs = Infinity, ...others } = given("options", options);
  duration("timeoutMs", timeoutMs);
  onlyFields(others, ["signal", "timeoutMs"]);
  let after: A | undefined;
  const attempt = async () => {
    const answer = await ask(after);
    if (!("pending" in answer)) return answer;
    after = answer.after;
    return null;
  };
  return parking.wait([`finished:${idKey(id)}`], timeoutMs, attempt, signal);
}
