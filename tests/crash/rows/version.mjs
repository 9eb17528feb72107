// A version of a database: all its rows, compared with those of another, row by row.

import { createHash } from "node:crypto";
import { SqliteFile } from "./file.mjs";

export class Version {
  /** The rows of each table in their order: how many, and a digest of them. @type {Map<string, string>} */
  #tables = new Map();

  /** @param {Uint8Array} bytes a SQLite file */
  constructor(bytes) {
    const file = new SqliteFile(bytes);
    for (const { name, root } of file.tables()) {
      const hash = createHash("sha1");
      let count = 0;
      for (const row of file.rows(root)) {
        hash.update(`${row.length}:`).update(row);
        count += 1;
      }
      this.#tables.set(name, `${count} rows ${hash.digest("base64")}`);
    }
    this.digest = createHash("sha1")
      .update(JSON.stringify([...this.#tables]))
      .digest("base64");
  }

  /** @param {Version} other */
  equals(other) {
    return this.digest === other.digest;
  }

  /** The tables whose rows are not those of another version. @param {Version} other */
  differs(other) {
    const names = new Set([...this.#tables.keys(), ...other.#tables.keys()]);
    const changed = [...names].filter((name) => this.#tables.get(name) !== other.#tables.get(name));
    const counted = (/** @type {string | undefined} */ told) => told?.replace(/ rows .*/, "") ?? "no table";
    return changed.map(
      (name) => `${name} (${counted(this.#tables.get(name))}, not ${counted(other.#tables.get(name))})`,
    );
  }
}
