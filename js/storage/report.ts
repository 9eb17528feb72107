// Where an engine keeps its state, and how well, as its application is told.

import type { PlainError } from "../ground/errors.js";
import type { Freeable } from "../types.generated.js";

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

/** The report of an engine in memory, whose bytes are not asked for before somebody wants them. */
export function memoryReport(fallback: PlainError | null): StorageReport {
  return {
    kind: "memory",
    name: null,
    durability: "none",
    persisted: null,
    databaseBytes: 0,
    freeBytes: null,
    freeable: null,
    bytesUsed: null,
    quotaBytes: null,
    full: false,
    checked: "sound",
    fallback,
  };
}
