// Objects of options: what they may hold is known by name, so that a misspelt one is told instead of being passed over.

import { argumentError, shown, unreadable } from "./errors.js";

/** Refuses a member that is none of these names. */
export function onlyFields(found: object, names: readonly string[], prefix = ""): void {
  for (const name of Object.keys(found)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
    throw argumentError(`${prefix}${name}`, `one of ${names.join(", ")}`, `an option of this name${hint}`);
  }
}

/** The name that was meant most likely, if any was. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const far = Math.max(2, Math.floor(name.length / 3));
  const [best] = names
    .map((one) => ({ one, steps: distance(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ steps }) => steps <= far)
    .sort((one, other) => one.steps - other.steps);
  return best?.one;
}

/** How many letters have to be changed, added or left out to make one word of another. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, place) => place);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let place = 1; place <= to.length; place++) {
      const change = (row[place - 1] ?? 0) + (to[place - 1] === letter ? 0 : 1);
      next.push(Math.min(change, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The members of an argument that must be an object, each read once; those that are undefined are none. */
export function given<T extends object>(field: string, found: T): T {
  let reading = field;
  try {
    if (Object.prototype.toString.call(found) !== "[object Object]")
      throw argumentError(field, "an object", shown(found));
    const members: Record<string, unknown> = {};
    for (const name of Object.keys(found)) {
      reading = name;
      members[name] = (found as Record<string, unknown>)[name];
    }
    if (members.signal !== undefined && !isSignal(members.signal))
      throw argumentError("signal", "an AbortSignal", shown(members.signal));
    return members as T;
  } catch (thrown) {
    throw unreadable(reading, thrown);
  }
}

/** Whether it can be used as a signal, whichever realm it is of. */
function isSignal(found: unknown): boolean {
  const { addEventListener, throwIfAborted } = Object(found);
  return typeof addEventListener === "function" && typeof throwIfAborted === "function";
}
