// For tests: an engine in memory whose clock is moved by hand, so that nothing waits and nothing races.

import { Engine, type Surroundings } from "./engine.js";
import { onAbort } from "./ground/aborts.js";
import type { Timer } from "./ground/alarm.js";
import { argumentError } from "./ground/errors.js";
import { given, onlyFields } from "./ground/fields.js";
import type { AnyKinds, KindsOf } from "./ground/kinds.js";
import type { Pace } from "./ground/pace.js";
import { openLocal, type Retention } from "./lines/local.js";
import { WirePort } from "./lines/wire.js";
import { compiled } from "./load.js";
import { type ClockOptions, checkClock, followsClock } from "./opening/options.js";
import { memoryReport } from "./storage/report.js";

/**
 * A clock that stands still until it is moved. All that lasts goes by it: what is due in the engine, `maxWaitMs` and
 * `timeoutMs`, and the renewals, heartbeats and rests of workers.
 */
export interface ManualClock {
  /** Unix ms. */
  readonly now: number;
  /** Moves the clock on by so many ms, stopping at every instant at which something is due on the way. */
  advance(ms: number): Promise<void>;
  /**
   * Moves the clock to an instant. One before now is refused, unless it is to go `back`, as when somebody puts a clock
   * right: then nothing rings on the way, and durations go on as if nothing had been.
   */
  set(at: number | Date, options?: { back?: boolean }): Promise<void>;
}

export interface TestEngine<K = AnyKinds> {
  engine: Engine<K>;
  clock: ManualClock;
}

export interface TestOptions {
  /** Where the clock starts, in Unix ms or as a Date; 1 000 000 when left out. */
  startAt?: number | Date;
  payloadBytesMax?: number;
  retention?: Retention;
  import?: Uint8Array;
  /** The compiled engine, for hosts that compile it themselves. */
  module?: WebAssembly.Module;
  /** Whether engine time goes back with the clock; it stands when left out. */
  clock?: ClockOptions & { now?: never };
  onClock?: Surroundings["onClock"];
}

/** Opens an engine in memory with a manual clock. */
export async function openTestEngine<K extends KindsOf<K> = AnyKinds>(found: TestOptions = {}): Promise<TestEngine<K>> {
  const options = given("options", found);
  onlyFields(options, OPTIONS);
  checkClock(options.clock);
  const hand = new Hand(instant("startAt", options.startAt ?? 1_000_000));
  const module = options.module ?? (await compiled());
  const { payloadBytesMax, retention, onClock } = options;
  const limits = { payloadBytesMax, retention, followsClock: followsClock(options.clock) };
  const now = () => hand.at;
  const line = openLocal({ module, clock: now, limits, image: options.import });
  const engine = new Engine<K>(new WirePort(line, memoryReport(null)), hand, hand, { now, onClock });
  hand.tick = () => engine.tick();
  const clock: ManualClock = {
    get now() {
      return hand.at;
    },
    advance: async (ms) => hand.turn(hand.at + duration(ms)),
    set: async (given, options = {}) => {
      const at = instant("at", given);
      if (at >= hand.at) return hand.turn(at);
      if (options.back !== true)
        throw argumentError("at", `now (${hand.at}) or later, or { back: true } beside it`, String(at));
      hand.at = at;
    },
  };
  return { engine, clock };
}

const OPTIONS = ["startAt", "payloadBytesMax", "retention", "import", "module", "clock", "onClock"];

/** Whoever sleeps until the hand has come so far. */
interface Sleeper {
  at: number;
  wake: () => void;
}

/** The hand of a clock: the engine's alarm and the rests of all that waits, in the order of their instants. */
class Hand implements Pace, Timer {
  /** Unix ms. */
  at: number;
  tick: () => Promise<unknown> = () => Promise.resolve();
  #alarm: number | null = null;
  /** Ms that it has been turned on; never less, whatever the clock shows. */
  #turned = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(at: number) {
    this.at = at;
  }

  set(at: number | null): void {
    this.#alarm = at;
  }

  now(): number {
    return this.#turned;
  }

  /** It never jumps beside what is measured: nobody sleeps through anything here. */
  wall(): number {
    return this.#turned;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || ms <= 0) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        deaf();
        resolve();
      };
      const sleeper = { at: this.#turned + ms, wake };
      this.#sleepers.add(sleeper);
      const deaf = onAbort(signal, wake);
    });
  }

  /** Turns on, from one instant at which something is due to the next, and lets all that it woke come to rest. */
  async turn(until: number): Promise<void> {
    await settled();
    for (let next = this.#next(); next <= until; next = this.#next()) {
      this.#go(Math.max(this.at, next));
      for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#turned) sleeper.wake();
      if (this.#alarm !== null && this.#alarm <= this.at) await this.tick();
      await settled();
    }
    this.#go(until);
  }

  #go(at: number): void {
    this.#turned += at - this.at;
    this.at = at;
  }

  /** The next instant at which something is due. */
  #next(): number {
    const asleep = Array.from(this.#sleepers, ({ at }) => this.at + at - this.#turned);
    return Math.min(this.#alarm ?? Number.POSITIVE_INFINITY, ...asleep);
  }
}

/** Turns of the event loop in which calls are gathered, answered, and heard of. */
const TURNS = 4;

async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setTimeout(resolve));
}

function duration(ms: number): number {
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw argumentError("ms", "a number of ms, 0 or more; to put the clock back use set", shown(ms));
}

function instant(field: string, at: number | Date): number {
  const ms = at instanceof Date ? at.getTime() : at;
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw argumentError(field, "an instant as Unix ms or a Date", shown(at));
}

function shown(found: unknown): string {
  return typeof found === "number"
    ? String(found)
    : typeof found === "string"
      ? JSON.stringify(found)
      : `a ${typeof found}`;
}
