// Watching the log: what happened from a place on, then what happens, without a gap and each event once. Nothing is read
// before it is asked for, so a slow reader holds one page, and loses nothing.

import { TidegateError } from "./errors.js";
import type { Parking } from "./parking.js";
import type { EventPage, EventRecord, ReadEventsArgs } from "./types.generated.js";

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

/** Why the wait of a reader ends that has been told to stop. */
const STOPPED = Symbol("stopped");

/** The events after a place, for one reader. Where it begins is asked for at once, not with the first event. */
export function watch({ signal, after = "", ...filter }: WatchOptions, log: Log): AsyncIterableIterator<EventRecord> {
  const start = after === "" ? log.read({ ...filter, limit: 0 }).then(({ cursor }) => cursor) : Promise.resolve(after);
  // Whoever asks for the first event is told; nobody else needs to be.
  start.catch(() => {});
  const over = new AbortController();
  const events = follow(start, filter, log, over, signal);
  return {
    next: () => events.next(),
    return() {
      over.abort(STOPPED);
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* follow(
  start: Promise<string>,
  filter: ReadEventsArgs,
  { read, parking, reopens }: Log,
  over: AbortController,
  signal?: AbortSignal,
): AsyncGenerator<EventRecord, undefined> {
  const stop = () => over.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  let broken = false;
  try {
    signal?.throwIfAborted();
    let after = await start;
    const attempt = async (): Promise<EventRecord[] | null> => {
      try {
        const { events, cursor, atEnd } = await read({ ...filter, after, limit: PAGE });
        [after, broken] = [cursor, false];
        return events.length > 0 || !atEnd ? events : null;
      } catch (thrown) {
        // The engine that opens itself again is sound by the next call; one that breaks down twice in a row is not.
        if (broken || !reopens || !(thrown instanceof TidegateError && thrown.code === "engine.poisoned")) throw thrown;
        broken = true;
        return attempt();
      }
    };
    for (;;) {
      const events = await parking.wait(["events"], Number.POSITIVE_INFINITY, attempt, over.signal);
      for (const event of events ?? []) {
        signal?.throwIfAborted();
        yield event;
      }
    }
  } catch (thrown) {
    if (thrown !== STOPPED) throw thrown;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
