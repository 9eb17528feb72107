/// <reference lib="dom" />
// The page's side of the worker: commands out by message, answers back by their number.

/** @typedef {import("./worker.mjs").Step} Step */
/** @typedef {import("./worker.mjs").Storage} Storage */

export class BenchWorker {
  #latest = 0;
  /** @type {Map<number, { resolve: (ok: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  /** Starts the worker; resolves when it has loaded the engine. */
  static async start() {
    const worker = new BenchWorker(new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" }));
    await worker.#answer(0);
    return worker;
  }

  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    worker.onmessage = ({ data: { id, ok, error } }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(ok);
      else waiting?.reject(new Error(error));
    };
    worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message));
    };
  }

  /**
   * @param {string} command
   * @param {unknown[]} args
   */
  ask(command, ...args) {
    this.#latest += 1;
    this.worker.postMessage({ id: this.#latest, command, args });
    return this.#answer(this.#latest);
  }

  /**
   * @param {number} id
   * @returns {Promise<any>}
   */
  #answer(id) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
}

/** A contestant in the worker, as the page sees it. */
export class Inside {
  /**
   * @param {BenchWorker} worker
   * @param {string} slot
   */
  constructor(worker, slot) {
    this.worker = worker;
    this.slot = slot;
  }

  /**
   * @param {BenchWorker} worker
   * @param {string} who
   * @param {Storage} storage
   */
  static async open(worker, who, storage) {
    await worker.ask("open", storage.name, who, storage);
    return new Inside(worker, storage.name);
  }

  /**
   * @param {Step} step
   * @param {number} count
   * @param {number} batch
   * @returns {Promise<number>}
   */
  step(step, count, batch) {
    return this.worker.ask("step", this.slot, step, count, batch);
  }

  /**
   * @param {Step} step
   * @param {number} count
   * @param {number} batch
   * @returns {Promise<import("./counting.mjs").Counts>}
   */
  counts(step, count, batch) {
    return this.worker.ask("count", this.slot, step, count, batch);
  }

  shuffle() {
    return this.worker.ask("shuffle", this.slot);
  }

  close() {
    return this.worker.ask("close", this.slot);
  }
}
