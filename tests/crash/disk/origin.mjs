// An origin's private files in memory, with the interface that browsers give a dedicated worker: folders, files, and
// synchronous handles to them. Every change is written into a log if there is one, and meets the fault that is ordered.

import { Bytes } from "./bytes.mjs";
import { refusal } from "./faults.mjs";

/** @typedef {import("./log.mjs").Log} Log */
/** @typedef {import("./faults.mjs").Order} Order */
/** @typedef {{ create?: boolean }} Creating */

export class Origin {
  /** Where changes are written down. @type {Log | undefined} */
  log;
  /** The fault that the next operations meet. @type {Order | undefined} */
  order;
  #files = 0;

  constructor() {
    this.root = new Folder(this, "");
  }

  /** @param {string} path @param {Bytes} content */
  file(path, content) {
    this.#files += 1;
    this.log?.add({ did: "create", file: this.#files, path });
    return new File(this, this.#files, path, content);
  }
}

export class Folder {
  /** What browsers call it. */
  kind = "directory";
  /** @type {Map<string, Folder | File>} */
  #entries = new Map();

  /** @param {Origin} origin @param {string} path */
  constructor(origin, path) {
    this.origin = origin;
    this.path = path;
  }

  /** @param {string} name @param {Creating} [options] */
  async getDirectoryHandle(name, { create = false } = {}) {
    const found = this.#entries.get(name) ?? (create ? new Folder(this.origin, `${this.path}/${name}`) : undefined);
    if (!(found instanceof Folder)) throw refusal("NotFoundError");
    this.#entries.set(name, found);
    return found;
  }

  /** @param {string} name @param {Creating} [options] */
  async getFileHandle(name, { create = false } = {}) {
    const found = this.#entries.get(name) ?? (create ? this.put(name, new Bytes()) : undefined);
    if (!(found instanceof File)) throw refusal("NotFoundError");
    return found;
  }

  /** Puts a file there with its content. @param {string} name @param {Bytes} content */
  put(name, content) {
    const file = this.origin.file(`${this.path}/${name}`, content);
    this.#entries.set(name, file);
    return file;
  }

  /** @param {string} name */
  async removeEntry(name) {
    const found = this.#entries.get(name);
    if (found === undefined) throw refusal("NotFoundError");
    this.#entries.delete(name);
    found.vanish();
  }

  /**
   * Gives an entry another name; whoever held something in it has let go.
   * @param {string} name @param {string} other
   */
  move(name, other) {
    const found = this.#entries.get(name);
    if (found === undefined) return;
    found.release();
    this.#entries.delete(name);
    this.#entries.set(other, found);
  }

  release() {
    for (const entry of this.#entries.values()) entry.release();
  }

  /** Everything in it is gone, and no handle works any more. */
  vanish() {
    for (const entry of this.#entries.values()) entry.vanish();
    this.#entries.clear();
  }

  async *entries() {
    yield* [...this.#entries];
  }

  async *keys() {
    yield* [...this.#entries.keys()];
  }

  async *values() {
    yield* [...this.#entries.values()];
  }
}

export class File {
  /** What browsers call it. */
  kind = "file";
  /** The one who holds it. @type {Handle | undefined} */
  holder;

  /** @param {Origin} origin @param {number} number @param {string} path @param {Bytes} content */
  constructor(origin, number, path, content) {
    this.origin = origin;
    this.number = number;
    this.path = path;
    this.content = content;
  }

  async createSyncAccessHandle() {
    if (this.holder !== undefined) throw refusal("NoModificationAllowedError");
    this.holder = new Handle(this);
    return this.holder;
  }

  async getFile() {
    const bytes = this.content.view.slice();
    return { size: bytes.length, arrayBuffer: async () => bytes.buffer };
  }

  release() {
    this.holder?.close();
  }

  vanish() {
    this.holder?.invalidate();
    this.content = new Bytes();
  }
}

/** A synchronous handle: its file belongs to it alone until it is closed. */
export class Handle {
  #file;
  #valid = true;

  /** @param {File} file */
  constructor(file) {
    this.#file = file;
  }

  invalidate() {
    this.#valid = false;
  }

  /** @param {Uint8Array} into @param {{ at?: number }} [options] */
  read(into, { at = 0 } = {}) {
    this.#usable();
    return this.#file.content.read(into, at);
  }

  /** @param {Uint8Array} given @param {{ at?: number }} [options] */
  write(given, { at = 0 } = {}) {
    const fault = this.#met("write");
    if (fault === "quota") throw refusal("QuotaExceededError");
    const short = Math.floor(given.length * (this.#file.origin.order?.share ?? 0));
    const length = fault === "short write" ? short : given.length;
    // The caller's bytes lie in memory that it will use again.
    const bytes = given.slice(0, length);
    this.#file.content.write(bytes, at);
    this.#note({ did: "write", file: this.#file.number, at, bytes });
    return bytes.length;
  }

  /** @param {number} size */
  truncate(size) {
    if (this.#met("truncate") === "quota") throw refusal("QuotaExceededError");
    this.#file.content.resize(size);
    this.#note({ did: "truncate", file: this.#file.number, size });
  }

  flush() {
    const fault = this.#met("flush");
    if (fault !== "flush that did not") this.#note({ did: "flush", file: this.#file.number });
    if (fault !== undefined) throw refusal("InvalidStateError");
  }

  getSize() {
    this.#usable();
    return this.#file.content.size;
  }

  close() {
    this.#valid = false;
    if (this.#file.holder === this) this.#file.holder = undefined;
  }

  /** The fault that this operation meets. @param {import("./faults.mjs").Operation} operation */
  #met(operation) {
    this.#usable();
    const { log, order } = this.#file.origin;
    if (!order?.meets(operation, log?.length)) return undefined;
    if (order.fault === "invalid handle") this.invalidate();
    this.#usable();
    return order.fault;
  }

  #usable() {
    if (!this.#valid) throw refusal("InvalidStateError");
  }

  /** @param {import("./log.mjs").Deed} deed */
  #note(deed) {
    this.#file.origin.log?.add(deed);
  }
}
