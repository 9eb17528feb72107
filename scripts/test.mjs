// `npm test`: every test, natively, in Node and in Chromium. Stops at the first step that fails, ends with the count.
// `npm test -- --only=native` (or node, chrome, js, page) runs one of the steps.

import { buildPackage } from "./package.mjs";
import { buildPage } from "./page.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { step } from "./setup/steps.mjs";
import { Tally } from "./setup/tally.mjs";
import { files } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

/**
 * @typedef {(env: NodeJS.ProcessEnv) => Promise<void>} Build
 * @typedef {{ name: string, needs: string[], args: (env: NodeJS.ProcessEnv) => string[], build?: Build }} Step
 */

/**
 * One run of wasm-pack, which compiles the test for wasm and runs it where the options say.
 * @param {string[]} where
 * @param {string} test
 */
function wasmPack(where, test) {
  return ["wasm-pack", "test", ...where, "--mode", "no-install", ".", "--test", test];
}

/** @param {string} folder @param {string[]} options */
function nodeTests(folder, ...options) {
  const tests = files(folder).filter((file) => file.endsWith(".test.mjs"));
  return [process.execPath, "--test", "--test-reporter=spec", ...options, ...tests];
}

/** @type {Record<string, Step>} */
const steps = {
  native: { name: "native tests", needs: ["test"], args: () => ["cargo", "test", "--workspace"] },
  node: { name: "engine in Node", needs: ["test"], args: () => wasmPack(["--node"], "engine_node") },
  chrome: {
    name: "engine in Chromium",
    needs: ["test", "browser"],
    args: (env) => wasmPack(["--headless", "--chrome", "--chromedriver", String(env.CHROMEDRIVER)], "engine_browser"),
  },
  js: {
    name: "JavaScript tests",
    needs: ["build"],
    args: () => nodeTests("tests/js"),
    build: buildPackage,
  },
  page: {
    name: "browser tests",
    needs: ["build", "browser"],
    // One browser at a time: each of them keeps both cores busy.
    args: () => nodeTests("tests/browser", "--test-concurrency=1"),
    build: buildPage,
  },
};

/** The steps to run: all, or the one that --only names. */
function chosen() {
  const only = process.argv[2]?.replace(/^--only=/, "");
  const wanted = only === undefined ? Object.keys(steps) : [only];
  const list = wanted.map((key) => steps[key]).filter((found) => found !== undefined);
  if (process.argv.length > 3 || list.length === 0) {
    throw new Failure(`npm test takes one option, --only= followed by any of ${Object.keys(steps).join(", ")}.`);
  }
  return list;
}

/**
 * @param {Step} one
 * @param {NodeJS.ProcessEnv} env
 * @param {Tally} tally
 */
async function runStep(one, env, tally) {
  await one.build?.(env);
  const [command, ...args] = /** @type {[string, ...string[]]} */ (one.args(env));
  const before = tally.passed;
  const succeeded = await run(command, args, { env, hears: (text) => tally.read(text) });
  if (!succeeded) throw new Failure(`${one.name} failed: the first thing that went wrong is above.`);
  if (tally.passed === before)
    throw new Failure(`${one.name} ran no test at all: a test that does not run proves nothing.`);
}

await asProgram(import.meta.url, async () => {
  const list = chosen();
  const colour = process.stdout.isTTY ? { CARGO_TERM_COLOR: "always" } : {};
  const env = {
    ...(await setUp(...new Set(list.flatMap(({ needs }) => needs)))),
    ...colour,
    WASM_BINDGEN_TEST_TIMEOUT: "900",
  };
  const tally = new Tally();
  try {
    for (const one of list) await step(one.name, () => runStep(one, env, tally));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\ntidegate: ${error.message}`);
    tally.failed = Math.max(tally.failed, 1);
    process.exitCode = 1;
  }
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
});
