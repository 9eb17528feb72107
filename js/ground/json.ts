// The JSON of a value, and the refusal of what JSON would change without a word.
//
// Invariant: what is read back is what was given. A member that is undefined is no member; what has a `toJSON` of its own
// is what that answers, but a Date, which is the commonest surprise. Lists are lists, objects are plain ones, and all
// else is refused by its whole path. Contract: values.json-refused.

import { argumentError, shown, unreadable } from "./errors.js";
import { isFile } from "./files.js";

/** How deep a value is looked through before the slower way is taken. */
const PLAIN_DEPTH_MAX = 16;
/** How deep a value may nest. */
const DEPTH_MAX = 1_000;
/** How long a list may be to be searched for names beside its places, as a match of a regular expression has. */
const LIST_LOOKED_THROUGH_MAX = 1_000;

/** What stands for a value that JSON does not hold, by the class of what was found. */
const INSTEAD: Readonly<Record<string, string>> = {
  Date: "its ISO text or its number",
  Map: "an object, or a list of its entries",
  Set: "a list of its values",
  Promise: "its value: await it first",
  Error: "its message",
  RegExp: "its source",
  bigint: "a number, or a text of its digits",
};

/** What a value is told by: the field, what its path begins with, and whether halves of characters are refused. */
export interface Reading {
  field: string;
  prefix?: string;
  wellFormed?: boolean;
}

/** Half of a character: no reader but JavaScript's own takes it. */
const HALF = /\p{Surrogate}/u;
/** What JSON may write for one. */
const HALF_WRITTEN = /\\ud[89a-f]/;

/** Refuses a text with halves of characters. */
export function wellFormed(field: string, value: string): string {
  if (HALF.test(value)) throw argumentError(field, "a text without halves of characters", shown(value));
  return value;
}

/** The JSON of a value; what it cannot hold is refused by its whole path. */
export function text(value: unknown, reading: Reading): string {
  try {
    const json = isPlain(value, PLAIN_DEPTH_MAX) ? JSON.stringify(value) : undefined;
    if (json !== undefined && !(reading.wellFormed && HALF_WRITTEN.test(json))) return json;
  } catch {
    // Written by hand it is told where it is that something cannot be read.
  }
  const writer = new Writer(reading);
  try {
    return writer.write(value, undefined, "");
  } catch (thrown) {
    throw writer.refusal(thrown);
  }
}

/** Whether JSON holds a value as it stands: looking costs less than writing it by hand. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === "object" && value !== null) return depth > 0 && hasPlainMembers(value, depth - 1);
  return value === null || typeof value === "string" || typeof value === "boolean";
}

function hasPlainMembers(value: object, depth: number): boolean {
  if ("toJSON" in value) return false;
  if (Array.isArray(value)) return !beside(value) && isFull(value, depth);
  if (Object.getPrototypeOf(value) !== Object.prototype || hasSymbols(value)) return false;
  return Object.values(value).every((member) => member === undefined || isPlain(member, depth));
}

/** `every` goes past the places that hold nothing. */
function isFull(list: readonly unknown[], depth: number): boolean {
  for (let place = 0; place < list.length; place++) if (!isPlain(list[place], depth)) return false;
  return true;
}

/** A name that a list has beside its places. */
function beside(list: readonly unknown[]): string | undefined {
  if (list.length > LIST_LOOKED_THROUGH_MAX) return undefined;
  const names = Object.keys(list);
  return names.length > list.length ? names[list.length] : undefined;
}

function hasSymbols(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length > 0;
}

/** Whether an object has no class: its prototype, if any, is the root of its own realm. */
function isClassless(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object on the way to what is written. */
interface Around {
  value: object;
  step: string;
  up: Around | undefined;
  depth: number;
}

/** Writes a value by hand: each member is read once, and what is refused knows its path. */
class Writer {
  readonly #reading: Reading;
  #around: Around | undefined;
  #step = "";

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  write(value: unknown, around: Around | undefined, step: string): string {
    this.#around = around;
    this.#step = step;
    switch (typeof value) {
      case "string":
        if (this.#reading.wellFormed) wellFormed(this.#path(), value);
        return JSON.stringify(value);
      case "number":
        if (!Number.isFinite(value)) throw this.#refused("a finite number", String(value));
        return Object.is(value, -0) ? "-0" : String(value);
      case "boolean":
        return String(value);
      case "object":
        return value === null ? "null" : this.#object(value, around, step);
      default:
        throw this.#unheld(value);
    }
  }

  /** Whatever went wrong, as a refusal of the place where it was. */
  refusal(thrown: unknown): Error {
    return unreadable(this.#path() || this.#reading.field, thrown);
  }

  #object(value: object, around: Around | undefined, step: string): string {
    const { toJSON } = value as { toJSON?: unknown };
    // Arguments are no value that could say what it is.
    const isOwn = around === undefined && this.#reading.prefix === "";
    if (typeof toJSON !== "function" || isOwn || ArrayBuffer.isView(value) || kindOf(value) === "Date")
      return this.#members(value, around, step);
    const told: unknown = toJSON.call(value, step);
    const isObject = typeof told === "object" && told !== null;
    return isObject ? this.#members(told, around, step) : this.write(told, around, step);
  }

  #members(value: object, around: Around | undefined, step: string): string {
    const here = this.#within(value, around, step);
    if (Array.isArray(value)) return this.#list(value, here);
    if (!isClassless(value)) throw this.#unheld(value);
    if (hasSymbols(value)) throw this.#refused("members with names", "one that a symbol names");
    let members = "";
    for (const name of Object.keys(value)) {
      this.#around = here;
      this.#step = `.${name}`;
      const member = (value as Record<string, unknown>)[name];
      if (member === undefined) continue;
      const key = this.#reading.wellFormed ? wellFormed(this.#path(), name) : name;
      members = `${members}${members && ","}${JSON.stringify(key)}:${this.write(member, here, this.#step)}`;
    }
    return `{${members}}`;
  }

  /** The object as one of those around its members. */
  #within(value: object, around: Around | undefined, step: string): Around {
    const depth = (around?.depth ?? 0) + 1;
    if (depth > DEPTH_MAX) throw this.#refused(`at most ${DEPTH_MAX} levels`, "more");
    for (let at = around; at !== undefined; at = at.up)
      if (at.value === value) throw this.#refused("a value without circles", "an object that is around itself");
    return { value, step, up: around, depth };
  }

  #list(list: readonly unknown[], here: Around): string {
    const name = beside(list);
    let members = "";
    for (let place = 0; place < list.length; place++)
      members = `${members}${members && ","}${this.write(list[place], here, `[${place}]`)}`;
    this.#around = here;
    this.#step = `.${name}`;
    if (name !== undefined) throw this.#refused("nothing beside the places of a list", `the name ${name}`);
    return `[${members}]`;
  }

  #unheld(value: unknown): Error {
    const kind = kindOf(value);
    const bytes = ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isFile(value);
    const needs = bytes ? "bytes as the whole payload, or a list of numbers" : INSTEAD[kind];
    const plain = typeof value === "object" ? "a plain object or a toJSON method" : "a value that JSON can hold";
    return this.#refused(needs ?? plain, kind === "undefined" ? kind : `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`);
  }

  #refused(needs: string, found: string): Error {
    return argumentError(this.#path() || this.#reading.field, needs, found);
  }

  /** The way to where it is. */
  #path(): string {
    const { field, prefix = field } = this.#reading;
    let way = this.#step;
    for (let at = this.#around; at !== undefined; at = at.up) way = at.step + way;
    return prefix === "" ? way.replace(/^\./, "") : prefix + way;
  }
}

/** The class of an object, or the type of any other value. */
function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const maker = (value as { constructor?: unknown }).constructor;
  return kind === "Object" && typeof maker === "function" && maker.name !== "" ? maker.name : kind;
}
