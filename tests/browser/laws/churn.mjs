// Callers that use an engine in every way at once, at random, and keep account of what was answered.

import { Ledger } from "./laws.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").ClaimedExecution} Claim */
/** @typedef {() => number} Random */

/** Refusals that callers which compete must expect. */
const EXPECTED = ["contention", "state", "validation"];

const LEASE_MS = 60;

/**
 * Numbers from 0 to 1 that follow from a seed.
 * @param {number} seed
 * @returns {Random}
 */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Churn extends Ledger {
  /** What no caller should meet. @type {string[]} */
  unexpected = [];
  #engine;
  #random;
  #heard;

  /**
   * @param {Engine} engine
   * @param {Random} random
   * @param {(answered: { created?: string, completed?: [string, number, string] }) => void} heard
   */
  constructor(engine, random, heard) {
    super();
    this.#engine = engine;
    this.#random = random;
    this.#heard = heard;
  }

  /** Starts so many callers, which end with the page or with the worker of the engine. */
  start(callers = 6) {
    for (let caller = 0; caller < callers; caller++) void this.#call();
  }

  async #call() {
    for (;;) {
      try {
        await this.#step();
      } catch (thrown) {
        const { category, message } = /** @type {import("../../../dist/js/index.js").TidegateError} */ (thrown);
        if (!EXPECTED.includes(category)) return void this.unexpected.push(String(message));
      }
    }
  }

  #step() {
    const chance = this.#random();
    if (chance < 0.3) return this.#createSome();
    if (chance < 0.33) return this.#cancel();
    return this.#work();
  }

  async #createSome() {
    const creates = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, async () => {
      const { executionId } = await this.#engine.executions.create({
        lane: "crash",
        kind: "k",
        input: "x".repeat(Math.floor(this.#random() * 2_000)),
        retry: { maxRetries: 2, backoff: { type: "fixed", delayMs: 5 } },
      });
      this.created.push(executionId);
      this.#heard({ created: executionId });
    });
    await Promise.all(creates);
  }

  async #cancel() {
    const id = this.created[Math.floor(this.#random() * this.created.length)];
    if (id !== undefined) await this.#engine.executions.cancel(id);
  }

  async #work() {
    const claim = await this.#engine.claim({ lanes: ["crash"], worker: { id: "w" }, leaseTtlMs: LEASE_MS });
    if (claim === null) return this.#createSome();
    const chance = this.#random();
    if (chance < 0.7) return this.#complete(claim);
    if (chance < 0.85)
      return void (await this.#engine.fail(claim.handle, { reason: { message: "no" }, class: "transient" }));
    await this.#engine.renew(claim.handle);
    // Whatever the chance leaves here is never ended: its lease runs out.
    await this.#engine.progress(claim.handle, 50);
  }

  /** @param {Claim} claim */
  async #complete({ executionId, attemptIndex, handle }) {
    const result = `${executionId} by ${handle.slice(-12)}`;
    await this.#engine.complete(handle, { result });
    this.completed.push([executionId, attemptIndex, result]);
    this.#heard({ completed: [executionId, attemptIndex, result] });
  }
}
