// What a run measures, and where it lays what it writes, as the options of `npm run bench` say.

import { Failure } from "../setup/failure.mjs";

/** @typedef {{ quick: boolean, filter: string, folder: string }} Plan */

const PLACES = ["native", "wasm", "chromium"];

/** What was asked for. */
export function options() {
  const chosen = { quick: false, filter: "" };
  /** @type {Set<string>} */
  const places = new Set();
  for (const option of process.argv.slice(2)) {
    if (option === "--quick") chosen.quick = true;
    else if (PLACES.includes(option.slice(2))) places.add(option.slice(2));
    else if (option.startsWith("--filter=")) chosen.filter = option.slice("--filter=".length);
    else
      throw new Failure(
        `there is no option ${option}: name any of --quick, --filter=<text>, --${PLACES.join(", --")}.`,
      );
  }
  const [native, wasm, chromium] = PLACES.map((place) => places.size === 0 || places.has(place));
  return { ...chosen, native, wasm, chromium };
}
