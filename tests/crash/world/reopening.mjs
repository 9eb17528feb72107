// Opening what a crash left, apart from what is being written down.

import { Database } from "./database.mjs";

/** @typedef {import("./database.mjs").Line} Line */
/** @typedef {import("./database.mjs").Opening} Opening */
/** @typedef {import("../disk/image.mjs").Left} Left */
/** @typedef {(opening?: Opening) => Promise<Line>} Open */

export class Reopening {
  /** @param {import("../disk/origin.mjs").Origin} origin */
  constructor(origin) {
    this.origin = origin;
  }

  /**
   * Looks at what was left; `open` opens it, as often as it is closed, `gone` takes its files away.
   * @template T
   * @param {Left[]} files @param {Opening} opening
   * @param {(open: Open, gone: () => Promise<void>) => Promise<T>} look
   */
  async of(files, opening, look) {
    const { log, order } = this.origin;
    this.origin.log = undefined;
    this.origin.order = undefined;
    const database = await Database.of(this.origin, files);
    /** @type {Line | undefined} */
    let line;
    const open = async (other = opening) => {
      line = await database.open(other);
      return line;
    };
    try {
      return await look(open, () => database.vanish());
    } finally {
      await line?.close();
      await database.vanish();
      this.origin.log = log;
      this.origin.order = order;
    }
  }
}
