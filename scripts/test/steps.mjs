// What `npm test` does: which steps there are, what each needs, and to which suite it belongs.

import { cpus } from "node:os";
import { files } from "../setup/tree.mjs";
import { runKept } from "./kept.mjs";
import { compile, runInWasm, runNatively, runOthers } from "./rust.mjs";

/** @typedef {import("./lanes.mjs").Step} Step */

/** What each suite needs to be set up, and its steps; those that take longest stand by themselves. */
const suites = {
  native: { parts: ["build"], steps: ["laws", "faults", "other native tests", "samples in Rust"] },
  laws: { parts: ["build"], steps: ["laws"] },
  faults: { parts: ["build"], steps: ["faults"] },
  node: { parts: ["build"], steps: ["engine in Node"] },
  chrome: { parts: ["build", "browser"], steps: ["engine in Chromium"] },
  js: { parts: ["build"], steps: ["JavaScript tests"] },
  edge: { parts: ["build", "edge"], steps: ["other runtimes"] },
  firefox: { parts: ["build", "firefox"], steps: ["a story in Firefox"] },
  power: { parts: ["build"], steps: ["losses of power"] },
  page: { parts: ["build", "browser"], steps: ["browser tests"] },
};

/** @typedef {keyof typeof suites} Suite */

export const suiteNames = /** @type {Suite[]} */ (Object.keys(suites));

/** So many steps run side by side: one for each core, two at most, since a browser alone has many processes. */
export const lanes = Math.min(2, cpus().length);

/** @param {Suite[]} chosen */
export function partsOf(chosen) {
  return [...new Set(chosen.flatMap((name) => suites[name].parts))];
}

/**
 * Runs a file of tests for Node's own runner.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder
 * @param {string[]} options
 */
function nodeTests(env, folder, ...options) {
  const tests = files(folder).filter((file) => file.endsWith(".test.mjs"));
  return runKept(process.execPath, ["--test", "--test-reporter=spec", ...options, ...tests], { env });
}

/**
 * All steps, in the order in which they are begun where nothing else decides: first what others wait for longest.
 * @param {NodeJS.ProcessEnv} env
 * @param {Suite[]} chosen
 * @returns {(Step & { after?: string[] })[]}
 */
function all(env, chosen) {
  const scripts = (/** @type {string} */ name) =>
    runKept(process.execPath, [`scripts/${name}.mjs`], { env, yields: true });
  const only = chosen.includes("native") ? [] : chosen.filter((name) => name === "laws" || name === "faults");
  const [beside, apart] = ["native build", "page build"];
  return [
    { name: apart, needs: [], tests: false, runs: () => scripts("page") },
    { name: beside, needs: [], tests: false, runs: () => compile(env, { tests: only }) },
    // After the native one, if there is one: both want the same lock.
    {
      name: "wasm build",
      needs: [],
      after: [beside],
      tests: false,
      runs: () => compile(env, { wasm: true, tests: ["engine"] }),
    },
    // One browser at a time: each of them keeps a core busy.
    {
      name: "browser tests",
      needs: [apart],
      tests: true,
      runs: () => nodeTests(env, "tests/browser", "--test-concurrency=1"),
    },
    {
      name: "losses of power",
      needs: [apart],
      tests: true,
      runs: () => nodeTests(env, "tests/crash", "--test-concurrency=1"),
    },
    { name: "laws", needs: [beside], tests: true, runs: () => runNatively(env, "laws") },
    { name: "faults", needs: [beside], tests: true, runs: () => runNatively(env, "faults") },
    {
      name: "other native tests",
      needs: [beside],
      tests: true,
      runs: () => runOthers(env, ["laws", "faults"]),
    },
    // May be none; it wants the lock of builds as well.
    {
      name: "samples in Rust",
      needs: [beside],
      after: ["wasm build"],
      tests: false,
      runs: () => runKept("cargo", ["test", "--doc", "--workspace"], { env }),
    },
    { name: "engine in Node", needs: ["wasm build"], tests: true, runs: () => runInWasm(env, "node") },
    { name: "JavaScript tests", needs: [apart], tests: true, runs: () => nodeTests(env, "tests/js") },
    {
      name: "other runtimes",
      needs: [apart],
      tests: true,
      runs: () => nodeTests(env, "tests/edge", "--test-concurrency=1"),
    },
    {
      name: "a story in Firefox",
      needs: [apart],
      tests: true,
      runs: () => nodeTests({ ...env, TIDEGATE_BROWSER: "firefox" }, "tests/browser/engine/story.test.mjs"),
    },
    { name: "engine in Chromium", needs: ["wasm build"], tests: true, runs: () => runInWasm(env, "chrome") },
  ];
}

/**
 * The steps of the chosen suites with all that they need.
 * @param {NodeJS.ProcessEnv} env
 * @param {Suite[]} chosen
 * @returns {Step[]}
 */
export function stepsOf(env, chosen) {
  const every = all(env, chosen);
  const wanted = new Set(chosen.flatMap((name) => suites[name].steps));
  for (const step of [...every].reverse()) if (wanted.has(step.name)) for (const name of step.needs) wanted.add(name);
  const steps = every.filter(({ name }) => wanted.has(name));
  return steps.map((step) => ({
    ...step,
    needs: [...step.needs, ...(step.after ?? [])].filter((name) => wanted.has(name)),
  }));
}
