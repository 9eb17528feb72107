// What may be kept as an input or a result, by type: what `json.ts` lets through. Nothing here exists at run time.

import type { FileBytes } from "./files.js";

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What JSON would change without a word: it is refused, by its path. */
type Unheld =
  | Date
  | RegExp
  | Error
  | Promise<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | bigint
  | symbol
  | ((...args: never) => unknown);

/** What says itself what it is as JSON. */
interface Telling {
  toJSON(...args: never): unknown;
}

/** A value where all that it holds can be kept; `never` stands where it cannot. Interfaces are taken as they are. */
export type Storable<T> = T extends Uint8Array | Blob ? T : Held<T>;

type Held<T> = unknown extends T
  ? T
  : T extends Json | undefined
    ? T
    : T extends Unheld
      ? never
      : T extends Telling
        ? T
        : T extends object
          ? { [K in keyof T]: Held<T[K]> }
          : never;

/** What a value is when it is read again. */
export type Stored<T> = T extends Blob | FileBytes ? FileBytes : T extends Uint8Array ? Uint8Array : Told<T>;

type Told<T> = unknown extends T
  ? T
  : T extends Json | undefined
    ? T
    : T extends void
      ? undefined
      : T extends Unheld
        ? never
        : T extends { toJSON(...args: never): infer J }
          ? Told<J>
          : T extends object
            ? { [K in keyof T]: Told<T[K]> }
            : never;
