// Watching the log: what happened from a place on, then what happens, without a gap and each event once. Nothing is read
// before it is asked for, so a slow reader holds one page, and loses nothing.

import { freed, unshaken } from "../calls/iterable.js";
import type { Parking } from "../calls/parking.js";
import type { EventPage, EventRecord, ReadEventsArgs } from "../types.generated.js";

/** From where on is watched, what, and until when. */
export type WatchOptions = Omit<ReadEventsArgs, "limit"> & { signal?: AbortSignal };

/** What events are read from. */
export interface Log {
  read(args: ReadEventsArgs): Promise<EventPage>;
  parking: Parking;
  /** Whether the engine opens itself again after a panic. */
  reopens: boolean;
}

/** Events that are read at once. */
const PAGE = 256;

/** The events after a place, for one reader. Where it begins is asked for at once, not with the first event. */
export function watch(
  { signal, after = "", ...filter }: WatchOptions,
  log: Log,
): AsyncIterableIterator<EventRecord, void> {
  const start =
    after === ""
      ? log.read({ ...filter, limit: 0 }).then(({ cursor }) => ({ after: cursor }))
      : Promise.resolve({ after });
  // Whoever asks for the first event is told; nobody else needs to be.
  start.catch(() => {});
  return freed((stop) => follow(start, filter, log, stop), signal);
}

async function* follow(
  start: Promise<{ after: string }>,
  filter: ReadEventsArgs,
  { read, parking, reopens }: Log,
  stop: AbortSignal,
): AsyncGenerator<EventRecord, void> {
  let { after } = await start;
  const attempt = async (): Promise<EventRecord[] | null> => {
    const { events, cursor, atEnd } = await unshaken(reopens, () => read({ ...filter, after, limit: PAGE }));
    after = cursor;
    return events.length > 0 || !atEnd ? events : null;
  };
  for (;;) yield* (await parking.wait(["events"], Infinity, attempt, stop)) ?? [];
}
