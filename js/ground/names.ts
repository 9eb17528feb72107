// Names, checked before what they are the name of has any effect.

import { shown } from "./errors.js";

/** Bytes of a name at most. */
const NAME_BYTES_MAX = 256;

/** What is wrong with a name, told after "a name"; undefined where the engine takes it. Contract: values.texts, values.name-first. */
export function nameFault(name: unknown): string | undefined {
  if (typeof name !== "string") return `is a text, not ${shown(name)}`;
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0 || bytes > NAME_BYTES_MAX) return `has 1 to ${NAME_BYTES_MAX} bytes, not ${bytes}`;
  const [found] = /[\p{Cc}\p{Surrogate}]/u.exec(name) ?? [];
  return found && `has no control characters and no halves of characters: ${JSON.stringify(found)}`;
}
