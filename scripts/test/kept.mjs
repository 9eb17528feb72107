// Child programs whose output is kept until they end, so that what runs side by side is read one after the other.

import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { root } from "../setup/project.mjs";

/**
 * `yields` lets others have a core first: for compilers, which would take it from a browser that is being tested.
 * @typedef {{ env: NodeJS.ProcessEnv, cwd?: string, yields?: boolean }} Surroundings
 * @typedef {{ succeeded: boolean, output: string, answer: string }} Outcome
 */

/** Process groups under way: a child has one of its own, so that it ends with all that it started. */
const groups = new Set();

/** As of a program that was started with `nice -n 5`. */
const YIELDING = 5;

/** How long a child may take to end by itself. */
const PATIENCE_MS = 10_000;

/** @param {NodeJS.Signals} signal */
function tell(signal) {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      groups.delete(group);
    }
  }
}

/** Ends every child under way with all that it started. */
export function endChildren() {
  tell("SIGTERM");
  setTimeout(tell, PATIENCE_MS, "SIGKILL").unref();
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => {
    endChildren();
    process.exit(1);
  });
}

/**
 * Runs a program to its end. The output is what it wrote, in order; the answer is its standard output alone.
 * @param {string} command
 * @param {string[]} args
 * @param {Surroundings} surroundings
 * @returns {Promise<Outcome>}
 */
export function runKept(command, args, { env, cwd = root, yields = false }) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  if (group !== undefined && yields) setPriority(group, YIELDING);
  /** @type {string[]} */
  const output = [];
  /** @type {string[]} */
  const answer = [];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.push(text);
    answer.push(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => output.push(text));
  return new Promise((resolve) => {
    /** @param {boolean} succeeded */
    const end = (succeeded) => {
      groups.delete(group);
      resolve({ succeeded, output: output.join(""), answer: answer.join("") });
    };
    child.on("error", (error) => {
      output.push(`${command}: ${error.message}\n`);
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}
