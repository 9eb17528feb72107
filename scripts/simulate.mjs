// `npm run simulate`: the long forms of everything that a seed drives, round after round, until the time is over or
// something fails. `-- --minutes=120 --seed=7 --only=walks,crashes` says how long (or `--seconds=`), from which
// seed on, and what.

import { asProgram, Failure } from "./setup/failure.mjs";
import { setUp } from "./setup.mjs";
import { read } from "./simulate/options.mjs";
import { commandOf, occurredIn, settingsOf, stepsIn, suites } from "./simulate/suites.mjs";
import { runKept } from "./test/kept.mjs";
import { compile, runNatively } from "./test/rust.mjs";

/**
 * @typedef {import("./simulate/suites.mjs").Suite} Suite
 * @typedef {{ runs: number, steps: number | undefined, failures: number, occurred: Map<string, number> }} Counts
 */

/** @param {Suite[]} chosen @param {NodeJS.ProcessEnv} env */
async function build(chosen, env) {
  const tests = [...new Set(chosen.map(({ program }) => program))].filter((name) => name !== "node");
  if (tests.length > 0) {
    console.log(`compiling ${tests.join(" and ")}`);
    const { succeeded, output } = await compile(env, { tests });
    if (!succeeded) throw new Failure(`what is simulated does not compile:\n${output}`);
  }
  if (!chosen.some(({ program }) => program === "node")) return;
  const [what, script] = chosen.some(({ browser }) => browser)
    ? ["package and its page", "page"]
    : ["package", "package"];
  console.log(`building the ${what}`);
  const { succeeded, output } = await runKept(process.execPath, [`scripts/${script}.mjs`], { env });
  if (!succeeded) throw new Failure(`the ${what} could not be built:\n${output}`);
}

/** @param {Suite} suite @param {NodeJS.ProcessEnv} env @param {number} seed */
function run(suite, env, seed) {
  const told = { ...env, ...settingsOf(suite, seed) };
  if (suite.program !== "node") return runNatively(told, suite.program, [...suite.filters, "--nocapture"]);
  const options = ["--test", "--test-reporter=spec", "--test-concurrency=1"];
  return runKept(process.execPath, [...options, ...suite.filters], { env: told });
}

/** @param {Map<string, Counts>} table */
function summary(table) {
  const rows = [...table].map(([name, { runs, steps, failures }]) => [name, runs, steps ?? "–", failures]);
  const widths = [12, 8, 12, 10];
  const line = (/** @type {unknown[]} */ cells) =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[at] ?? 0)));
  console.log("");
  for (const cells of [["suite", "runs", "steps", "failures"], ...rows]) console.log(line(cells).join(""));
  for (const [name, { occurred }] of table) {
    if (occurred.size > 0) console.log(`\nwhat occurred in ${name}`);
    for (const [what, times] of [...occurred].sort()) console.log(`${String(times).padStart(12)}  ${what}`);
  }
}

/**
 * Makes one run; answers whether it succeeded. A failure is shown with the command that repeats it.
 * @param {Suite} suite
 * @param {NodeJS.ProcessEnv} env
 * @param {number} seed
 * @param {Counts} counts
 */
async function simulate(suite, env, seed, counts) {
  const started = Date.now();
  const { succeeded, output } = await run(suite, env, seed);
  const [ran, steps] = [/test result: .* [1-9]\d* passed|^\S* ?pass [1-9]/m.test(output), stepsIn(suite, output)];
  counts.runs += 1;
  if (steps !== undefined) counts.steps = (counts.steps ?? 0) + steps;
  for (const [name, times] of occurredIn(suite, output))
    counts.occurred.set(name, (counts.occurred.get(name) ?? 0) + times);
  const what = suite.once ? suite.name : `${suite.name}, seed ${seed}`;
  if (succeeded && !ran) throw new Failure(`${what} ran no test at all: a test that does not run proves nothing.`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${what}: ${succeeded ? "holds" : "FAILED"} after ${seconds} s${steps ? `, ${steps} steps` : ""}`);
  if (succeeded) return;
  counts.failures += 1;
  console.log(`\n${output.trimEnd()}\n`);
  throw new Failure(`${what} failed: see above. This repeats it:\n  ${commandOf(suite, seed)}`);
}

/**
 * Round after round, each with the next seed, until the time is over.
 * @param {Suite[]} chosen
 * @param {NodeJS.ProcessEnv} env
 * @param {import("./simulate/options.mjs").Options} options
 * @param {Map<string, Counts>} table
 */
async function rounds(chosen, env, { minutes, seed }, table) {
  const until = Date.now() + minutes * 60_000;
  for (let round = 0; ; round += 1) {
    const left = chosen.filter(({ once }) => round === 0 || !once);
    for (const suite of left) {
      if (Date.now() >= until) return;
      const counts = table.get(suite.name);
      if (counts) await simulate(suite, env, (seed + round) % 2 ** 32, counts);
    }
    if (left.length === 0) return;
  }
}

await asProgram(import.meta.url, async () => {
  const options = read(process.argv.slice(2), Date.now());
  const chosen = suites.filter(({ name }) => options.only.includes(name));
  const env = await setUp("build", ...new Set(chosen.flatMap(({ browser }) => browser ?? [])));
  await build(chosen, env);
  console.log(
    `${Number(options.minutes.toFixed(2))} minutes from seed ${options.seed} on: ${chosen.map(({ name }) => name).join(", ")}`,
  );
  /** @type {Map<string, Counts>} */
  const table = new Map(
    chosen.map(({ name }) => [name, { runs: 0, steps: undefined, failures: 0, occurred: new Map() }]),
  );
  try {
    await rounds(chosen, env, options, table);
  } finally {
    summary(table);
  }
});
