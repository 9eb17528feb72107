// What waits in a loop's lanes for other workers: kinds that it has no handler for. It is nobody's failure, a newer version
// of the page may have made them, but whoever forgot a handler should not have to guess.

import type { Executions } from "../operations/executions.js";

/** Lanes and waiting executions of each that are looked at. */
const LANES_MAX = 16;
const EXECUTIONS_MAX = 256;

/** A sentence on what waits for others; undefined where nothing does among what is looked at. */
export async function waitingForOthers(
  executions: Pick<Executions, "counts" | "search">,
  lanes: readonly string[],
  kinds: readonly string[],
): Promise<string | undefined> {
  const counted = (await executions.counts()).lanes.filter(
    ({ lane, counts }) => lanes.includes(lane) && counts.waiting > 0,
  );
  const pages = await Promise.all(
    counted
      .slice(0, LANES_MAX)
      .map(({ lane }) => executions.search({ lane, states: ["waiting"], limit: EXECUTIONS_MAX })),
  );
  const found = new Map<string, number>();
  for (const { kind } of pages.flatMap((page) => page.executions))
    if (!kinds.includes(kind)) found.set(kind, (found.get(kind) ?? 0) + 1);
  if (found.size === 0) return undefined;
  const list = [...found].map(([kind, count]) => `${kind} (${count})`).join(", ");
  return `kinds without a handler here wait in its lanes for other workers: ${list}`;
}
