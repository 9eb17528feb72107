// The way to an engine, wherever it runs: a batch of calls out, their answers back.

import type { PlainError } from "../ground/errors.js";
import type { Compacting } from "../storage/compact.js";
import type { StorageReport } from "../storage/report.js";
import type { Tended } from "../storage/upkeep.js";
import type { ClockReport, StorageFigures, TickAnswer, Wakes } from "../types.generated.js";

/** One call; payloads stand in its arguments as their bytes. */
export interface Call {
  op: string;
  args: Record<string, unknown>;
  requestId?: string;
}

/** The answer of one call, or why it could not be sent. */
export type CallAnswer = { ok: unknown } | { error: PlainError } | { thrown: unknown };

/** The answers of a batch, in order, after its commit; where they are fewer than its calls, the rest is to be sent again. */
export interface Reply {
  answers: CallAnswer[];
  wakes: Wakes;
  /** When time will act next, in Unix ms. */
  nextDueAt: number | null;
  now: number;
  /** By how much engine time went back to the host's clock, in ms, where it did. */
  acceptedMs?: number;
}

/** An engine, near or far. Every method rejects with a TidegateError. */
export interface Port extends Compacting, Tended {
  /** Whether it opens itself again after a panic, so that later calls find a sound engine. */
  readonly reopens: boolean;
  send(calls: Call[]): Promise<Reply>;
  tick(): Promise<TickAnswer>;
  clock(): Promise<ClockReport>;
  acceptClock(): Promise<number>;
  /** Asks again how much may be used, notes what is used, which is asked for where it is not known, and answers the report. */
  measure(figures?: StorageFigures): Promise<StorageReport>;
  /** The database as one SQLite file. */
  exportFile(): Promise<Uint8Array>;
  /** Resolves after so many ms, or when the signal aborts; in time in hidden tabs too, where the engine has a worker. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
