// An open engine with all that goes with it: the ledger, the crew, the operator, the vitals, and what keeps them current:
// the engine tells what happens, and nothing is asked of it while nothing does.

import type { Engine, EventRecord } from "tidegate";
import { Feed } from "./events/feed.js";
import { Tidings } from "./events/tidings.js";
import { type BatchReport, type Choice, submitBatch } from "./executions/batch.js";
import { Finding } from "./executions/finding.js";
import { Ledger } from "./executions/ledger.js";
import { nextOrder } from "./executions/numbers.js";
import { type Tally, unfinished } from "./executions/standing.js";
import { Flows } from "./flows/flows.js";
import { Clock } from "./ground/clock.js";
import { Pulse } from "./ground/pulse.js";
import { Troubles } from "./ground/troubles.js";
import { Operator } from "./operator/operator.js";
import { Overview } from "./operator/overview.js";
import { Questions } from "./operator/questions.js";
import { Vitals } from "./storage/vitals.js";
import { Crew } from "./workers/crew.js";

/** The rests between two readings of what events changed, in ms. */
const LEDGER_REST_MS = 100;
const FINDING_REST_MS = 250;
const OVERVIEW_REST_MS = 1_000;
const VITALS_REST_MS = 3_000;
/** The rest before what could not be read is tried again. */
const AGAIN_MS = 1_000;
/** How often what is under way, and what only waits, is drawn anew. */
const LIVE_MS = 250;
const WAIT_MS = 1_000;

/** Of those that wait, so many are looked at for what had begun. */
const GIVEN_BACK_MAX = 100;

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
  readonly finding: Finding;
  readonly feed: Feed;
  readonly flows: Flows;
  /** Rings while something on the page changes by time alone. */
  readonly clock: Clock;
  readonly questions = new Questions();
  readonly inheritance: Inheritance;
  readonly #pulses: Readonly<Record<"ledger" | "finding" | "overview" | "vitals", Pulse>>;
  readonly #tidings: Tidings;
  readonly #lost: (error: unknown) => void;
  #nextOrder: number;
  #isLeft = false;

  /** Loads what is there and begins to work. `lost` hears when the engine can no longer be used. */
  static async begin(engine: Engine, lost: (error: unknown) => void): Promise<Shop> {
    const ledger = new Ledger(engine);
    try {
      const after = await ledger.load();
      return new Shop(engine, ledger, after, await nextOrder(ledger), lost);
    } catch (thrown) {
      // An engine that stayed open would hold the database against the next try.
      await engine.close().catch(() => {});
      throw thrown;
    }
  }

  private constructor(
    engine: Engine,
    ledger: Ledger,
    after: string,
    firstOrder: number,
    lost: (error: unknown) => void,
  ) {
    this.engine = engine;
    this.ledger = ledger;
    this.#lost = lost;
    this.crew = new Crew(engine, this.troubles);
    this.vitals = new Vitals(engine, this.troubles);
    this.overview = new Overview(engine, () => this.now());
    this.finding = new Finding(engine, () => this.now());
    this.feed = new Feed(engine);
    this.flows = new Flows(engine);
    this.operator = new Operator(engine, (executionId) => this.look(executionId));
    this.clock = new Clock(() => restOf(ledger.tally));
    const { tally } = ledger;
    this.inheritance = {
      unfinished: unfinished(tally),
      underWay: [
        ...ledger.newest("active", tally.active),
        // The opening took them from the worker that is gone.
        ...ledger
          .newest("waiting", Math.min(tally.waiting, GIVEN_BACK_MAX))
          .filter(({ startedAt }) => startedAt !== undefined),
      ].map(({ id }) => id),
    };
    this.#nextOrder = firstOrder;
    this.crew.resume();
    this.#pulses = this.#begun();
    this.#tidings = new Tidings(engine, after, {
      heard: (event) => this.#heard(event),
      anew: () => ledger.load(),
      failed: (thrown) => this.#failed(thrown),
    });
  }

  /** How many executions have not ended. */
  get unfinished(): number {
    return unfinished(this.ledger.tally);
  }

  /** Engine time, in Unix ms. */
  now(): number {
    return Date.now() + this.vitals.aheadMs;
  }

  /** Reads what changed without waiting for an event; there is none about a tag or a lane. */
  look(executionId?: string): void {
    if (executionId !== undefined) this.ledger.touch(executionId);
    for (const pulse of Object.values(this.#pulses)) pulse.now();
    this.flows.look();
  }

  /** What was refused keeps its numbers: a call whose answer was lost may have been kept all the same. */
  async submit(choice: Choice, count: number, delayMs = 0): Promise<BatchReport> {
    const first = this.#nextOrder;
    this.#nextOrder += count;
    const beginAt = delayMs > 0 ? Math.floor(this.now()) + delayMs : undefined;
    const report = await submitBatch(this.engine, choice, count, first, beginAt);
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

  #begun() {
    const follow = async () => {
      await this.ledger.refresh();
      this.clock.wind();
      return this.ledger.trouble === undefined ? undefined : AGAIN_MS;
    };
    const quietly = (round: () => Promise<void>) => () => round().then(() => undefined);
    return {
      ledger: new Pulse(follow, LEDGER_REST_MS),
      finding: new Pulse(
        quietly(() => this.finding.refresh()),
        FINDING_REST_MS,
      ),
      overview: new Pulse(
        quietly(() => this.overview.refresh()),
        OVERVIEW_REST_MS,
      ),
      vitals: new Pulse(() => this.vitals.refresh(), VITALS_REST_MS),
    };
  }

  /** Has read anew what an event changed, and nothing else. */
  #heard(event: EventRecord): void {
    const { ledger, finding, overview, vitals } = this.#pulses;
    this.flows.hear(event);
    if (event.lease !== undefined || event.cause.startsWith("worker_")) overview.soon();
    // A heartbeat tells no more than that somebody is still there, and a flow is told by its members; a renewal and a
    // progress change how an execution looks, but no count.
    if (event.executionId === undefined) return;
    this.ledger.hear(event);
    ledger.soon();
    if (event.cause === "renewed" || event.cause === "progress_reported") return;
    finding.soon();
    vitals.soon();
  }

  #failed(thrown: unknown): void {
    const { over } = this.engine;
    if (over === undefined) this.troubles.meet("What happens could not be read, and is tried again", thrown);
    else if (!this.#isLeft) this.#lost(over);
  }

  /** A round that waits for an engine that does not answer any more ends with the engine. */
  async #leave(ended: Promise<void>): Promise<void> {
    this.#isLeft = true;
    this.#tidings.stop();
    this.feed.rest();
    this.clock.stop();
    await Promise.all([ended, this.flows.stop(), ...Object.values(this.#pulses).map((pulse) => pulse.stop())]);
  }
}

/** After how long something will look different by time alone. */
function restOf({ active, delayed, waiting }: Tally): number | undefined {
  if (active + delayed > 0) return LIVE_MS;
  return waiting > 0 ? WAIT_MS : undefined;
}
