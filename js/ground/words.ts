// Refusals of the engine in the words of a caller in JavaScript, and with what would help: the field that was meant, the
// option that raises a limit.

import { type PlainError, TidegateError } from "./errors.js";
import { nearest } from "./fields.js";
import { FILE_BYTES_MAX } from "./files.js";

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
  if (!String(found).startsWith("unknown field")) return plain;
  const names = Array.from(String(limit).matchAll(/`(\w+)`/g), ([, name]) => String(name));
  const meant = nearest(String(field).replace(/^.*\./, ""), names);
  if (meant === undefined) return plain;
  return { ...plain, message: `${plain.message}: did you mean \`${meant}\`?`, details: { ...plain.details, meant } };
}
