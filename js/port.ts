// The way to an engine, wherever it runs: a batch of calls out, their answers back.

import type { PlainError } from "./errors.js";
import type { ClockReport, TickAnswer, Wakes } from "./types.generated.js";

/** One call. The payload, if there is one, stands under `field` of its arguments. */
export interface Call {
  op: string;
  args: Record<string, unknown>;
  payload?: { field: string; bytes: Uint8Array };
  requestId?: string;
}

/** The answer of one call. */
export type CallAnswer = { ok: unknown } | { error: PlainError };

/** The answers of a batch, in order, after its commit. */
export interface Reply {
  answers: CallAnswer[];
  wakes: Wakes;
  /** When time will act next, in Unix ms. */
  nextDueAt: number | null;
  now: number;
}

/** Where an engine keeps its state. */
export interface StorageReport {
  kind: "memory";
  /** Whether an answered call survives the end of the process. */
  durable: boolean;
}

/** An engine, near or far. Every method rejects with a TidegateError. */
export interface Port {
  readonly storage: StorageReport;
  send(calls: Call[]): Promise<Reply>;
  tick(): Promise<TickAnswer>;
  clock(): Promise<ClockReport>;
  acceptClock(): Promise<number>;
  close(): Promise<void>;
}
