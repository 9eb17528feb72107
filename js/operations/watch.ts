// Watching one execution to its end: how it stands, then how it stands after every change of its state or its progress.

import { freed, unshaken } from "../calls/iterable.js";
import { TidegateError } from "../ground/errors.js";
import { onlyFields } from "../ground/fields.js";
import type { EventStream, ExecutionSnapshot } from "../types.generated.js";
import type { Log } from "./events.js";

/** Until when an execution is watched. */
export interface ExecutionWatchOptions {
  signal?: AbortSignal;
}

/** What an execution is watched with. */
export interface Sight extends Log {
  describe(executionId: string): Promise<ExecutionSnapshot | null>;
  /** Rejects for an execution that is unknown. */
  known(executionId: string): Promise<unknown>;
}

/** Events that are read at once. */
const PAGE = 256;

/** States in which nothing follows, unless somebody replays. */
const ENDS = new Set<string>(["completed", "failed", "cancelled", "expired", "skipped"]);

/** The snapshots of an execution, the last of them that of its end. Changes that come while nobody asks are one. */
export function snapshots(
  executionId: string,
  { signal, ...others }: ExecutionWatchOptions,
  sight: Sight,
): AsyncIterableIterator<ExecutionSnapshot, void> {
  onlyFields(others, ["signal"]);
  return freed((stop) => follow(executionId, sight, stop), signal);
}

async function* follow(executionId: string, sight: Sight, stop: AbortSignal): AsyncGenerator<ExecutionSnapshot, void> {
  const { reopens } = sight;
  const streams: EventStream[] = ["execution", "progress"];
  const newest = async () => (await unshaken(reopens, () => sight.read({ limit: 0 }))).cursor;
  const look = () => unshaken(reopens, () => sight.describe(executionId));
  // It begins before the first look, so that nothing falls between the two.
  let after = await newest();
  const changed = async (): Promise<true | null> => {
    try {
      const page = await unshaken(reopens, () => sight.read({ executionId, streams, after, limit: PAGE }));
      after = page.cursor;
      return page.events.length > 0 || !page.atEnd ? true : null;
    } catch (error) {
      if (!(error instanceof TidegateError) || error.code !== "state.cursor_too_old") throw error;
      // Nothing is lost by it: how it stands now is looked at.
      after = await newest();
      return true;
    }
  };
  let now = await look();
  if (now === null) await sight.known(executionId);
  while (now !== null) {
    yield now;
    if (ENDS.has(now.publicState)) return;
    await sight.parking.wait(["events"], Infinity, changed, stop);
    now = await look();
  }
}
