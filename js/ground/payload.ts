// Payloads: bytes stay bytes, a file is its bytes, any other value that JSON can hold is encoded and decoded on the way.

import { argumentError, readable } from "./errors.js";
import { fileBytes, fileEncoding, isFile } from "./files.js";
import { text } from "./json.js";
import type { Json } from "./storable.js";

/** What an input or a result is to those who read it; a file's bytes are `FileBytes`. */
export type Payload = Json | Uint8Array;

/** The encoding of payloads that were given as JSON values. */
const JSON_ENCODING = "json";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of a payload, or the file that they are read from, and their encoding, which for bytes is what it is told. */
function encode(field: string, value: unknown, encoding?: string): { bytes: Uint8Array | Blob; encoding?: string } {
  const named = encoding ?? fileEncoding(field, value);
  const beside = named === undefined ? {} : { encoding: named };
  if (value instanceof Uint8Array) return { bytes: copied(value), ...beside };
  if (isFile(value)) return { bytes: value, ...beside };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    throw argumentError(field, "a Uint8Array or a JSON value", Object.prototype.toString.call(value));
  if (encoding !== undefined)
    throw argumentError(field.replace(/\w+$/, "encoding"), "a Uint8Array beside it", `a ${typeof value}`);
  return { bytes: encoder.encode(text(value, { field })), encoding: JSON_ENCODING };
}

/**
 * Arguments with the bytes of the payload among them, where there is one, or the file that `unread` finds; `path` is what
 * a refusal calls it.
 */
export function packed<F extends "input" | "result", A extends { encoding?: string | undefined }>(
  field: F,
  args: A & { [field in F]?: unknown },
  path: string = field,
): object {
  const value = args[field];
  if (value === undefined) return args;
  const { bytes, encoding } = readable(path, () => encode(path, value, args.encoding));
  return { ...args, [field]: bytes, encoding };
}

/** The bytes of a frame: those of a text are its own, any other value is encoded. */
export function frameBytes(data: unknown): Uint8Array {
  return readable("data", () => {
    if (isFile(data)) throw argumentError("data", "its bytes", "a file");
    if (data instanceof Uint8Array) return copied(data);
    const json = text(data, { field: "data", wellFormed: true });
    return encoder.encode(typeof data === "string" ? data : json);
  });
}

/** The bytes as they are now: their owner may use them again before they are sent. A Buffer's own slice copies nothing. */
function copied(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}

/** A payload as its reader gets it. Bytes that say they are JSON and are not stay bytes: see `undecodable`. */
export function decode(bytes: Uint8Array | undefined, encoding: string | undefined): Payload | undefined {
  if (bytes === undefined) return bytes;
  if (encoding !== JSON_ENCODING) return fileBytes(bytes, encoding);
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
