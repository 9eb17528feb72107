// What `npm run simulate` may be told.

import { Failure } from "../setup/failure.mjs";
import { suiteNames } from "./suites.mjs";

/** @typedef {{ minutes: number, seed: number, only: string[] }} Options */

const MINUTES = 30;
const MINUTES_MAX = 7 * 24 * 60;
const SECONDS_MAX = MINUTES_MAX * 60;
/** Seeds pass through JavaScript, Rust and shells: this many stay whole everywhere. */
const SEED_MAX = 4_294_967_295;

/**
 * A whole number that an option says.
 * @param {string} option
 * @param {string} value
 * @param {number} least
 * @param {number} most
 */
function whole(option, value, least, most) {
  const number = Number(value);
  if (!/^\d{1,15}$/.test(value) || number < least || number > most)
    throw new Failure(`${option} takes a whole number from ${least} to ${most}, not "${value}".`);
  return number;
}

/** @param {string} value */
function named(value) {
  const names = value.split(",");
  const unknown = names.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined)
    throw new Failure(`--only= takes any of ${suiteNames.join(", ")}, with commas between, not "${unknown}".`);
  return names;
}

/** What each option says. @type {Record<string, (value: string) => Partial<Options>>} */
const OPTIONS = {
  "--minutes": (value) => ({ minutes: whole("--minutes", value, 1, MINUTES_MAX) }),
  "--seconds": (value) => ({ minutes: whole("--seconds", value, 1, SECONDS_MAX) / 60 }),
  "--seed": (value) => ({ seed: whole("--seed", value, 0, SEED_MAX) }),
  "--only": (value) => ({ only: named(value) }),
};

/**
 * Reads the options; a seed that nobody names follows from the time.
 * @param {string[]} given
 * @param {number} now Unix ms
 * @returns {Options}
 */
export function read(given, now) {
  const options = { minutes: MINUTES, seed: now % 1_000_000, only: suiteNames };
  const seen = new Set();
  for (const one of given) {
    const [, option = "", value = ""] = /^(--[a-z]+)=(.*)$/.exec(one) ?? [];
    if (seen.has(option)) throw new Failure(`${option} is given twice.`);
    seen.add(option);
    const says = OPTIONS[option];
    if (says === undefined)
      throw new Failure(`npm run simulate takes --minutes= or --seconds=, --seed= and --only=, not "${one}".`);
    Object.assign(options, says(value));
  }
  if (seen.has("--minutes") && seen.has("--seconds")) throw new Failure("--minutes and --seconds say the same.");
  return options;
}
