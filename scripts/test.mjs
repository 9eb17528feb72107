// `npm test`: every test, natively, in Node and in Chromium, two things at a time. Stops at the first step that fails, ends
// with the count. `npm test -- --only=native,js` runs some of the suites alone.

import { asProgram, Failure } from "./setup/failure.mjs";
import { Tally } from "./setup/tally.mjs";
import { setUp } from "./setup.mjs";
import { runInLanes } from "./test/lanes.mjs";
import { lanes, partsOf, stepsOf, suiteNames } from "./test/steps.mjs";

/** @typedef {import("./test/steps.mjs").Suite} Suite */

/** The suites to run: all, or those that --only names. */
function chosen() {
  const [option, ...more] = process.argv.slice(2);
  if (option === undefined) return suiteNames.filter((name) => name !== "laws" && name !== "faults");
  const asked = option.startsWith("--only=") ? option.slice("--only=".length).split(",") : [];
  const known = suiteNames.filter((name) => asked.includes(name));
  if (more.length > 0 || known.length === 0 || known.length < new Set(asked).size)
    throw new Failure(`npm test takes one option, --only= and any of ${suiteNames.join(", ")}, with commas between.`);
  return known;
}

/** Seconds: browsers may be slow where much runs beside them. */
const patience = { WASM_BINDGEN_TEST_TIMEOUT: "900", WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60" };

/** For tests that share the cores with others; compilers take what is left over, and yield. */
const aCoreEach = { RUST_TEST_THREADS: "1" };

await asProgram(import.meta.url, async () => {
  const started = Date.now();
  const suites = chosen();
  const colour = process.stdout.isTTY ? { CARGO_TERM_COLOR: "always" } : {};
  const env = { ...(await setUp(...partsOf(suites))), ...colour, ...patience };
  const steps = stepsOf(env, suites);
  if (suites.length > 1) Object.assign(env, aCoreEach);
  const tally = new Tally();
  try {
    await runInLanes(steps, lanes, tally);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\ntidegate: ${error.message}`);
    tally.failed = Math.max(tally.failed, 1);
    process.exitCode = 1;
  }
  console.log(`\nafter ${((Date.now() - started) / 1000).toFixed(0)} s`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
});
