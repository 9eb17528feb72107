// What openEngine takes: every option known by its name and of its type, or refused by name.

import type { AcceptedClock } from "../engine.js";
import { argumentError } from "../ground/errors.js";
import { given, onlyFields } from "../ground/fields.js";
import { isTrusted, type TrustedAddress } from "../ground/trusted.js";
import type { Retention } from "../lines/local.js";

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
  /**
   * Asks the browser never to clear this origin by itself. Some ask the visitor, whom the open does not wait for:
   * `measureStorage` tells what came of it. Needs a page.
   */
  persist?: boolean;
  /**
   * Allows an engine in memory where the browser has no such files at all; `engine.storage.fallback` then says why. What
   * is taken, damaged or full is refused all the same.
   */
  fallback?: "memory";
  /** How long to wait for another engine to let go of the files, in ms; 1 000 when left out. */
  waitMs?: number;
}

/** What becomes of engine time when the host's clock jumped ahead and came back. */
export interface ClockOptions {
  /**
   * `follow`: engine time goes back with the clock once it stands more than 1 000 ms ahead, and what lies ahead with it;
   * the default. `stand`: it stands still until the clock has caught up or `engine.acceptClock()` is called; the default where
   * `now` is lent. Forward is always believed.
   */
  jumps?: "follow" | "stand";
}

/** A clock for an engine in this thread. */
export interface LentClockOptions extends ClockOptions {
  /** Unix ms; `Date.now` when left out. */
  now?: () => number;
}

/** Where the state is kept, and the clock; an engine over files runs in a worker, which a clock cannot be lent to. */
export type Place =
  | { storage: MemoryStorage; clock?: LentClockOptions }
  | { storage: MemoryStorage | OpfsStorage; clock?: ClockOptions & { now?: never } };

export type OpenOptions = Place & Settings;

/** What an engine is opened with, wherever it keeps its state. */
export interface Settings {
  /** A SQLite file to begin with, as `engine.export()` gives it; only where there is no database yet. */
  import?: Uint8Array;
  /** The compiled engine, for hosts that compile it themselves. The first one in a thread serves all its engines. */
  module?: WebAssembly.Module;
  /** Where the wasm file is, for those who host it themselves; beside this package when left out. */
  wasmUrl?: string | URL;
  /**
   * Where the worker's file is, for pages that forbid workers from a blob; carried along when left out. Pages that trust no
   * texts as scripts give a TrustedScriptURL, or allow the policy `tidegate` and leave it out.
   */
  workerUrl?: string | URL | TrustedAddress;
  /** The limit of one payload in bytes: 1 MiB when left out, at most 16 MiB. */
  payloadBytesMax?: number;
  /** For how long what is over is kept; for ever where nothing is set. An execution may have a retention of its own. */
  retention?: Retention;
  /** Hears of each clock that came back and was accepted, once. What it throws goes to `console.error`. */
  onClock?: (accepted: AcceptedClock) => void;
}

/** What an option may be, in words, and whether something is it. */
type Kind = [limit: string, fits: (found: unknown) => boolean];

const text: Kind = ["a text", (found) => typeof found === "string"];
const yesOrNo: Kind = ["true or false", (found) => typeof found === "boolean"];
const address: Kind = ["an address", (found) => typeof found === "string" || found instanceof URL || isTrusted(found)];
const callback: Kind = ["a function", (found) => typeof found === "function"];
const object: Kind = ["an object", (found) => typeof found === "object" && found !== null];
const number: Kind = ["a number from 0 on", (found) => typeof found === "number" && found >= 0];

function oneOf(...words: string[]): Kind {
  return [words.join(" or "), (found) => words.includes(found as string)];
}

const OPTIONS: Readonly<Record<string, Kind>> = {
  storage: ["an object with its kind", (found) => typeof found === "object" && found !== null],
  import: ["a Uint8Array", (found) => found instanceof Uint8Array],
  module: ["a WebAssembly.Module", (found) => found instanceof WebAssembly.Module],
  wasmUrl: address,
  workerUrl: address,
  payloadBytesMax: number,
  retention: object,
  clock: object,
  onClock: callback,
};

const CLOCK: Readonly<Record<string, Kind>> = { jumps: oneOf("follow", "stand"), now: callback };

const STORAGES: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  memory: { kind: oneOf("memory") },
  opfs: {
    kind: oneOf("opfs"),
    name: text,
    durability: oneOf("strict", "relaxed"),
    persist: yesOrNo,
    fallback: oneOf("memory"),
    waitMs: number,
  },
};

/** Options as they are read, once; refuses what cannot be meant. */
export function checkedOptions(found: OpenOptions): OpenOptions {
  const options = given("options", found);
  members("", options, OPTIONS);
  const storage = checkedStorage(options.storage);
  checkClock(options.clock);
  if (storage.kind === "opfs" && options.clock?.now !== undefined)
    throw argumentError("clock.now", "to be left out: over files the engine runs in a worker", "a function");
  return { ...options, storage } as OpenOptions;
}

function checkedStorage(found: OpenOptions["storage"] | undefined): OpenOptions["storage"] {
  const storage = found && given("storage", found);
  const kinds = STORAGES[String(storage?.kind)];
  if (storage === undefined || kinds === undefined)
    throw argumentError("storage.kind", Object.keys(STORAGES).join(" or "), shown(storage?.kind));
  members("storage.", storage, kinds);
  if (storage.kind === "opfs" && storage.name === undefined) throw argumentError("storage.name", text[0], "nothing");
  return storage;
}

/** Refuses what is no clock. */
export function checkClock(clock: LentClockOptions | undefined): void {
  if (clock === undefined) return;
  if (!object[1](clock)) throw argumentError("clock", object[0], shown(clock));
  members("clock.", clock, CLOCK);
}

/** Whether engine time goes back with the clock; undefined where nobody said. */
export function followsClock(clock: ClockOptions | undefined): boolean | undefined {
  return clock?.jumps === undefined ? undefined : clock.jumps === "follow";
}

function members(prefix: string, found: object, kinds: Readonly<Record<string, Kind>>): void {
  onlyFields(found, Object.keys(kinds), prefix);
  for (const [name, value] of Object.entries(found)) {
    const kind = kinds[name];
    if (value !== undefined && kind !== undefined && !kind[1](value))
      throw argumentError(`${prefix}${name}`, kind[0], shown(value));
  }
}

function shown(found: unknown): string {
  if (found === undefined) return "nothing";
  return typeof found === "string" || typeof found === "number" ? String(found) : `a ${typeof found}`;
}
