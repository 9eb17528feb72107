// The clang that compiles SQLite's C to WebAssembly. gcc cannot, and a clang may have been built without that target,
// so each candidate has to compile one line before it is believed.

import { devNull } from "node:os";
import { ask, find } from "./child.mjs";
import { installPackages } from "./debian.mjs";
import { Failure } from "./failure.mjs";
import { wasmTarget } from "./project.mjs";

const newestFirst = Array.from({ length: 17 }, (_, i) => `clang-${30 - i}`);

// clang-19 comes first because .cargo/config.toml names it: builds with and without these scripts then agree.
const candidates = ["clang-19", "clang", ...newestFirst];

/** @type {string | undefined} */
let known;

/** The name of a clang in PATH that can target wasm, or undefined. A choice made in the environment goes first. */
export function findClang() {
  const chosen = process.env.CC_wasm32_unknown_unknown;
  known ??= [...(chosen ? [chosen] : []), ...candidates].find(targetsWasm);
  return known;
}

/** @param {string} name */
function targetsWasm(name) {
  if (!name.includes("/") && !find(name)) return false;
  const args = [`--target=${wasmTarget}`, "-c", "-x", "c", "-", "-o", devNull];
  return ask(name, args, { input: "int one(void) { return 1; }\n" }) !== undefined;
}

export async function setUpClang() {
  if (findClang()) return;
  await installPackages("a clang that targets WebAssembly is missing (it compiles SQLite)", [["clang-19"], ["clang"]]);
  if (!findClang())
    throw new Failure("no clang in PATH can target WebAssembly: install clang 14 or newer, then run this again.");
}
