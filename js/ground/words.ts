// Refusals of the engine in the words of a caller in JavaScript, and with what would help: the field that was meant, the
// option that raises a limit.

import { type Details, type PlainError, TidegateError } from "./errors.js";
import { FILE_BYTES_MAX } from "./files.js";
import { meantBy } from "./meant.js";

/** What the engine's readers call what they found. */
const FOUND: readonly [RegExp, string][] = [
  [/^map$/, "an object"],
  [/^sequence$/, "a list"],
  [/^(?:integer|floating point|boolean) `(.*)`$/, "$1"],
  [/^string (?=")/, ""],
];

/** An answered error, told. */
export function told(plain: PlainError): TidegateError {
  return new TidegateError(plain.category === "validation" ? inWords(plain) : plain);
}

function inWords(plain: PlainError): PlainError {
  const { field, limit, found } = plain.details;
  if (plain.kind === "corruption" && field === "handle")
    return { ...plain, message: "handle: needs the handle of a claim, found a text that is none" };
  if (plain.kind === "payload_too_large" && Number(limit) < FILE_BYTES_MAX)
    return { ...plain, message: `${plain.message}; payloadBytesMax of openEngine allows up to ${FILE_BYTES_MAX}` };
  if (typeof field !== "string" || typeof found !== "string") return plain;
  const details: Details = { ...plain.details, field: field.replace(/^call\./, ""), found: worded(found) };
  const meant = found.startsWith("unknown field") ? meantBy(field, String(limit)) : {};
  const asked = meant.meant === undefined ? "" : `: did you mean \`${meant.meant}\`?`;
  const message = `${details.field}: needs ${limit}, found ${details.found}${asked}`;
  return { ...plain, message, details: { ...details, ...meant } };
}

function worded(found: string): string {
  for (const [pattern, words] of FOUND) if (pattern.test(found)) return found.replace(pattern, words);
  return found;
}
