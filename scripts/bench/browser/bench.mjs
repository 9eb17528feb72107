/// <reference lib="dom" />
// What every measurement in a browser needs: the worker, the plan, contestants on a ground, and where lines go.

import { BenchWorker, Inside } from "./bench-worker.mjs";
import { Package } from "./package.mjs";

/** @typedef {import("./race.mjs").Laps} Laps */
/** @typedef {import("./counting.mjs").Counts} Counts */
/**
 * A line before Rust has made it one.
 * @typedef {{ words: string, above: number[], below: number[], least: number }} Wanted
 * @typedef {{ place: string, scenario: string, laps: Laps, target?: Wanted | undefined }} Timed
 * @typedef {{ place: string, scenario: string, counts: Record<string, Counts> }} Counted
 * @typedef {(line: Timed | Counted) => Promise<void>} Take
 * @typedef {{ quick: boolean, filter: string }} Plan
 * @typedef {{ name: string, kind: "memory" | "opfs", strict: boolean }} Ground
 */

export class Bench {
  #made = 0;
  #place = "";

  /**
   * @param {Plan} plan
   * @param {Take} take
   */
  static async begun(plan, take) {
    const worker = await BenchWorker.start();
    const { terms, sqlite } = await worker.ask("begin");
    return new Bench(plan, take, worker, terms, sqlite);
  }

  /**
   * @param {Plan} plan
   * @param {Take} take
   * @param {BenchWorker} worker
   * @param {import("../engine.mjs").Terms} terms
   * @param {string} sqlite
   */
  constructor(plan, take, worker, terms, sqlite) {
    this.plan = plan;
    this.hand = take;
    this.worker = worker;
    this.terms = terms;
    this.sqlite = sqlite;
  }

  /**
   * Measures at a place, unless the filter asks for none of it: its scenarios are known only to the measurement.
   * @param {string} place
   * @param {(bench: Bench, ground: Ground) => Promise<void>} measurement
   * @param {Ground} ground
   */
  async at(place, measurement, ground) {
    const { filter } = this.plan;
    const [asked = ""] = filter.split(": ");
    if (filter.startsWith("Chromium") && !place.startsWith(asked) && !asked.startsWith(place)) return;
    this.#place = place;
    await measurement(this, ground);
  }

  /**
   * Hands over a line of this place, if it is wanted.
   * @param {Omit<Timed, "place"> | Omit<Counted, "place">} line
   */
  async take(line) {
    const place = this.#place;
    if (`${place}: ${line.scenario}`.includes(this.plan.filter)) await this.hand({ place, ...line });
  }

  /** Rounds of a race. */
  get rounds() {
    return this.plan.quick ? 3 : 11;
  }

  /**
   * A storage of a new name.
   * @param {Ground} ground
   */
  storage({ kind, strict }) {
    this.#made += 1;
    return { kind, name: `bench-${this.#made}`, strict };
  }

  /**
   * A contestant in the worker.
   * @param {string} who
   * @param {Ground} ground
   */
  inside(who, ground) {
    return Inside.open(this.worker, who, this.storage(ground));
  }

  /**
   * The engine through the package, on this page.
   * @param {Ground} ground
   */
  async onPage(ground) {
    const engine = await Package.open(this.terms, this.storage(ground));
    await engine.rested();
    return engine;
  }

  /**
   * Those that the engine is measured against; they always run in the worker.
   * @param {Ground} ground
   * @returns {Promise<Record<string, Inside>>}
   */
  async floors(ground) {
    const [rows, bare] = [await this.inside("rows", ground), await this.inside("bare", ground)];
    return ground.kind === "memory" ? { rows, bare } : { rows, bare, raw: await this.inside("raw", ground) };
  }
}

/**
 * Asks for a least ratio of two lists of times.
 * @param {string} of
 * @param {number[] | undefined} above
 * @param {number[] | undefined} below
 * @param {number} least
 * @returns {Wanted}
 */
export function atLeast(of, above = [], below = [], least = 0) {
  return { words: `at least ${least} ${of}`, above, below, least };
}

/** @param {Record<string, import("./race.mjs").Runner>} runners */
export async function closeAll(runners) {
  for (const runner of Object.values(runners)) await runner.close();
}
