// Giving room back: what is past its retention is deleted, then the pages that hold nothing leave the database, a slice
// at a time, so that no call waits for long.

import type { TickAnswer } from "../types.generated.js";
import type { StorageReport } from "./report.js";

/** How far a compaction has come. */
export interface CompactProgress {
  /** Bytes that were given back so far. */
  freedBytes: number;
  /** Bytes that are left to give. */
  leftBytes: number;
}

export interface CompactOptions {
  /** Ends it between two slices; what was given back stays given back. It then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Hears after every slice. */
  onProgress?(progress: CompactProgress): void;
}

/** What gives room back. */
export interface Compacting {
  /** Gives at most so many bytes of empty pages back; answers how many are left to give. */
  compact(bytesMax: number): Promise<number>;
}

/** What a compaction needs of its engine. */
export interface Compacted {
  tick(): Promise<TickAnswer>;
  measureStorage(): Promise<StorageReport>;
}

/** Bytes that one slice gives back at most. */
const SLICE_BYTES = 1 << 20;

/** Deletes what is past its retention and gives the room back. */
export async function compact(
  engine: Compacted,
  port: Compacting,
  { signal, onProgress }: CompactOptions,
): Promise<CompactProgress> {
  signal?.throwIfAborted();
  while ((await engine.tick()).more) signal?.throwIfAborted();
  const freeBytes = (await engine.measureStorage()).freeBytes ?? 0;
  const progress = { freedBytes: 0, leftBytes: freeBytes };
  for (let before = freeBytes + 1; progress.leftBytes > 0 && progress.leftBytes < before; ) {
    signal?.throwIfAborted();
    before = progress.leftBytes;
    const leftBytes = await port.compact(SLICE_BYTES);
    progress.freedBytes += Math.max(before - leftBytes, 0);
    progress.leftBytes = leftBytes;
    onProgress?.({ ...progress });
  }
  await engine.measureStorage();
  return progress;
}
