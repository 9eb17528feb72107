// What was done to the files of an origin, in order, with the questions to the engine around it. Reads are not written
// down: they leave nothing that a crash could take.

import { createHash } from "node:crypto";

/**
 * What happened to a file; files are known by a number, because several may have the same path one after the other.
 * @typedef {{ did: "write", file: number, at: number, bytes: Uint8Array }
 *   | { did: "truncate", file: number, size: number }} Change
 * @typedef {Change | { did: "create", file: number, path: string } | { did: "flush", file: number }} Deed
 */

/**
 * What happened to the engine: `version` counts the questions that were asked.
 * @typedef {"opening" | "opened" | "asked" | "answered" | "closing" | "closed"} Moment
 * @typedef {{ did: Moment, version: number }} Mark
 * @typedef {Deed | Mark} Entry
 */

export class Log {
  /** @type {Entry[]} */
  entries = [];

  /** @param {Entry} entry */
  add(entry) {
    this.entries.push(entry);
  }

  get length() {
    return this.entries.length;
  }

  /** The same for two logs only if the same happened in both. */
  digest() {
    const hash = createHash("sha256");
    for (const entry of this.entries) {
      hash.update(`${line(entry)}\n`);
      if (entry.did === "write") hash.update(entry.bytes);
    }
    return hash.digest("hex");
  }
}

/**
 * An entry as a line to be read.
 * @param {Entry} entry
 */
export function line(entry) {
  if (entry.did === "write") return `write ${entry.bytes.length} bytes at ${entry.at} of file ${entry.file}`;
  if (entry.did === "truncate") return `truncate file ${entry.file} to ${entry.size}`;
  if (entry.did === "create") return `create file ${entry.file}`;
  if (entry.did === "flush") return `flush file ${entry.file}`;
  return `${entry.did}, version ${entry.version}`;
}
