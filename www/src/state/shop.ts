// An open engine with all that goes with it: the ledger, the crew, the operator, the vitals, and what keeps them current.

import type { Engine } from "tidegate";
import { type BatchReport, type Choice, submitBatch } from "./batch.js";
import { Crew } from "./crew.js";
import { Ledger } from "./ledger.js";
import { nextOrder } from "./numbers.js";
import { Operator } from "./operator.js";
import { Overview } from "./overview.js";
import { Pulse } from "./pulse.js";
import { Questions } from "./questions.js";
import { unfinished } from "./standing.js";
import { Troubles } from "./troubles.js";
import { Vitals } from "./vitals.js";

const LEDGER_REST_MS = 250;
const OVERVIEW_REST_MS = 1_000;
const VITALS_REST_MS = 3_000;

/** What an earlier life of the page left behind. */
export interface Inheritance {
  readonly unfinished: number;
  /** In mid-work, by id. */
  readonly underWay: readonly string[];
}

export class Shop {
  readonly engine: Engine;
  readonly troubles = new Troubles();
  readonly ledger: Ledger;
  readonly crew: Crew;
  readonly vitals: Vitals;
  readonly overview: Overview;
  readonly operator: Operator;
  readonly questions = new Questions();
  readonly inheritance: Inheritance;
  readonly #pulses: Pulse[];
  #nextOrder: number;
  #isLeft = false;

  /** Loads what is there and begins to work. `lost` hears when the engine can no longer be used. */
  static async begin(engine: Engine, lost: (error: unknown) => void): Promise<Shop> {
    const ledger = new Ledger(engine);
    try {
      await ledger.load();
      return new Shop(engine, ledger, await nextOrder(ledger), lost);
    } catch (thrown) {
      // An engine that stayed open would hold the database against the next try.
      await engine.close().catch(() => {});
      throw thrown;
    }
  }

  private constructor(engine: Engine, ledger: Ledger, firstOrder: number, lost: (error: unknown) => void) {
    this.engine = engine;
    this.ledger = ledger;
    this.crew = new Crew(engine, this.troubles);
    this.vitals = new Vitals(engine, this.troubles);
    this.overview = new Overview(engine, () => this.now());
    this.operator = new Operator(engine, () => this.look());
    const { tally } = ledger;
    this.inheritance = {
      unfinished: unfinished(tally),
      underWay: ledger.newest("active", tally.active).map(({ id }) => id),
    };
    this.#nextOrder = firstOrder;
    this.crew.resume();
    const follow = async () => {
      await ledger.refresh();
      if (engine.over !== undefined && !this.#isLeft) lost(engine.over);
    };
    this.#pulses = [
      new Pulse(follow, LEDGER_REST_MS),
      new Pulse(() => this.overview.refresh(), OVERVIEW_REST_MS),
      new Pulse(() => this.vitals.refresh(), VITALS_REST_MS),
    ];
  }

  /** How many executions have not ended. */
  get unfinished(): number {
    return unfinished(this.ledger.tally);
  }

  /** Engine time, in Unix ms. */
  now(): number {
    return Date.now() + this.vitals.aheadMs;
  }

  /** Reads what changed without waiting for the next round. */
  look(): void {
    for (const pulse of this.#pulses) pulse.now();
  }

  /** What was refused keeps its numbers: a call whose answer was lost may have been kept all the same. */
  async submit(choice: Choice, count: number): Promise<BatchReport> {
    const first = this.#nextOrder;
    this.#nextOrder += count;
    const report = await submitBatch(this.engine, choice, count, first);
    this.look();
    return report;
  }

  async close(): Promise<void> {
    await this.#leave(this.engine.close());
  }

  /** Closes the engine and deletes its database. */
  async destroy(): Promise<void> {
    await this.#leave(this.engine.destroy());
  }

  /** A round that waits for an engine that does not answer any more ends with the engine. */
  async #leave(ended: Promise<void>): Promise<void> {
    this.#isLeft = true;
    await Promise.all([ended, ...this.#pulses.map((pulse) => pulse.stop())]);
  }
}
