// What is simulated: each suite once in a round, with the seed of the round; and one that has no seed, once.

import { files } from "../setup/tree.mjs";

/**
 * How one run of a suite is made: which program, with which arguments and settings. `once` is for what no seed changes;
 * `browser` is the part that sets its browser up; `steps` finds what was done in what the run
 * printed, `tallies` what occurred there how often.
 * @typedef {{ name: string, program: "laws" | "faults" | "node", filters: string[], settings?: Record<string, string>,
 *   once?: boolean, browser?: "browser" | "firefox", steps?: RegExp, tallies?: RegExp }} Suite
 */

const walked = /seed \d+, (\d+) steps/g;

const crashes = files("tests/browser").filter((file) => /\/crash[^/]*\.test\.mjs$/.test(file));

/**
 * What Firefox does as Chromium does: the engine and its storage. Quotas are set by a tool of Chromium's, and a page that
 * Firefox keeps for the way back lets go of no files.
 */
const inFirefox = files("tests/browser").filter((file) =>
  /^tests\/browser\/(engine|storage)\/(?!history|quota)[^/]*\.test\.mjs$/.test(file),
);

const others = ["late_timer", "focused", "grants", "pages", "paging", "workers"];

/** @type {Suite[]} */
export const suites = [
  {
    name: "walks",
    program: "laws",
    filters: ["walks::walk::"],
    settings: { TIDEGATE_STEPS: "10000" },
    steps: walked,
  },
  { name: "flows", program: "laws", filters: ["flows::walk::"], settings: { TIDEGATE_STEPS: "1500" }, steps: walked },
  { name: "laws", program: "laws", filters: others.map((name) => `walks::${name}::`) },
  { name: "arguments", program: "faults", filters: ["arbitrary::arbitrary_arguments"], steps: walked },
  {
    name: "faults",
    program: "faults",
    filters: ["failing::a_fault_at_any_statement"],
    steps: /seed \d+: (\d+) of \d+ places/g,
  },
  {
    name: "whole",
    program: "faults",
    filters: ["failing::", "refusing::"],
    settings: { TIDEGATE_WHOLE: "1" },
    once: true,
    steps: /seed \d+: (\d+) of \d+ places/g,
  },
  {
    name: "power",
    program: "node",
    filters: ["tests/crash/power.test.mjs"],
    settings: { TIDEGATE_SECONDS: "60" },
    steps: /^\S* ?seed \d+, .*: (\d+) images$/gm,
    tallies: /^\S* ?(\d+) ((?:policies|faults|refusals|crashes|schedules|images): .*)$/gm,
  },
  { name: "crashes", program: "node", filters: crashes, browser: "browser", steps: /^\S* (\d+) ends of the /gm },
  {
    name: "firefox",
    program: "node",
    filters: inFirefox,
    settings: { TIDEGATE_BROWSER: "firefox" },
    once: true,
    browser: "firefox",
  },
];

export const suiteNames = suites.map(({ name }) => name);

/**
 * What a run is told besides.
 * @param {Suite} suite
 * @param {number} seed
 * @returns {Record<string, string>}
 */
export function settingsOf(suite, seed) {
  return { ...(suite.once ? {} : { TIDEGATE_SEED: String(seed) }), ...suite.settings };
}

/**
 * The command that makes a run once more.
 * @param {Suite} suite
 * @param {number} seed
 */
export function commandOf(suite, seed) {
  const settings = Object.entries(settingsOf(suite, seed)).map(([name, value]) => `${name}=${value}`);
  const program = suite.program === "node" ? "node --test" : `cargo test --test ${suite.program} --`;
  return [...settings, program, ...suite.filters].join(" ");
}

/**
 * How many steps a run took, by what it printed; undefined where that is not counted.
 * @param {Suite} suite
 * @param {string} output
 */
export function stepsIn({ steps }, output) {
  if (steps === undefined) return undefined;
  return [...output.matchAll(steps)].reduce((sum, found) => sum + Number(found[1]), 0);
}

/**
 * What occurred in a run, and how often.
 * @param {Suite} suite
 * @param {string} output
 * @returns {[string, number][]}
 */
export function occurredIn({ tallies }, output) {
  if (tallies === undefined) return [];
  return [...output.matchAll(tallies)].map(([, times, what]) => [String(what), Number(times)]);
}
