// Rust tests, compiled once and then run by themselves: cargo would hold a lock and keep others from compiling meanwhile.

import { dirname } from "node:path";
import { wasmTarget } from "../setup/project.mjs";
import { runKept } from "./kept.mjs";

/**
 * @typedef {{ name: string, file: string, folder: string }} Program
 * @typedef {import("./lanes.mjs").Outcome} Outcome
 */

/** Programs by the target they were compiled for and their names. */
const compiled = new Map();

/** Where the tests of the engine run in wasm, by what tells wasm-bindgen's runner. */
const places = {
  node: {},
  chrome: { WASM_BINDGEN_USE_DEDICATED_WORKER: "1" },
};

/**
 * The test programs that cargo says it has compiled.
 * @param {string} answer
 * @returns {Program[]}
 */
function programs(answer) {
  const messages = answer.split("\n").filter((line) => line.startsWith('{"reason":"compiler-artifact"'));
  const made = messages.map((line) => JSON.parse(line)).filter(({ executable, profile }) => executable && profile.test);
  return made.map(({ target, executable, manifest_path }) => ({
    name: target.kind.includes("test") ? target.name : `${target.name} itself`,
    file: executable,
    folder: dirname(manifest_path),
  }));
}

/**
 * Compiles tests, all of the workspace or some by name, for this machine or for wasm.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ wasm?: boolean, tests?: string[] }} what
 * @returns {Promise<Outcome>}
 */
export async function compile(env, { wasm = false, tests = [] }) {
  const which = tests.length > 0 ? tests.flatMap((name) => ["--test", name]) : ["--workspace"];
  const target = wasm ? ["--target", wasmTarget] : [];
  const args = ["test", "--no-run", "--message-format=json-render-diagnostics", ...target, ...which];
  const { succeeded, output, answer } = await runKept("cargo", args, { env, yields: true });
  for (const program of programs(answer)) compiled.set(`${wasm} ${program.name}`, program);
  const lines = output.split("\n").filter((line) => !line.startsWith("{"));
  return { succeeded, output: lines.join("\n") };
}

/**
 * Runs one compiled test natively.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {string[]} [filters]
 * @returns {Promise<Outcome>}
 */
export function runNatively(env, name, filters = []) {
  const { file, folder } = compiled.get(`false ${name}`);
  return runKept(file, filters, { env: { ...env, CARGO_MANIFEST_DIR: folder }, cwd: folder });
}

/**
 * Runs all natively compiled tests but those named, one after the other.
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} others
 * @returns {Promise<Outcome>}
 */
export async function runOthers(env, others) {
  const names = [...compiled.keys()].filter((key) => key.startsWith("false ")).map((key) => key.slice("false ".length));
  let output = "";
  for (const name of names.filter((one) => !others.includes(one))) {
    const outcome = await runNatively(env, name);
    output += `\n${name}:${outcome.output}`;
    if (!outcome.succeeded) return { succeeded: false, output };
  }
  return { succeeded: true, output };
}

/**
 * Runs the tests of the engine that were compiled for wasm.
 * @param {NodeJS.ProcessEnv} env
 * @param {"node" | "chrome"} where
 * @returns {Promise<Outcome>}
 */
export function runInWasm(env, where) {
  const { file, folder } = compiled.get("true engine");
  return runKept("wasm-bindgen-test-runner", [file], { env: { ...env, ...places[where] }, cwd: folder });
}
