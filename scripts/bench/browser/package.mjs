/// <reference lib="dom" />
// The engine as a page has it: the package's own front door, whatever stands between that and the database.

import { parts, shuffle } from "../engine.mjs";

/** @typedef {import("./worker.mjs").Step} Step */
/** @typedef {import("./worker.mjs").Storage} Storage */
/** @typedef {import("../engine.mjs").Terms} Terms */
/**
 * What is used of the package.
 * @typedef {{ executions: { create(args: object): Promise<unknown> }, storage: { checked: string },
 *   claim(args: object): Promise<{ handle: string } | null>,
 *   complete(handle: string, args: object): Promise<unknown>, close(): Promise<void> }} Engine
 */

/** The rest between two looks at whether the checkup of a new database is over, in ms. */
const REST_MS = 50;

export class Package {
  /** @type {string[]} */
  #handles = [];

  /**
   * @param {Engine} engine
   * @param {Terms} terms
   */
  constructor(engine, terms) {
    this.engine = engine;
    this.terms = terms;
    this.input = JSON.parse(terms.input);
    this.result = JSON.parse(terms.output);
  }

  /**
   * @param {Terms} terms
   * @param {Storage} storage
   */
  static async open(terms, { kind, name, strict }) {
    const { openEngine } = await import(new URL("/dist/browser/index.js", location.href).href);
    const durability = strict ? "strict" : "relaxed";
    const storage = kind === "memory" ? { kind } : { kind, name, durability };
    /** @type {Engine} */
    const engine = await openEngine({ storage });
    return new Package(engine, terms);
  }

  /** Waits until what follows an open in idle moments is over. */
  async rested() {
    while (this.engine.storage.checked === "pending") await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }

  /**
   * So many calls, `batch` of them at the same time; answers the ns for each.
   * @param {Step} step
   * @param {number} count
   * @param {number} batch
   */
  async step(step, count, batch) {
    const start = performance.now();
    if (batch === 1) for (let done = 0; done < count; done += 1) await this[step]();
    else for (const part of parts(count, batch)) await Promise.all(Array.from({ length: part }, () => this[step]()));
    return ((performance.now() - start) * 1e6) / count;
  }

  create() {
    const { lane, kind } = this.terms;
    return this.engine.executions.create({ lane, kind, input: this.input });
  }

  async claim() {
    const { lane, worker, leaseTtlMs } = this.terms;
    const claim = await this.engine.claim({ lanes: [lane], worker, leaseTtlMs });
    if (claim === null) throw new Error("there was nothing to claim");
    this.#handles.push(claim.handle);
  }

  complete() {
    const handle = this.#handles.shift();
    if (handle === undefined) throw new Error("nothing is claimed");
    return this.engine.complete(handle, { result: this.result });
  }

  async shuffle() {
    shuffle(this.#handles);
  }

  close() {
    return this.engine.close();
  }
}
