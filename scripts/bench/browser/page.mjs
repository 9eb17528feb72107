/// <reference lib="dom" />
// A run in a browser, on its page: what is measured where, in order, as far as it is wanted.

import { Bench } from "./bench.mjs";
import { countCalls, measureCalls, measureCallsOnPage } from "./calls.mjs";
import { measureOpening } from "./opening.mjs";

/** @typedef {import("./bench.mjs").Ground} Ground */

/** @type {Ground[]} */
const GROUNDS = [
  { name: "memory", kind: "memory", strict: false },
  { name: "OPFS relaxed", kind: "opfs", strict: false },
  { name: "OPFS strict", kind: "opfs", strict: true },
];

/**
 * @param {import("./bench.mjs").Plan} plan
 * @param {import("./bench.mjs").Take} take
 * @returns {Promise<string>} the version of SQLite
 */
export async function measure(plan, take) {
  const bench = await Bench.begun(plan, take);
  for (const ground of GROUNDS) {
    const [worker, page] = [`Chromium worker, ${ground.name}`, `Chromium page, ${ground.name}`];
    await bench.at(worker, measureCalls, ground);
    if (ground.kind === "opfs") await bench.at(worker, countCalls, ground);
    await bench.at(page, measureCallsOnPage, ground);
    if (ground.strict) await bench.at(page, measureOpening, ground);
  }
  return bench.sqlite;
}
