// Opening an engine.

import { Engine } from "./engine.js";
import { argumentError, type PlainError, revived, TidegateError } from "./errors.js";
import { compiled } from "./load.js";
import { openLocal } from "./local.js";
import { openInWorker } from "./opfs.js";
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
  /** Allows an engine in memory where the browser has no such files; `engine.storage.fallback` then says why. */
  fallback?: "memory";
  /** How long to wait for another engine to let go of the files, in ms; 1 000 when left out. */
  waitMs?: number;
}

export interface OpenOptions {
  /** Where the state is kept. */
  storage: MemoryStorage | OpfsStorage;
  /** A SQLite file to begin with, as `engine.export()` gives it; only where there is no database yet. */
  import?: Uint8Array;
  /** The compiled engine, for hosts that compile it themselves. */
  module?: WebAssembly.Module;
  /** Where the wasm file is, for those who host it themselves; beside this package when left out. */
  wasmUrl?: string | URL;
  /** Where the worker's file is, for pages that forbid workers from a blob; carried along when left out. */
  workerUrl?: string | URL;
  /** The limit of one payload in bytes: 1 MiB when left out, at most 16 MiB. */
  payloadBytesMax?: number;
}

const WAIT_MS = 1_000;

/** Opens an engine. Rejects with a TidegateError; falls back to another storage only where the caller allowed it. */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  check(options);
  const { storage } = options;
  try {
    const module = options.module ?? (await compiled(options.wasmUrl));
    if (storage.kind === "memory") return await inMemory(options, module, null);
    return await inFiles(options, storage, module).catch((thrown) => {
      const unavailable = thrown instanceof TidegateError && thrown.code === "storage.unavailable";
      if (!unavailable || storage.fallback !== "memory") throw thrown;
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
  const line = openLocal({ module, payloadBytesMax: options.payloadBytesMax, image: options.import });
  const port = new WirePort(line, memoryReport(fallback));
  await port.measure();
  return new Engine(port);
}

async function inFiles(options: OpenOptions, storage: OpfsStorage, module: WebAssembly.Module): Promise<Engine> {
  const { name, durability = "strict", waitMs = WAIT_MS, persist = false } = storage;
  if (persist) await globalThis.navigator?.storage?.persist?.();
  const strict = durability === "strict";
  const { payloadBytesMax, import: image } = options;
  const line = await openInWorker({ module, name, strict, payloadBytesMax, image, waitMs }, options.workerUrl);
  const report: StorageReport = { ...memoryReport(null), kind: "opfs", name, durability, checked: "pending" };
  const port = new WirePort(line, { ...report, ...(await space()) });
  await port.measure();
  const engine = new Engine(port);
  void new Upkeep(port, engine).run();
  return engine;
}

/** The report of an engine in memory, whose bytes are not asked for before somebody wants them. */
export function memoryReport(fallback: PlainError | null): StorageReport {
  return {
    kind: "memory",
    name: null,
    durability: "none",
    persisted: null,
    databaseBytes: 0,
    bytesUsed: null,
    quotaBytes: null,
    full: false,
    checked: "sound",
    fallback,
  };
}

/** Refuses options that cannot be meant, each by its name. */
function check(options: OpenOptions): void {
  const storage: Partial<OpfsStorage> | MemoryStorage | undefined = options?.storage;
  oneOf("storage.kind", storage?.kind, ["memory", "opfs"]);
  if (storage?.kind === "opfs") {
    oneOf("storage.durability", storage.durability, ["strict", "relaxed", undefined]);
    oneOf("storage.fallback", storage.fallback, ["memory", undefined]);
    if (typeof storage.name !== "string") throw argumentError("storage.name", "a text", typeof storage.name);
    const { waitMs = WAIT_MS } = storage;
    if (!Number.isFinite(waitMs) || waitMs < 0)
      throw argumentError("storage.waitMs", "a number of ms from 0 on", String(waitMs));
  }
  if (options.import !== undefined && !(options.import instanceof Uint8Array))
    throw argumentError("import", "a Uint8Array", typeof options.import);
}

function oneOf(field: string, found: unknown, allowed: unknown[]): void {
  if (allowed.includes(found)) return;
  const limit = allowed.filter((one) => one !== undefined).join(" or ");
  throw argumentError(field, limit, found === undefined ? "nothing" : String(found));
}
