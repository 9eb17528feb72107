// The one error of the package. It crosses threads as plain data and is revived on the other side.

import type { Class } from "../types.generated.js";

/** The facts of an error under fixed names: numbers as numbers, all else as texts. */
export type Details = Record<string, string | number>;

/** An error as plain data. */
export interface PlainError {
  code: string;
  category: string;
  kind: string;
  message: string;
  details: Details;
  retryable: boolean;
  class: Class;
}

/**
 * A refusal or failure of the engine. `code` is stable, `message` says what was needed and what was found, `details`
 * holds the facts (for an argument `field`, `limit`, `found`, and the `unit` of what is counted), `class` says what to do. A refusal has written nothing.
 */
export class TidegateError extends Error {
  override readonly name = "TidegateError";
  /** `category.kind` */
  readonly code: string;
  readonly category: string;
  readonly kind: string;
  readonly details: Readonly<Details>;
  /** Whether the same call may succeed when it is simply made again later. */
  readonly retryable: boolean;
  /** What a caller should do about it. */
  readonly class: Class;

  constructor(plain: PlainError) {
    super(plain.message);
    this.code = plain.code;
    this.category = plain.category;
    this.kind = plain.kind;
    this.details = plain.details;
    this.retryable = plain.retryable;
    this.class = plain.class;
  }

  /** The error as plain data. */
  toJSON(): PlainError {
    const { code, category, kind, message, details, retryable } = this;
    return { code, category, kind, message, details, retryable, class: this.class };
  }
}

/** A refusal of one argument. */
export function argumentError(field: string, limit: string, found: string): TidegateError {
  return new TidegateError({
    code: "validation.invalid_input",
    category: "validation",
    kind: "invalid_input",
    message: `${field}: needs ${limit}, found ${found}`,
    details: { field, limit, found },
    retryable: false,
    class: "terminal",
  });
}

/** What every call of a closed engine gets. */
export function closedError(): TidegateError {
  return new TidegateError({
    code: "engine.closed",
    category: "engine",
    kind: "closed",
    message: "the engine was closed",
    details: {},
    retryable: false,
    class: "terminal",
  });
}

/** A part of the package of another build than the script that met it, by their marks. */
export function versionError(what: string, found: string, needed: string): TidegateError {
  const remedy = "reload past the cache, and deploy all files of the package together";
  return new TidegateError({
    code: "engine.version",
    category: "engine",
    kind: "version",
    message: `${what} is of another build: needs ${needed}, found ${found}; ${remedy}`,
    details: { needed, found },
    retryable: false,
    class: "terminal",
  });
}

/** A failure of the storage under an engine. */
export function storageError(
  kind: "taken" | "unavailable" | "quota" | "io",
  message: string,
  details: Details = {},
): TidegateError {
  const retryable = kind === "taken" || kind === "io";
  const plain = { code: `storage.${kind}`, category: "storage", kind, message, details, retryable } as const;
  return new TidegateError({ ...plain, class: retryable ? "retryable" : "terminal" });
}

/** What every call gets after the engine's instance broke down in a way that it could not tell itself. */
export function poisonedError(found: string): TidegateError {
  return new TidegateError({
    code: "engine.poisoned",
    category: "engine",
    kind: "poisoned",
    message: `the engine broke down, please report it: ${found}`,
    details: { found },
    retryable: false,
    class: "bug",
  });
}

/** A wait whose time was over before what it waited for had come; what it began stands. */
export function timeoutError(op: string, waitMs: number, elapsedMs: number): TidegateError {
  return new TidegateError({
    code: `timeout.${op}`,
    category: "timeout",
    kind: op,
    message: `${op}: not all members have ended within the ${waitMs} ms that were waited for`,
    details: { op, waitMs, elapsedMs },
    retryable: true,
    class: "retryable",
  });
}

/** Whatever was thrown, as plain data; what is no error of the package is a bug of it. */
export function plainOf(thrown: unknown): PlainError {
  if (thrown instanceof TidegateError) return thrown.toJSON();
  const found = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return {
    code: "bug.invariant_broken",
    category: "bug",
    kind: "invariant_broken",
    message: `please report it: ${found}`,
    details: { found },
    retryable: false,
    class: "bug",
  };
}

/** Whatever was thrown, as an error of the package where it is one; anything else stays as it is. */
export function revived(thrown: unknown): unknown {
  if (thrown instanceof TidegateError) return thrown;
  if (thrown instanceof Error && thrown.name === "TidegateError")
    return new TidegateError(thrown as Error & PlainError);
  return thrown;
}
