// An error with all that caused it, as one text: name, message and stack of each, the outermost first. It is what the
// detail of a failure keeps, so it is bounded, and nothing that is thrown can break it.

import { cut } from "../ground/payload.js";

/** Bytes of the whole text at most, errors below each other, and errors in all. */
const BYTES_MAX = 16_384;
const DEPTH_MAX = 8;
const ERRORS_MAX = 32;

interface Link {
  label: string;
  error: unknown;
}

/** The text of a thrown value and of its causes; of its causes alone where its own words are told elsewhere. */
export function withCauses(thrown: unknown, own: string | undefined = story(thrown)): string | undefined {
  const parts = [
    ...(own === undefined ? [] : [own]),
    ...causes(thrown).map(({ label, error }) => label + story(error)),
  ];
  if (parts.length === 0) return undefined;
  let left = BYTES_MAX - parts.length;
  // Each has its share, and what it does not need is for those after it.
  return parts
    .map((part, index) => {
      const told = cut(part, Math.floor(left / (parts.length - index)));
      left -= new TextEncoder().encode(told).length;
      return told;
    })
    .join("\n");
}

/** The errors below one: its cause, those that an AggregateError holds, and theirs; each once. */
function causes(thrown: unknown): Link[] {
  const seen = new Set<unknown>([thrown]);
  const links: Link[] = [];
  const follow = (error: unknown, depth: number) => {
    if (depth > DEPTH_MAX) return;
    for (const link of below(error)) {
      if (links.length >= ERRORS_MAX || (isObject(link.error) && seen.has(link.error))) continue;
      seen.add(link.error);
      links.push(link);
      follow(link.error, depth + 1);
    }
  };
  follow(thrown, 2);
  return links;
}

function below(error: unknown): Link[] {
  if (!isError(error)) return [];
  const cause = member(error, "cause");
  const all = member(error, "errors");
  const listed = Array.isArray(all) ? all.slice(0, ERRORS_MAX) : [];
  const label = `one of ${Array.isArray(all) ? all.length : 0}: `;
  return [
    ...(cause === undefined ? [] : [{ label: "caused by: ", error: cause }]),
    ...listed.map((one) => ({ label, error: one })),
  ];
}

/** Name, message and stack of an error; the text of anything else. */
function story(error: unknown): string {
  if (!isError(error)) return textOf(error);
  const [name, message, stack] = ["name", "message", "stack"].map((key) => {
    const found = member(error, key);
    return typeof found === "string" ? found : "";
  }) as [string, string, string];
  const head = [name || "Error", message].filter((word) => word !== "").join(": ");
  // Some hosts begin a stack with name and message, as they were when it was made.
  const place = stack.indexOf(message);
  const frames =
    place < 0 || message === "" ? stack.replace(/^\S*Error\b.*\n?/, "") : stack.slice(place + message.length);
  return `${head}\n${frames.replace(/^\s*\n/, "")}`.trimEnd();
}

/** Whether something is an error, also of another realm. */
export function isError(found: unknown): found is Error {
  try {
    return found instanceof Error || Object.prototype.toString.call(found) === "[object Error]";
  } catch {
    return false;
  }
}

/** A member of something, where it has one that can be read. */
export function member(found: unknown, key: string): unknown {
  try {
    return (found as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** The text of a thrown value that is no error; some objects have none. */
export function textOf(found: unknown): string {
  try {
    return String(found);
  } catch {
    return `a thrown ${typeof found} without a text`;
  }
}

function isObject(found: unknown): boolean {
  return typeof found === "object" && found !== null;
}
