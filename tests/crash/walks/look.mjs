// What a question made of the files, seen in the log: a copy of the log into the database, a database that became
// shorter, a transaction that outgrew the memory for pages.

import { isHead } from "../disk/head.mjs";

/** @typedef {import("../disk/log.mjs").Entry} Entry */

const DATABASE = "tidegate.db";
const JOURNAL = "tidegate.db-wal";

/** What SQLite keeps of pages in memory; a transaction that writes more has spilled. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** How many writes went into the database, how often it became shorter, how many bytes went into the log. */
const nothing = () => ({ copied: 0, shorter: 0, logged: 0 });

export class Look {
  /** What the slots are called now. @type {Map<number, string>} */
  #names = new Map();
  #log;
  #occurrences;
  #at = 0;
  /** How long the database's file is. */
  #bytes = 0;

  /** @param {import("../disk/log.mjs").Log} log @param {import("../world/occurrences.mjs").Occurrences} occurrences */
  constructor(log, occurrences) {
    this.#log = log;
    this.#occurrences = occurrences;
  }

  /** Looks at all since the last question. */
  asked() {
    let seen = nothing();
    for (; this.#at < this.#log.length; this.#at += 1) {
      const entry = this.#log.entries[this.#at];
      if (entry?.did === "asked") seen = nothing();
      if (entry?.did === "write") this.#written(entry, seen);
      if (entry?.did === "truncate") this.#truncated(entry, seen);
    }
    this.#occurrences.add("schedules: a log that was copied", seen.copied > 0 ? 1 : 0);
    this.#occurrences.add("schedules: a database that became shorter", seen.shorter > 0 ? 1 : 0);
    this.#occurrences.add("schedules: a transaction that spilled", seen.logged > CACHE_BYTES ? 1 : 0);
  }

  /** @param {Extract<Entry, { did: "truncate" }>} truncate @param {{ shorter: number }} seen */
  #truncated({ file, size }, seen) {
    if (this.#names.get(file) !== DATABASE) return;
    seen.shorter += size < this.#bytes ? 1 : 0;
    this.#bytes = size;
  }

  /** @param {Extract<Entry, { did: "write" }>} write @param {{ copied: number, logged: number }} seen */
  #written({ file, at, bytes }, seen) {
    if (isHead(at, bytes)) {
      this.#names.set(file, new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
      return;
    }
    if (this.#names.get(file) === DATABASE) {
      seen.copied += 1;
      this.#bytes = Math.max(this.#bytes, at + bytes.length);
    }
    if (this.#names.get(file) === JOURNAL) seen.logged += bytes.length;
  }
}
