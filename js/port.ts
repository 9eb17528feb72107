// The way to an engine, wherever it runs: a batch of calls out, their answers back.

import type { PlainError } from "./errors.js";
import type { ClockReport, Freeable, StorageFigures, TickAnswer, Wakes } from "./types.generated.js";

/** One call; payloads stand in its arguments as their bytes. */
export interface Call {
  op: string;
  args: Record<string, unknown>;
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
  /** `opfs`: the browser's own files of this origin. */
  kind: "memory" | "opfs";
  /** The name of the database; null in memory. */
  name: string | null;
  /**
   * What an answered call survives: power loss (`strict`), the end of the tab or of the browser (`relaxed`), or nothing
   * (`none`, in memory).
   */
  durability: "strict" | "relaxed" | "none";
  /** Whether the browser promised not to clear it when space runs short; null where it does not say. */
  persisted: boolean | null;
  /** Size of the database. */
  databaseBytes: number;
  /** How much of it holds nothing, as of the last `measureStorage`: new rows go there, or `compact` gives it back. */
  freeBytes: number | null;
  /** What is past its retention and not deleted yet, as of the last `measureStorage`; each is counted up to 10 000. */
  freeable: Freeable | null;
  /** What the whole origin keeps, and what it may keep; null where the browser does not say. */
  bytesUsed: number | null;
  quotaBytes: number | null;
  /**
   * Whether it was found full: creates are refused with `storage.quota`. What was created can end, as far as the room
   * goes that was kept for it: 2 MiB of writes.
   */
  full: boolean;
  /** What looking for damage has found so far; it runs in idle moments after the open. */
  checked: "pending" | "sound" | "damaged";
  /** Why the engine is in memory although another storage was asked for, where the caller allowed that. */
  fallback: PlainError | null;
}

/** An engine, near or far. Every method rejects with a TidegateError. */
export interface Port {
  readonly storage: StorageReport;
  /** Whether it opens itself again after a panic, so that later calls find a sound engine. */
  readonly reopens: boolean;
  send(calls: Call[]): Promise<Reply>;
  tick(): Promise<TickAnswer>;
  clock(): Promise<ClockReport>;
  acceptClock(): Promise<number>;
  /** Asks again how much may be used, notes what is used, which is asked for where it is not known, and answers the report. */
  measure(figures?: StorageFigures): Promise<StorageReport>;
  /** Looks for damage in one slice of the database; answers whether there is a next one. */
  check(slice: number): Promise<boolean>;
  /** Keeps room for the day when the storage is full; answers whether there is some. */
  reserve(): Promise<boolean>;
  /** Gives at most so many bytes of empty pages back; answers how many are left to give. */
  compact(bytesMax: number): Promise<number>;
  /** The database as one SQLite file. */
  exportFile(): Promise<Uint8Array>;
  /** Resolves after so many ms, or when the signal aborts; in time in hidden tabs too, where the engine has a worker. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
