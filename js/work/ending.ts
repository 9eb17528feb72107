// What the end of a handler means: what it returned is the result, what it threw is a failure of some class. Whatever was
// thrown becomes a failure that the engine takes: what cannot be told of it is left out, and who asked for it hears why.

import { argumentError, TidegateError } from "../ground/errors.js";
import { cut } from "../ground/payload.js";
import type { FailArgs, FailureClass } from "../types.generated.js";
import { isError, member, textOf, withCauses } from "./causes.js";
import { TaskFailure } from "./task.js";

/** Bytes of a failure's message or detail at most, and of its category. */
const REASON_BYTES_MAX = 65_536;
const CATEGORY_BYTES_MAX = 256;
/** The last instant of the year 9999, in Unix ms. */
const INSTANT_MAX = 253_402_300_799_999;

const CLASSES: readonly FailureClass[] = ["transient", "permanent", "infra_crash", "timeout", "cancelled"];

/** How a handler ended: with a result or with a failure, and what of that failure could not be meant. */
export type Ending = { result: unknown } | { failure: Failure; refused?: TidegateError };

/** A failure as the engine is told of it. */
export type Failure = Omit<FailArgs, "handle">;

/** A thrown value as a failure: a worker that stops is no fault of the work. */
export function failureOf(thrown: unknown, told: { stopped: boolean; misused: unknown }): Ending {
  if (isFailure(thrown)) return ofTaskFailure(thrown);
  const message = member(thrown, "message");
  const reason = isError(thrown)
    ? reasonOf(typeof message === "string" ? message : textOf(thrown), withCauses(thrown))
    : reasonOf(textOf(thrown), undefined);
  const permanent = thrown !== undefined && thrown === told.misused;
  return { failure: { reason, class: permanent ? "permanent" : told.stopped ? "infra_crash" : "transient" } };
}

/** The failure of a result that is refused for good. */
export function unkept(error: unknown): Failure {
  const message = member(error, "message");
  return refusal(`the result was refused: ${typeof message === "string" ? message : textOf(error)}`);
}

/** The failure that stands for one that the engine refuses. */
export function untold(error: unknown): Failure {
  return refusal(`the failure was refused: ${member(error, "message")}`);
}

/** A refusal of an argument or of a value, which the same call would meet again; errors of others are none of the engine's. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof TidegateError)) return true;
  return error.category === "validation" || error.category === "bug" || error.code === "storage.too_large";
}

function refusal(message: string): Failure {
  return { reason: reasonOf(message, undefined), class: "permanent" };
}

function isFailure(thrown: unknown): thrown is TaskFailure {
  try {
    return thrown instanceof TaskFailure;
  } catch {
    return false;
  }
}

/** What a failure says of itself, as far as it says what can be meant. */
function ofTaskFailure(thrown: TaskFailure): Ending {
  const refusals: TidegateError[] = [];
  const kept = <T>(field: string, limit: string, fits: (found: unknown) => found is T): T | undefined => {
    const found = member(thrown, field === "class" ? "failureClass" : field);
    if (found !== undefined && fits(found)) return found;
    if (found !== undefined || field === "class") refusals.push(argumentError(field, limit, shown(found)));
    return undefined;
  };
  const failureClass = kept("class", `one of ${CLASSES.join(", ")}`, isClass);
  const category = kept("category", `a well-formed text of at most ${CATEGORY_BYTES_MAX} bytes`, isCategory);
  const retryAt = kept("retryAt", `an instant in Unix ms, from 0 to ${INSTANT_MAX}`, isInstant);
  const detail = kept("detail", "a text", isText);
  const message = member(thrown, "message");
  const failure: Failure = {
    reason: reasonOf(isText(message) ? message : textOf(message), withCausesOf(thrown, detail)),
    // No retry would say it better.
    class: failureClass ?? "permanent",
    ...(category !== undefined && { category }),
    ...(retryAt !== undefined && { retryAt }),
  };
  const [refused] = refusals;
  return refused === undefined ? { failure } : { failure, refused };
}

/** A detail as it was given, and what caused the failure after it. */
function withCausesOf(thrown: TaskFailure, detail: string | undefined): string | undefined {
  const causes = member(thrown, "cause") === undefined ? undefined : withCauses(thrown, "");
  return [detail, causes?.trimStart()].filter((part) => part !== undefined).join("\n") || detail;
}

const isText = (found: unknown): found is string => typeof found === "string";
const isClass = (found: unknown): found is FailureClass => (CLASSES as readonly unknown[]).includes(found);
const isCategory = (found: unknown): found is string =>
  isText(found) && !/\p{Surrogate}/u.test(found) && new TextEncoder().encode(found).length <= CATEGORY_BYTES_MAX;
const isInstant = (found: unknown): found is number =>
  Number.isInteger(found) && Number(found) >= 0 && Number(found) <= INSTANT_MAX;

function shown(found: unknown): string {
  const text = textOf(found).slice(0, 200);
  return typeof found === "string" ? JSON.stringify(text) : `${text} (a ${typeof found})`;
}

function reasonOf(message: string, detail: string | undefined): Failure["reason"] {
  const reason = { message: cut(message, REASON_BYTES_MAX) };
  return detail === undefined ? reason : { ...reason, detail: cut(detail, REASON_BYTES_MAX) };
}
