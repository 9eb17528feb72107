// A wasm package, by default the engine's in dist/wasm: cargo compiles it, wasm-bindgen writes its JavaScript and its
// types, wasm-opt makes it small, and both halves get one mark, by which they know each other. Nothing is done when no input has changed.

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, runQuietly } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { cargoHome, root, targetFolder, wasmTarget } from "./setup/project.mjs";
import { fingerprint } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

/** @typedef {{ crate: string, folder: string, inputs: string[], flags?: string[] }} Package */

/**
 * What is built: a crate's library, into a folder, from what these paths hold, with these flags for cargo.
 * @type {Package}
 */
export const engine = {
  crate: "tidegate",
  folder: "dist/wasm",
  inputs: [
    "src",
    "migrations",
    "sqlite",
    "js/types.generated.ts",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "rust-toolchain.toml",
    "package-lock.json",
    "scripts/build.mjs",
  ],
};

// What rustc and clang use in this build, and every engine of the last years has.
const features = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "multivalue",
  "reference-types",
];

/**
 * Builds a wasm package unless it is current.
 * @param {NodeJS.ProcessEnv} env the answer of setUp("build")
 * @param {Package} made
 */
export async function build(env, made = engine) {
  const wanted = fingerprint(made.inputs);
  const stampFile = join(root, `${made.folder}.stamp`);
  if (current(made, stampFile, wanted)) return report("wasm is current", made);
  rmSync(stampFile, { force: true });
  mkdirSync(join(root, made.folder), { recursive: true });
  await compile(env, made);
  await bind(env, made);
  await shrink(env, made);
  mark(made);
  writeFileSync(stampFile, wanted);
  report("wasm is built", made);
}

/** @param {Package} made */
function library({ crate }) {
  return crate.replaceAll("-", "_");
}

/**
 * The wasm file of a package.
 * @param {Package} made
 */
export function wasmFile(made = engine) {
  return join(root, made.folder, `${library(made)}_bg.wasm`);
}

/**
 * @param {Package} made
 * @param {string} stampFile
 * @param {string} wanted
 */
function current(made, stampFile, wanted) {
  return existsSync(wasmFile(made)) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Package} made
 */
async function compile(env, { crate, flags = [] }) {
  // The file alone: a library for Rust beside it keeps what is public in it, a fiftieth of the file as gzip.
  const kind = ["--lib", "--crate-type", "cdylib"];
  const args = ["rustc", "--release", ...kind, "--package", crate, "--target", wasmTarget, ...flags];
  // Panics name their place: in the source, not on the machine that built it.
  const places = [`${cargoHome}=cargo`, `${root}=.`].map((place) => `"--remap-path-prefix=${place}"`);
  args.push("--config", `target.${wasmTarget}.rustflags=[${places.join()}]`);
  if (!(await run("cargo", args, { env })))
    throw new Failure("the engine did not compile for WebAssembly: see cargo's message above.");
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Package} made
 */
async function bind(env, made) {
  const compiled = join(targetFolder, wasmTarget, `release/${library(made)}.wasm`);
  const args = ["--target", "web", "--out-dir", join(root, made.folder), compiled];
  if (!(await run("wasm-bindgen", args, { env })))
    throw new Failure("wasm-bindgen refused the compiled engine: see its message above.");
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Package} made
 */
async function shrink(env, made) {
  const file = wasmFile(made);
  const program = join(root, "node_modules/binaryen/bin/wasm-opt");
  // The second -Oz uses what --gufa found out about the values that can reach a place, the third what the second has left.
  // The first kilobyte of the memory is the very end of the stack, so no address is that low, and the memory is zero where
  // the file says nothing.
  const options = [
    "-Oz",
    "--gufa",
    "-Oz",
    "-Oz",
    "--low-memory-unused",
    "--zero-filled-memory",
    ...features.map((name) => `--enable-${name}`),
    "--strip-debug",
    "--strip-producers",
  ];
  const args = [program, file, "-o", file, ...options];
  if (!(await runQuietly("wasm-opt", process.execPath, args, { env })))
    throw new Failure("wasm-opt refused the engine: see its message above.");
}

/**
 * Gives the wasm file and its JavaScript one mark: a custom section there, a constant here. Caches may mix them with those
 * of another build, which may call each other wrongly without a word.
 * @param {Package} made
 */
export function mark(made = engine) {
  const [wasm, script] = [wasmFile(made), join(root, made.folder, `${library(made)}.js`)];
  const id = createHash("sha256").update(readFileSync(wasm)).update(readFileSync(script)).digest("hex").slice(0, 16);
  const section = Buffer.from(`\x08tidegate${id}`);
  appendFileSync(wasm, Buffer.from([0, section.length, ...section]));
  appendFileSync(script, `\n/** The mark of this build. */\nexport const buildId = "${id}";\n`);
  appendFileSync(script.replace(/\.js$/, ".d.ts"), "\n/** The mark of this build. */\nexport const buildId: string;\n");
}

/**
 * The size of a package's wasm file in bytes, as it is and as it travels.
 * @param {Package} made
 */
export function wasmSize(made = engine) {
  const bytes = readFileSync(wasmFile(made));
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

/**
 * @param {string} what
 * @param {Package} made
 */
function report(what, made) {
  const { raw, gzip } = wasmSize(made);
  console.log(`${what}: ${(raw / 1000).toFixed(0)} KB, ${(gzip / 1000).toFixed(0)} KB as gzip`);
}

await asProgram(import.meta.url, async () => build(await setUp("build")));
