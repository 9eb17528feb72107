// The versions of a database, one after each question, and which of them a crash may leave.

/** @typedef {import("../rows/version.mjs").Version} Version */
/** @typedef {import("../disk/log.mjs").Entry} Entry */

/** What was answered last and what was asked last, as numbers of versions. @typedef {{ answered: number, asked: number }} Place */

export class History {
  /** All rows after each question; the first is what the opening made. @type {Version[]} */
  versions = [];
  /**
   * What a refused question had written when its flush failed, and up to which place in the log a kill may bring it back:
   * until the question is refused, and for ever, or until something else is written there, where it was told as
   * `storage.unknown` (Contract: storage.failed-file).
   * @type {Map<number, { version: Version, until: number }>}
   */
  undone = new Map();

  /**
   * The numbers of the versions from one to another whose rows these are; a half where it is what was undone, as far as
   * that may come back at a place in the log.
   * @param {Version} found @param {number} from @param {number} to @param {number} at
   */
  places(found, from, to, at) {
    const places = [];
    for (let number = from; number <= to; number += 1) if (this.versions[number]?.equals(found)) places.push(number);
    for (const [number, { version, until }] of this.undone)
      if (at < until && number > this.changed(from) && number <= to && version.equals(found)) places.push(number - 0.5);
    return places;
  }

  /** The question that made the rows of a version. @param {number} number */
  changed(number) {
    const version = this.versions[number];
    let first = number;
    while (version !== undefined && this.versions[first - 1]?.equals(version)) first -= 1;
    return first;
  }
}

/** What goes on at a place in a log. */
export class Reader {
  /** @type {Place} */
  place = { answered: 0, asked: 0 };
  /** Whether the database was ever opened before. */
  opened = false;
  /** @type {"opening" | "opened" | "asked" | "answered" | "closing" | "closed"} */
  moment = "opening";
  #at = 0;

  /** @param {Entry[]} entries @param {number} place */
  advance(entries, place) {
    for (; this.#at < place; this.#at += 1) {
      const entry = entries[this.#at];
      if (entry === undefined || !("version" in entry)) continue;
      this.moment = entry.did;
      if (entry.did === "answered") this.place.answered = entry.version;
      if (entry.did === "asked") this.place.asked = entry.version;
      this.opened ||= entry.did === "opened";
    }
  }
}
