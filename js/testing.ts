// For tests: an engine in memory whose clock is moved by hand, so that nothing waits and nothing races.

import { Engine, type Surroundings } from "./engine.js";
import type { Timer } from "./ground/alarm.js";
import type { AnyKinds, KindsOf } from "./ground/kinds.js";
import { openLocal, type Retention } from "./lines/local.js";
import { WirePort } from "./lines/wire.js";
import { compiled } from "./load.js";
import { type ClockOptions, checkClock, followsClock } from "./opening/options.js";
import { memoryReport } from "./storage/report.js";

/**
 * A clock that stands still until it is moved. It is the engine's; a claim's `maxWaitMs` and a worker's renewals and
 * heartbeats run on the host's.
 */
export interface ManualClock {
  /** Unix ms. */
  readonly now: number;
  /** Moves the clock on by so many ms, stopping at every instant at which something is due on the way. */
  advance(ms: number): Promise<void>;
}

export interface TestEngine<K = AnyKinds> {
  engine: Engine<K>;
  clock: ManualClock;
}

export interface TestOptions {
  /** Where the clock starts, in Unix ms; 1 000 000 when left out. */
  startAt?: number;
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
export async function openTestEngine<K extends KindsOf<K> = AnyKinds>(
  options: TestOptions = {},
): Promise<TestEngine<K>> {
  checkClock(options.clock);
  let now = options.startAt ?? 1_000_000;
  let alarm: number | null = null;
  const timer: Timer = { set: (at) => (alarm = at) };
  const module = options.module ?? (await compiled());
  const { payloadBytesMax, retention, onClock } = options;
  const limits = { payloadBytesMax, retention, followsClock: followsClock(options.clock) };
  const line = openLocal({ module, clock: () => now, limits, image: options.import });
  const engine = new Engine<K>(new WirePort(line, memoryReport(null)), timer, undefined, { now: () => now, onClock });
  const clock: ManualClock = {
    get now() {
      return now;
    },
    async advance(ms) {
      const until = now + ms;
      for (let next = alarm; next !== null && next <= until; next = alarm) {
        now = Math.max(now, next);
        await engine.tick();
      }
      now = until;
    },
  };
  return { engine, clock };
}
