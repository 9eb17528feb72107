// The wasm package in dist/wasm: cargo compiles it, wasm-bindgen writes its JavaScript and its types, wasm-opt makes it
// small. Nothing is done when no input has changed.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, runQuietly } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root, targetFolder, wasmTarget } from "./setup/project.mjs";
import { fingerprint } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

export const wasmFile = join(root, "dist/wasm/tidegate_bg.wasm");

const stampFile = join(root, "dist/wasm.stamp");

const inputs = [
  "src",
  "migrations",
  "Cargo.toml",
  "Cargo.lock",
  ".cargo",
  "rust-toolchain.toml",
  "package-lock.json",
  "scripts/build.mjs",
];

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
 * Builds the wasm package unless it is current.
 * @param {NodeJS.ProcessEnv} env the answer of setUp("build")
 */
export async function build(env) {
  const wanted = fingerprint(inputs);
  if (current(wanted)) return report("wasm is current");
  rmSync(stampFile, { force: true });
  mkdirSync(join(root, "dist"), { recursive: true });
  await compile(env);
  await bind(env);
  await shrink(env);
  writeFileSync(stampFile, wanted);
  report("wasm is built");
}

/** @param {string} wanted */
function current(wanted) {
  return existsSync(wasmFile) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted;
}

/** @param {NodeJS.ProcessEnv} env */
async function compile(env) {
  const args = ["build", "--release", "--lib", "--target", wasmTarget];
  if (!(await run("cargo", args, { env })))
    throw new Failure("the engine did not compile for WebAssembly: see cargo's message above.");
}

/** @param {NodeJS.ProcessEnv} env */
async function bind(env) {
  const compiled = join(targetFolder, wasmTarget, "release/tidegate.wasm");
  const args = ["--target", "web", "--out-dir", join(root, "dist/wasm"), compiled];
  if (!(await run("wasm-bindgen", args, { env })))
    throw new Failure("wasm-bindgen refused the compiled engine: see its message above.");
}

/** @param {NodeJS.ProcessEnv} env */
async function shrink(env) {
  const program = join(root, "node_modules/binaryen/bin/wasm-opt");
  const options = ["-Oz", ...features.map((name) => `--enable-${name}`), "--strip-debug", "--strip-producers"];
  const args = [program, wasmFile, "-o", wasmFile, ...options];
  if (!(await runQuietly("wasm-opt", process.execPath, args, { env })))
    throw new Failure("wasm-opt refused the engine: see its message above.");
}

/** The size of the wasm file in bytes, as it is and as it travels. */
export function wasmSize() {
  const bytes = readFileSync(wasmFile);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

/** @param {string} what */
function report(what) {
  const { raw, gzip } = wasmSize();
  console.log(`${what}: ${(raw / 1000).toFixed(0)} KB, ${(gzip / 1000).toFixed(0)} KB as gzip`);
}

await asProgram(import.meta.url, async () => build(await setUp("build")));
