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
  if (value instanceof Uint8Array) return { bytes: value, ...(encoding !== undefined && { encoding }) };
  if (encoding !== undefined) throw argumentError("encoding", "a Uint8Array beside it", `a ${typeof value}`);
  return { bytes: encoder.encode(text(value, field)), encoding: JSON_ENCODING };
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

/** A text of at most so many bytes in UTF-8, cut between characters. */
export function cut(value: string, bytesMax: number): string {
  if (encoder.encode(value).length <= bytesMax) return value;
  const bytes = encoder.encode(value).subarray(0, bytesMax - 3);
  return `${new TextDecoder().decode(bytes).replace(/\uFFFD$/, "")}…`;
}

/** The JSON of a value; a number that is not finite, or what JSON cannot hold, is refused by its path. */
export function text(value: unknown, field: string): string {
  try {
    const json = JSON.stringify(value, function refuse(this: unknown, name: string, member: unknown) {
      const where = name === "" ? field : name;
      if (typeof member === "number" && !Number.isFinite(member))
        throw argumentError(where, "a finite number", String(member));
      if (typeof member === "function" || typeof member === "symbol" || typeof member === "bigint")
        throw argumentError(where, "a value that JSON can hold", `a ${typeof member}`);
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
