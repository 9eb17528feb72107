// Child programs: find one, ask it a question, run it in the open, or run it quietly with its progress in view.
// Nothing here decides what a failure means to the person reading; callers turn one into a sentence.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { clearLine, cursorTo } from "node:readline";
import { root } from "./project.mjs";

/** @typedef {{ env?: NodeJS.ProcessEnv, cwd?: string }} Surroundings */

/**
 * The path of a program, or undefined.
 * @param {string} name
 * @param {string | undefined} path
 */
export function find(name, path = process.env.PATH) {
  const folders = (path ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * A quick program's answer on its standard output, or undefined if it failed.
 * @param {string} command
 * @param {string[]} args
 * @param {Surroundings & { input?: string }} options
 */
export function ask(command, args, options = {}) {
  const answer = spawnSync(command, args, { cwd: root, encoding: "utf8", timeout: 60_000, ...options });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/**
 * Runs a program in the open. Answers whether it succeeded. `hears` gets the text of its standard output as well.
 * @param {string} command
 * @param {string[]} args
 * @param {Surroundings & { hears?: (text: string) => void }} options
 * @returns {Promise<boolean>}
 */
export function run(command, args, { env = process.env, cwd = root, hears } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ["inherit", hears ? "pipe" : "inherit", "inherit"] });
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    hears?.(text);
  });
  return ended(child);
}

/**
 * Runs a program without its output, showing what it does and for how long. A failure's output is shown, unless the
 * caller has another way to go on.
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {Surroundings & { mayFail?: boolean }} options
 * @returns {Promise<boolean>}
 */
export async function runQuietly(what, command, args, { env = process.env, cwd = root, mayFail = false } = {}) {
  const progress = new Progress(what);
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(-100_000);
      progress.saw(output);
    });
  }
  const succeeded = await ended(child);
  progress.end(succeeded);
  if (!succeeded && !mayFail) console.error(output.trimEnd());
  return succeeded;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<boolean>}
 */
function ended(child) {
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
}

/** One line about a running program: rewritten each second on a terminal, repeated every half minute elsewhere. */
class Progress {
  #started = Date.now();
  #line = "";
  #live = process.stdout.isTTY === true;
  #timer = setInterval(() => this.#show(), this.#live ? 1_000 : 30_000);

  /** @param {string} what */
  constructor(what) {
    this.what = what;
  }

  /** @param {string} output */
  saw(output) {
    this.#line =
      output
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1)
        ?.trim() ?? "";
  }

  /** @param {boolean} succeeded */
  end(succeeded) {
    clearInterval(this.#timer);
    this.#write(`${this.what}: ${succeeded ? "done" : "failed"} after ${this.#seconds()} s`);
    if (this.#live) process.stdout.write("\n");
  }

  #show() {
    this.#write(`${this.what}: ${this.#seconds()} s  ${this.#line}`);
  }

  #seconds() {
    return ((Date.now() - this.#started) / 1000).toFixed(1);
  }

  /** @param {string} text */
  #write(text) {
    if (!this.#live) return void console.log(`  ${text}`);
    clearLine(process.stdout, 0);
    cursorTo(process.stdout, 0);
    process.stdout.write(`  ${text}`.slice(0, process.stdout.columns - 1));
  }
}
