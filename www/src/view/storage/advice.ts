// What to do when there is no engine, for each code of an error.

import type { Address } from "../../state/storage/address.js";

export interface Advice {
  readonly heading: string;
  readonly text: string;
  readonly retry: string;
  /** Whether going on in memory is a sensible offer. */
  readonly inMemory?: boolean;
  /** Whether saving the file and beginning anew are sensible offers. */
  readonly startOver?: boolean;
}

const ADVICE: Readonly<Record<string, Advice>> = {
  "storage.taken": {
    heading: "The shop is open in another tab",
    text: "One tab at a time holds the database. Close the other tab, or wait a moment if it was closed just now; then try again.",
    retry: "Try again",
  },
  "storage.unavailable": {
    heading: "This browser offers no storage for the engine",
    text: "The engine keeps its state in the browser's own file system (OPFS). Private windows and browsers of before 2023 do not have it, and neither do pages that come over plain http. Try a normal window of a current browser.",
    retry: "Try again",
    inMemory: true,
  },
  "storage.quota": {
    heading: "The storage is full",
    text: "The browser allows this site no more room. Free some space on the disk, or delete data of this site in the browser's settings; then try again. Nothing that was written before is lost.",
    retry: "Try again",
  },
  "storage.damaged": {
    heading: "The database is damaged",
    text: "The file in the browser's storage is not a whole database any more, and the engine does not work on half of one. You can download its files as they are, for someone who knows SQLite, and delete it to begin anew. Where there is a log beside the database (its name ends in -wal), keep both: the database alone lacks what only the log holds.",
    retry: "Try once more",
    startOver: true,
  },
  "storage.newer_schema": {
    heading: "A newer version of this page wrote the database",
    text: "This version would not understand all of it, and leaves it alone. Reload to get the current page; if that does not help, empty the browser's cache for this site.",
    retry: "Try again",
    startOver: true,
  },
  "storage.io": {
    heading: "Reading or writing the storage failed",
    text: "This may pass: try again. If it stays, the disk may be full or failing.",
    retry: "Try again",
  },
  "engine.poisoned": {
    heading: "The engine stopped",
    text: "Something went wrong inside the engine, and it does not answer any more. What it had answered is kept: open it again and the work goes on.",
    retry: "Open again",
  },
};

const UNKNOWN: Advice = {
  heading: "The engine could not be opened",
  text: "This should not happen. Try again; if it stays, what the engine says is below.",
  retry: "Open again",
};

const FORGOTTEN: Advice = {
  heading: "The engine stopped",
  text: "Something went wrong inside the engine, and it does not answer any more. It was in memory: what it knew is gone.",
  retry: "Begin anew",
};

export function adviceFor(code: string, storage: Address["storage"]): Advice {
  if (code === "engine.poisoned" && storage === "memory") return FORGOTTEN;
  return ADVICE[code] ?? UNKNOWN;
}
