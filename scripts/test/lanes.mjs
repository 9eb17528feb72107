// Steps that need each other, side by side in a few lanes: each starts as soon as what it needs is done and a lane is free,
// first things first. What a step wrote is shown whole when it ends; meanwhile a line says what runs for how long.

import { Failure } from "../setup/failure.mjs";
import { Tally } from "../setup/tally.mjs";
import { endChildren } from "./kept.mjs";

/**
 * `runs` answers whether it succeeded and what it wrote; a step that `tests` fails where it ran no test at all.
 * @typedef {{ succeeded: boolean, output: string }} Outcome
 * @typedef {{ name: string, needs: string[], tests: boolean, runs: () => Promise<Outcome> }} Step
 * @typedef {Outcome & { step: Step, seconds: string, tally: Tally }} Ended
 */

const REPORT_MS = 30_000;

/** @param {number} since */
const secondsSince = (since) => ((Date.now() - since) / 1000).toFixed(1);

/**
 * @param {Step} step
 * @returns {Promise<Ended>}
 */
async function run(step) {
  const started = Date.now();
  const { succeeded, output } = await step.runs();
  const tally = new Tally();
  tally.read(`${output}\n`);
  return { step, succeeded, output, tally, seconds: secondsSince(started) };
}

/** Steps under way, and since when. */
class Running {
  /** @type {Map<string, { since: number, end: Promise<Ended> }>} */
  #steps = new Map();
  #timer = setInterval(() => this.#report(), REPORT_MS);

  get size() {
    return this.#steps.size;
  }

  /** @param {Step} step */
  start(step) {
    console.log(`-- ${step.name} begins`);
    this.#steps.set(step.name, { since: Date.now(), end: run(step) });
  }

  /** The next one that ends. */
  async ended() {
    const ended = await Promise.race([...this.#steps.values()].map(({ end }) => end));
    this.#steps.delete(ended.step.name);
    return ended;
  }

  /** Ends what is under way. */
  async stop() {
    clearInterval(this.#timer);
    endChildren();
    await Promise.all([...this.#steps.values()].map(({ end }) => end));
  }

  #report() {
    const lines = [...this.#steps].map(([name, { since }]) => `${name} ${secondsSince(since)} s`);
    console.log(`   running: ${lines.join(", ")}`);
  }
}

/**
 * Runs all steps in so many lanes; answers how many tests passed. Stops at the first step that fails, whose output comes
 * last.
 * @param {Step[]} steps
 * @param {number} lanes
 * @param {Tally} total
 */
export async function runInLanes(steps, lanes, total) {
  const waiting = [...steps];
  const done = new Set();
  const running = new Running();
  try {
    while (waiting.length > 0 || running.size > 0) {
      fill(waiting, lanes, done, running);
      const ended = await running.ended();
      judge(ended, total);
      done.add(ended.step.name);
    }
  } finally {
    await running.stop();
  }
}

/**
 * Starts what can be started.
 * @param {Step[]} waiting
 * @param {number} lanes
 * @param {Set<string>} done
 * @param {Running} running
 */
function fill(waiting, lanes, done, running) {
  while (running.size < lanes) {
    const next = waiting.findIndex(({ needs }) => needs.every((name) => done.has(name)));
    const step = waiting[next];
    if (step === undefined) break;
    waiting.splice(next, 1);
    running.start(step);
  }
  if (running.size === 0) throw new Error(`these steps wait for each other: ${waiting.map(({ name }) => name).join()}`);
}

/**
 * Shows what a step wrote and counts its tests.
 * @param {Ended} ended
 * @param {Tally} total
 */
function judge({ step, succeeded, output, tally, seconds }, total) {
  console.log(`\n== ${step.name}`);
  if (output.trim() !== "") console.log(output.trimEnd());
  console.log(`== ${step.name}: ${seconds} s${step.tests ? `, ${tally.passed} passed` : ""}`);
  total.passed += tally.passed;
  total.failed += tally.failed;
  if (!succeeded) throw new Failure(`${step.name} failed: the first thing that went wrong is above.`);
  if (step.tests && tally.passed === 0)
    throw new Failure(`${step.name} ran no test at all: a test that does not run proves nothing.`);
}
