// Opening an engine.

import { Engine } from "./engine.js";
import { type PlainError, revived, TidegateError } from "./errors.js";
import type { Line } from "./line.js";
import { compiled } from "./load.js";
import { type Limits, openLocal, type Retention } from "./local.js";
import { openInWorker, UNSUPPORTED } from "./opfs.js";
import { checkOptions } from "./options.js";
import type { StorageReport } from "./port.js";
import { space } from "./space.js";
import { Upkeep } from "./upkeep.js";
import { WirePort } from "./wire.js";

/** In memory: gone when the engine is closed. Works on any host and in any thread. */
export interface MemoryStorage {
  kind: "memory";
}

/** In the browser's own files of this origin, held by one engine at a time. Works on pages and in workers. */
export interface OpfsStorage {
  kind: "opfs";
  /** 1 to 64 letters, digits, `-`, `_` or `.` */
  name: string;
  /** What an answered call survives: power loss (`strict`, when left out), or the end of the browser (`relaxed`). */
  durability?: "strict" | "relaxed";
  /** Asks the browser never to clear this origin by itself; some ask the visitor. Needs a page. */
  persist?: boolean;
  /**
   * Allows an engine in memory where the browser has no such files at all; `engine.storage.fallback` then says why. What
   * is taken, damaged or full is refused all the same.
   */
  fallback?: "memory";
  /** How long to wait for another engine to let go of the files, in ms; 1 000 when left out. */
  waitMs?: number;
}

export interface OpenOptions {
  /** Where the state is kept. */
  storage: MemoryStorage | OpfsStorage;
  /** A SQLite file to begin with, as `engine.export()` gives it; only where there is no database yet. */
  import?: Uint8Array;
  /** The compiled engine, for hosts that compile it themselves. The first one in a thread serves all its engines. */
  module?: WebAssembly.Module;
  /** Where the wasm file is, for those who host it themselves; beside this package when left out. */
  wasmUrl?: string | URL;
  /** Where the worker's file is, for pages that forbid workers from a blob; carried along when left out. */
  workerUrl?: string | URL;
  /** The limit of one payload in bytes: 1 MiB when left out, at most 16 MiB. */
  payloadBytesMax?: number;
  /** For how long what is over is kept; for ever where nothing is set. An execution may have a retention of its own. */
  retention?: Retention;
}

const WAIT_MS = 1_000;

/** Opens an engine. Rejects with a TidegateError; falls back to another storage only where the caller allowed it. */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  checkOptions(options);
  const { storage } = options;
  try {
    const module = options.module ?? (await compiled(options.wasmUrl));
    if (storage.kind === "memory") return await inMemory(options, module, null);
    return await inFiles(options, storage, module).catch((thrown) => {
      // Only for want of such files: a database that is there and does not open now must not be passed over.
      const missing = thrown instanceof TidegateError && thrown.details["reason"] === UNSUPPORTED;
      if (!missing || storage.fallback !== "memory") throw thrown;
      return inMemory(options, module, thrown.toJSON());
    });
  } catch (thrown) {
    throw revived(thrown);
  }
}

async function inMemory(
  options: OpenOptions,
  module: WebAssembly.Module,
  fallback: PlainError | null,
): Promise<Engine> {
  const line = openLocal({ module, limits: limits(options), image: options.import });
  return new Engine(await measured(line, memoryReport(fallback)));
}

async function inFiles(options: OpenOptions, storage: OpfsStorage, module: WebAssembly.Module): Promise<Engine> {
  const { name, durability = "strict", waitMs = WAIT_MS, persist = false } = storage;
  if (persist) await globalThis.navigator?.storage?.persist?.().catch(() => false);
  const strict = durability === "strict";
  const opening = { module, name, strict, limits: limits(options), image: options.import, waitMs };
  const line = await openInWorker(opening, options.workerUrl);
  const report: StorageReport = { ...memoryReport(null), kind: "opfs", name, durability, checked: "pending" };
  const port = await measured(line, { ...report, ...(await space()) });
  const engine = new Engine(port);
  void new Upkeep(port, engine).run();
  return engine;
}

function limits({ payloadBytesMax, retention }: OpenOptions): Limits {
  return { payloadBytesMax, retention };
}

/** The port over a line that has just been opened, with the figures of its storage. */
async function measured(line: Line, report: StorageReport): Promise<WirePort> {
  const port = new WirePort(line, report);
  try {
    await port.measure();
    return port;
  } catch (thrown) {
    await line.close();
    throw thrown;
  }
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
