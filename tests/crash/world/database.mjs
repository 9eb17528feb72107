// A database in the origin's files, and the real engine over it. Each opening is by a worker of its own, as it is in a
// browser: it knows nothing of those before it, and what they held is free.

import { Engine } from "../../../dist/js/engine.js";
import { openFile } from "../../../dist/js/lines/files.js";
import { WirePort } from "../../../dist/js/lines/wire.js";
import { memoryReport } from "../../../dist/js/storage/report.js";
import { clock } from "./host.mjs";

/** @typedef {import("../../../dist/js/lines/line.js").Line} Line */
/** @typedef {import("../../../dist/js/lines/local.js").Limits} Limits */
/** @typedef {import("../disk/image.mjs").Left} Left */

/**
 * How a database is opened.
 * @typedef {{ module: WebAssembly.Module, strict: boolean, limits: Limits, image?: Uint8Array | undefined }} Opening
 */

/** The folder of all databases, as the package has it. */
const FOLDER = ".tidegate";

/** Where the files of a database lie; what lies elsewhere is of no crash. */
const SLOTS = ".opaque";

/** Bytes of a slot's head that its name stands in. */
const NAME_BYTES = 512;

/** Databases so far: each opening gives one a name that no pool of this thread has heard of. */
let names = 0;

export class Database {
  #origin;
  #name = "";

  /** @param {import("../disk/origin.mjs").Origin} origin */
  constructor(origin) {
    this.#origin = origin;
  }

  /** A database of these files. @param {import("../disk/origin.mjs").Origin} origin @param {Left[]} files */
  static async of(origin, files) {
    const database = new Database(origin);
    const folder = await (await database.#moved()).getDirectoryHandle(database.#name, { create: true });
    for (const { path, content } of files) {
      const [, , , room, slot] = path.split("/");
      if (room !== SLOTS || slot === undefined) continue;
      const slots = await folder.getDirectoryHandle(SLOTS, { create: true });
      slots.put(slot, content);
    }
    return database;
  }

  /** The line that questions go over. @param {Opening} opening */
  async open(opening) {
    await this.#moved();
    return openFile({ ...opening, name: this.#name, clock: () => clock.now });
  }

  /** Its files are gone, whoever holds them. */
  async vanish() {
    const all = await this.#origin.root.getDirectoryHandle(FOLDER, { create: true });
    await all.removeEntry(this.#name).catch(() => {});
  }

  /** Gives it the next name; answers the folder of all databases. */
  async #moved() {
    names += 1;
    const all = await this.#origin.root.getDirectoryHandle(FOLDER, { create: true });
    all.move(this.#name, `database-${names}`);
    this.#name = `database-${names}`;
    return all;
  }
}

/** What applications call, over a line. Nothing rings by itself: the walk says when time acts. @param {Line} line */
export function engineOver(line) {
  const port = new WirePort(line, memoryReport(null));
  return { port, engine: new Engine(port, { set: () => {} }) };
}

/** What a slot is called, nothing where it is free. @param {import("../disk/bytes.mjs").Bytes} content */
export function slotName({ view }) {
  const name = view.subarray(0, NAME_BYTES);
  return new TextDecoder().decode(name.subarray(0, Math.max(name.indexOf(0), 0)));
}
