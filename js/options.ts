// What openEngine takes: every option known by its name and of its type, or refused by name.

import { argumentError } from "./errors.js";
import type { OpenOptions } from "./open.js";

/** What an option may be, in words, and whether something is it. */
type Kind = [limit: string, fits: (found: unknown) => boolean];

const text: Kind = ["a text", (found) => typeof found === "string"];
const yesOrNo: Kind = ["true or false", (found) => typeof found === "boolean"];
const address: Kind = ["an address", (found) => typeof found === "string" || found instanceof URL];
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
  retention: ["an object", (found) => typeof found === "object" && found !== null],
};

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

/** Refuses options that cannot be meant. */
export function checkOptions(options: OpenOptions): void {
  if (typeof options !== "object" || options === null)
    throw argumentError("options", "an object with a storage", String(options));
  members("", options, OPTIONS);
  const storage = options.storage as { kind?: string; name?: string } | undefined;
  const kinds = STORAGES[String(storage?.kind)];
  if (storage === undefined || kinds === undefined)
    throw argumentError("storage.kind", Object.keys(STORAGES).join(" or "), shown(storage?.kind));
  members("storage.", storage, kinds);
  if (storage.kind === "opfs" && storage.name === undefined) throw argumentError("storage.name", text[0], "nothing");
}

function members(prefix: string, found: object, kinds: Readonly<Record<string, Kind>>): void {
  for (const [name, value] of Object.entries(found)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined)
      throw argumentError(`${prefix}${name}`, `one of ${Object.keys(kinds).join(", ")}`, "an option of this name");
    if (value !== undefined && !kind[1](value)) throw argumentError(`${prefix}${name}`, kind[0], shown(value));
  }
}

function shown(found: unknown): string {
  if (found === undefined) return "nothing";
  return typeof found === "string" || typeof found === "number" ? String(found) : `a ${typeof found}`;
}
