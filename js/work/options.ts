// What a work loop is told when it begins: options and handlers, refused by name at the call where they cannot be meant,
// since afterwards nobody would hear of it. What only the engine can judge it refuses at the first claim.

import { given } from "../calls/send.js";
import { argumentError, readable, shown } from "../ground/errors.js";
import { onlyFields } from "../ground/fields.js";
import { isA } from "../ground/files.js";
import type { AnyKinds, InputOf, Returned } from "../ground/kinds.js";
import { nameFault } from "../ground/names.js";
import type { ClaimArgs } from "../types.generated.js";
import type { Task } from "./task.js";

/** Runs one execution; what it returns, or what that resolves to, is the result: a JSON value, bytes or nothing. */
export type Handler = (task: Task) => unknown;

/**
 * A handler for each kind; `*` takes the kinds that have none of their own. Without it only these kinds are claimed. An
 * object of a class serves too: each of its methods is a handler.
 */
export type Handlers = Readonly<Record<string, Handler>>;

/** Handlers that know what their kinds take and give. */
export type HandlersOf<K> = AnyKinds extends K
  ? Handlers
  : { readonly [N in keyof K]?: (task: Task<InputOf<K, N>>) => Returned<K, N> } & { readonly "*"?: Handler };

export interface WorkOptions extends Omit<ClaimArgs, "maxWaitMs" | "worker"> {
  /** Who works; `worker` when left out. Every loop is an instance of its own unless it names one. */
  worker?: ClaimArgs["worker"];
  /**
   * How long a lease lasts, 1 ms to 24 h; 30 000 when left out. It is renewed at each third of it. A handler that keeps its
   * thread busy for longer loses its lease: that is told, and later claims ask for twice as long as it took, up to an
   * hour.
   */
  leaseTtlMs?: number;
  /** How long the worker counts as there after a heartbeat, in ms; 60 000 when left out. It makes three in that time. */
  livenessTtlMs?: number;
  /** The namespace of the registry that it enters itself in; `default` when left out. */
  namespace?: string;
  /** Executions at the same time, 1 to 10 000; 1 when left out. */
  concurrency?: number;
  /**
   * Whether to claim: asked before each claim and once a second. While it says no nothing is claimed; handlers that run
   * go on. `"online"` is yes while the browser says that there is a network, and always where none says anything.
   */
  when?: (() => boolean) | "online";
  /**
   * Hears of what went wrong outside of handlers, and of handlers that cannot mean what they do; the loop goes on.
   * `console.error` when left out.
   */
  onError?: (error: unknown) => void;
}

/** What a loop works by: its options, checked, with what is meant where they say nothing. */
export interface Terms extends WorkOptions {
  worker: ClaimArgs["worker"];
  concurrency: number;
  leaseTtlMs: number;
  handlers: ReadonlyMap<string, Handler>;
}

const TTL_MS = 30_000;
const TTL_MS_MAX = 86_400_000;
/** Slots of one worker at most. */
const CONCURRENCY_MAX = 10_000;
/** Lanes, and kinds, of one claim at most; what a worker offers at most. */
const NAMES_MAX = 1_000;
const TOKENS_MAX = 256;
const NAME_BYTES_MAX = 256;

const OPTIONS: readonly string[] = [
  ...["lanes", "kinds", "worker", "capabilities", "leaseTtlMs", "livenessTtlMs", "namespace", "concurrency"],
  ...["when", "onError"],
];

/** What a text must be, in words, and whether one is it. */
type Rule = [limit: string, fits: (text: string) => boolean];

const NAME: Rule = [
  `a name of 1 to ${NAME_BYTES_MAX} bytes without control characters and halves of characters`,
  (text) => nameFault(text) === undefined,
];
const LANE: Rule = ["a name of 1 to 64 printable ASCII characters", (text) => /^[ -~]{1,64}$/.test(text)];
const TOKEN: Rule = [
  "a word without spaces, commas, control characters and halves of characters",
  (text) => /^[^\s,\p{Cc}\p{Surrogate}]+$/u.test(text),
];

/** The options and handlers of a loop, or a refusal of what cannot be meant. */
export function terms(options: WorkOptions, handlers: Handlers): Terms {
  onlyFields(given("options", options), OPTIONS);
  const { lanes, kinds, capabilities, namespace, when, onError, worker = { id: "worker" } } = options;
  const { concurrency = 1, leaseTtlMs = TTL_MS } = options;
  texts("lanes", lanes, LANE, NAMES_MAX);
  if (lanes.length === 0) throw argumentError("lanes", "at least one lane", "an empty list");
  if (kinds !== undefined) texts("kinds", kinds, NAME, NAMES_MAX);
  if (capabilities !== undefined) texts("capabilities", capabilities, TOKEN, TOKENS_MAX);
  onlyFields(given("worker", worker), ["id", "instanceId"], "worker.");
  text("worker.id", worker.id, NAME);
  if (worker.instanceId !== undefined) text("worker.instanceId", worker.instanceId, NAME);
  if (namespace !== undefined) text("namespace", namespace, NAME);
  if (onError !== undefined && typeof onError !== "function")
    throw argumentError("onError", "a function", kind(onError));
  if (when !== undefined && when !== "online" && typeof when !== "function")
    throw argumentError("when", 'a function, or "online"', kind(when));
  return {
    ...options,
    worker,
    concurrency: whole("concurrency", concurrency, CONCURRENCY_MAX),
    leaseTtlMs: whole("leaseTtlMs", leaseTtlMs, TTL_MS_MAX),
    ...claimed(
      kinds,
      readable("handlers", () => handlersOf(handlers)),
    ),
  };
}

function whole(field: string, found: number, max: number): number {
  if (Number.isInteger(found) && found >= 1 && found <= max) return found;
  throw argumentError(
    field,
    `a whole number from 1 to ${max}`,
    typeof found === "number" ? String(found) : kind(found),
  );
}

function texts(field: string, found: unknown, rule: Rule, max: number): void {
  if (!Array.isArray(found)) throw argumentError(field, "a list of texts", kind(found));
  if (found.length > max) throw argumentError(field, `at most ${max}`, String(found.length));
  for (const [place, one] of found.entries()) text(`${field}[${place}]`, one, rule);
}

function text(field: string, found: unknown, [limit, fits]: Rule): void {
  if (typeof found !== "string") throw argumentError(field, "a text", kind(found));
  if (!fits(found)) throw argumentError(field, limit, JSON.stringify(found.slice(0, 200)));
}

/** A value by its kind; a text as it stands. */
function kind(found: unknown): string {
  if (found === undefined || found === null) return String(found);
  if (typeof found === "string") return `the text ${JSON.stringify(found.slice(0, 200))}`;
  return typeof found === "object" ? shown(found) : `a ${typeof found}`;
}

/** The kinds that are claimed: those that are named, which must have handlers, or else those of the handlers. */
function claimed(
  named: readonly string[] | undefined,
  handlers: Map<string, Handler>,
): Pick<Terms, "kinds" | "handlers"> {
  if (handlers.has("*")) return { handlers, ...(named && { kinds: [...named] }) };
  if (handlers.size > NAMES_MAX)
    throw argumentError("handlers", `at most ${NAMES_MAX} handlers, or one for *`, String(handlers.size));
  const unhandled = named?.find((kind) => !handlers.has(kind));
  if (unhandled !== undefined) throw argumentError("kinds", "kinds that have a handler", unhandled);
  return { handlers, kinds: named ? [...named] : [...handlers.keys()] };
}

/** The handlers by kind, as they are now: members of a plain object, and methods of one of a class. */
function handlersOf(found: Handlers): Map<string, Handler> {
  // Their own methods are nobody's handlers.
  const isOther = Object(found) !== found || Symbol.iterator in found || isA(found, Promise);
  if (typeof found !== "object" || isOther) throw argumentError("handlers", "an object of functions", kind(found));
  const handlers = new Map<string, Handler>();
  for (const [name, handler] of isPlain(found) ? Object.entries(found) : methods(found)) {
    if (typeof handler !== "function") throw argumentError(`handlers.${name}`, "a function", kind(handler));
    text("handlers", name, NAME);
    handlers.set(name, (task) => handler.call(found, task));
  }
  return handlers;
}

/** The functions that an object has of its own or of its classes; those of a class below win. */
function methods(found: object): [string, Handler][] {
  const above: object | null = Object.getPrototypeOf(found);
  if (above === null) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(found)).map(([name, { value }]) => [name, value]);
  const functions = own.filter(([name, value]) => name !== "constructor" && typeof value === "function");
  return [...methods(above), ...(functions as [string, Handler][])];
}

function isPlain(found: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(found);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
