// Files as payloads: their bytes are kept as they are, and their name and type beside them, as the payload's encoding.

import { argumentError, rangeError, shown } from "./errors.js";

/** Most bytes of a payload, whatever is set at open. */
export const FILE_BYTES_MAX = 16 * 2 ** 20;
/** Most bytes of the name of an encoding. */
const ENCODING_BYTES_MAX = 256;
/** `file:TYPE`, and `:NAME` where there is a name; a `%`, a colon of the type, and what no name may hold are escaped. */
const ENCODING = /^file:([^:]*)(?::(.*))?$/s;

/** The bytes of a file that was given as a payload, with its name (a Blob has none) and its type. */
export class FileBytes extends Uint8Array<ArrayBuffer> {
  /** Parts of them are bytes. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
  name: string | undefined;
  type = "";
}

/** Whether a value is of a class; proxies that throw are of none. */
export function isA<T>(value: unknown, made: new (...args: never) => T): value is T {
  try {
    return value instanceof made;
  } catch {
    return false;
  }
}

/** Whether a value is a file, or a part of one. */
export function isFile(value: unknown): value is Blob {
  return isA(value, Blob);
}

/** What a file's encoding is called; undefined where the value is none, nor the bytes of one. */
export function fileEncoding(field: string, value: unknown): string | undefined {
  if (!isFile(value) && !(value instanceof FileBytes)) return undefined;
  const { name, type } = value as Partial<File>;
  const encoding = `file:${escaped(type ?? "", /[%:\p{Cc}]/gu)}${name === undefined ? "" : `:${escaped(name, /[%\p{Cc}]/gu)}`}`;
  const { length } = new TextEncoder().encode(encoding);
  if (length > ENCODING_BYTES_MAX)
    throw rangeError(`${field}.name`, [0, ENCODING_BYTES_MAX], length, "bytes with its type");
  return encoding;
}

/** The bytes of a payload, as those of a file where its encoding says so. */
export function fileBytes(bytes: Uint8Array, encoding: string | undefined): Uint8Array {
  const [, type, name] = ENCODING.exec(encoding ?? "") ?? [];
  if (type === undefined) return bytes;
  const file = new FileBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  return Object.assign(file, { type: unescaped(type), name: name && unescaped(name) });
}

/** Begins to read a file; one that is too large for any payload is not even begun. */
export async function read(field: string, file: Blob): Promise<Uint8Array> {
  if (file.size > FILE_BYTES_MAX) throw rangeError(field, [0, FILE_BYTES_MAX], file.size, "bytes", "payload_too_large");
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (thrown) {
    throw argumentError(field, "a file that can be read", shown(thrown));
  }
}

function escaped(value: string, what: RegExp): string {
  return value.replace(what, encodeURIComponent);
}

function unescaped(value: string): string {
  return value.replace(/(?:%[0-9A-F]{2})+/g, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
