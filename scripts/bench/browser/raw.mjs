/// <reference lib="dom" />
// The least that a commit could be: one write of a page, and one flush if commits are to reach the disk.

/** @typedef {{ write(bytes: Uint8Array, options: { at: number }): number, flush(): void, close(): void }} Handle */

const PAGE_BYTES = 4096;
/** Pages that are written over and over, as a write-ahead log is. */
const PAGES = 1000;

export class Raw {
  #page = 0;
  #block = new Uint8Array(PAGE_BYTES).fill(7);

  /**
   * @param {Handle} handle
   * @param {boolean} strict
   */
  constructor(handle, strict) {
    this.handle = handle;
    this.strict = strict;
    for (let page = 0; page < PAGES; page += 1) this.#write();
    handle.flush();
  }

  /**
   * @param {string} name
   * @param {boolean} strict
   */
  static async open(name, strict) {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle(name, { create: true });
    const opener = /** @type {{ createSyncAccessHandle(): Promise<Handle> }} */ (/** @type {unknown} */ (file));
    return new Raw(await opener.createSyncAccessHandle(), strict);
  }

  /** @param {number} count @param {number} batch */
  create(count, batch) {
    const start = performance.now();
    for (let done = 0; done < count; done += batch) {
      this.#write();
      if (this.strict) this.handle.flush();
    }
    return ((performance.now() - start) * 1e6) / count;
  }

  claim = this.create;
  complete = this.create;

  shuffle() {}

  close() {
    this.handle.close();
  }

  #write() {
    this.handle.write(this.#block, { at: (this.#page % PAGES) * PAGE_BYTES });
    this.#page += 1;
  }
}
