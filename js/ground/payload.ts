// Payloads: bytes stay bytes, any other JSON value is encoded and decoded on the way.

import { argumentError } from "./errors.js";

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What an input or a result may be. */
export type Payload = Json | Uint8Array;

/** The encoding of payloads that were given as JSON values. */
const JSON_ENCODING = "json";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of a payload and their encoding; bytes keep the encoding their caller named. */
export function encode(field: string, value: Payload, encoding?: string): { bytes: Uint8Array; encoding?: string } {
  if (value instanceof Uint8Array) return { bytes: copied(field, value), ...(encoding !== undefined && { encoding }) };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    throw argumentError(field, "a Uint8Array or a JSON value", Object.prototype.toString.call(value));
  if (encoding !== undefined)
    throw argumentError(field.replace(/\w+$/, "encoding"), "a Uint8Array beside it", `a ${typeof value}`);
  return { bytes: encoder.encode(text(value, field)), encoding: JSON_ENCODING };
}

/** Arguments with the bytes of the payload among them, where there is one; `path` is what a refusal calls it. */
export function packed<F extends "input" | "result", A extends { encoding?: string | undefined }>(
  field: F,
  args: A & { [field in F]?: Payload | undefined },
  path: string = field,
): object {
  const value = args[field];
  if (value === undefined) return args;
  const { bytes, encoding } = encode(path, value, args.encoding);
  return { ...args, [field]: bytes, encoding };
}

/** The bytes of a frame: those of a text are its own, any other value is encoded. */
export function frameBytes(data: Payload): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : encode("data", data).bytes;
}

/** The bytes as they are now: their owner may use them again before they are sent. A Buffer's own slice copies nothing. */
function copied(field: string, bytes: Uint8Array): Uint8Array {
  try {
    return Uint8Array.prototype.slice.call(bytes);
  } catch (thrown) {
    throw argumentError(field, "bytes that can be read", String(thrown));
  }
}

/** A payload as its reader gets it. Bytes that say they are JSON and are not stay bytes: see `undecodable`. */
export function decode(bytes: Uint8Array | undefined, encoding: string | undefined): Payload | undefined {
  if (bytes === undefined || encoding !== JSON_ENCODING) return bytes;
  try {
    return JSON.parse(decoder.decode(bytes)) as Json;
  } catch {
    return bytes;
  }
}

/** Whether a decoded payload was meant to be JSON and is not. */
export function undecodable(decoded: Payload | undefined, encoding: string | undefined): boolean {
  return encoding === JSON_ENCODING && decoded instanceof Uint8Array;
}

/** A text of at most so many bytes in UTF-8, cut between characters; halves of characters are replaced. */
export function cut(value: string, bytesMax: number): string {
  const bytes = encoder.encode(value);
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  if (bytes.length <= bytesMax) return lenient.decode(bytes);
  return `${lenient.decode(bytes.subarray(0, bytesMax - 3)).replace(/\uFFFD$/, "")}…`;
}

/**
 * The JSON of a value. A number that is not finite, or what JSON cannot hold, is refused by its whole path; `prefix` is
 * what the path begins with.
 */
export function text(value: unknown, field: string, prefix = field): string {
  if (isPlain(value, PLAIN_DEPTH_MAX)) return JSON.stringify(value);
  const path = new Path(prefix);
  try {
    const json = JSON.stringify(value, function refuse(this: unknown, name: string, member: unknown) {
      path.follow(this, name, member);
      if (typeof member === "number" && !Number.isFinite(member))
        throw argumentError(path.text() || field, "a finite number", String(member));
      if (typeof member === "function" || typeof member === "symbol" || typeof member === "bigint")
        throw argumentError(path.text() || field, "a value that JSON can hold", `a ${typeof member}`);
      return member;
    });
    if (json === undefined) throw argumentError(field, "a value that JSON can hold", "undefined");
    return json;
  } catch (thrown) {
    if (thrown instanceof TypeError || thrown instanceof RangeError)
      throw argumentError(field, "a value that JSON can hold", thrown.message);
    throw thrown;
  }
}

/** How deep a value is looked through before the slower way is taken. */
const PLAIN_DEPTH_MAX = 8;

/** Whether JSON holds a value as it stands: looking costs less than hearing of each member while it is written. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "object" && value !== null) return depth > 0 && hasPlainMembers(value, depth - 1);
  return value === null || typeof value === "string" || typeof value === "boolean";
}

function hasPlainMembers(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((member) => isPlain(member, depth));
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  return Object.values(value).every((member) => member === undefined || isPlain(member, depth));
}

/** Where `JSON.stringify` is on its way through a value. */
class Path {
  readonly #prefix: string;
  /** The objects around the member that is visited, the outermost first, each with the step that leads to it. */
  readonly #around: { holder: unknown; step: string }[] = [];
  #step = "";

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Goes to a member: objects that do not hold it have been left. */
  follow(holder: unknown, name: string, member: unknown): void {
    while (this.#around.length > 0 && this.#around.at(-1)?.holder !== holder) this.#around.pop();
    if (this.#around.length === 0) this.#around.push({ holder, step: "" });
    else this.#step = Array.isArray(holder) ? `[${name}]` : `.${name}`;
    if (typeof member === "object" && member !== null) this.#around.push({ holder: member, step: this.#step });
  }

  /** The way to the member, which is no object. */
  text(): string {
    const steps = this.#around.map(({ step }) => step).join("") + this.#step;
    return this.#prefix === "" ? steps.replace(/^\./, "") : this.#prefix + steps;
  }
}
