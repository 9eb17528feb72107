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

/** Characters of what a caller wrote that an error repeats. */
const SHOWN_MAX = 200;

/** Any value as an error tells it: as a text, which some values have not, and not longer than need be. */
export function shown(value: unknown): string {
  try {
    const text =
      typeof value === "object" && value !== null && !(value instanceof Error) ? named(value) : String(value);
    return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  } catch {
    return `a ${typeof value}`;
  }
}

/** An object by what it is. */
function named(value: object): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === "Array" ? "an array" : kind === "Object" ? "an object" : `a ${kind}`;
}

/** A refusal of one argument. */
export function argumentError(field: string, limit: string, found: string): TidegateError {
  const told = shown(field);
  return refusal("invalid_input", `${told}: needs ${limit}, found ${found}`, { field: told, limit, found });
}

/** What is read of an argument; whatever its proxies and getters throw is a refusal of it. */
export function readable<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw unreadable(field, thrown);
  }
}

/** What was thrown while an argument was read, as a refusal of it. */
export function unreadable(field: string, thrown: unknown): TidegateError {
  return thrown instanceof TidegateError ? thrown : argumentError(field, "a value that can be read", shown(thrown));
}

/** A refusal of a number out of its range, or of how much was given: `limit` is the bound that does not hold. */
export function rangeError(
  field: string,
  [min, max]: readonly [number, number],
  found: unknown,
  unit = "",
  kind = "invalid_input",
): TidegateError {
  const whole = max === Number.POSITIVE_INFINITY ? `a number from ${min} on` : `a whole number from ${min} to ${max}`;
  const needs = unit === "" ? whole : `${min > 0 ? `${min} to` : "at most"} ${max} ${unit}`;
  if (typeof found !== "number" || !Number.isFinite(found)) return argumentError(field, needs, shown(found));
  const limit = found < min || max === Number.POSITIVE_INFINITY ? min : max;
  const details = { field, limit, found, ...(unit !== "" && { unit }) };
  return refusal(kind, `${field}: needs ${needs}, found ${found}${unit && ` ${unit}`}`, details);
}

function refusal(kind: string, message: string, details: Details): TidegateError {
  const code = `validation.${kind}`;
  return new TidegateError({
    ...{ code, category: "validation", kind, message, details },
    ...{ retryable: false, class: "terminal" },
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
