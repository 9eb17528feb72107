// Facts about this repository that the scripts need: where it is and what its own files pin. Nothing here runs a
// program.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const wasmTarget = "wasm32-unknown-unknown";

/** Where cargo keeps its programs and downloads. */
export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");

/** Where cargo puts what it builds. */
export const targetFolder = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** The Rust version that rust-toolchain.toml pins. */
export function rustVersion() {
  return found("rust-toolchain.toml", /^channel = "([^"]+)"/m) ?? "stable";
}

/** The wasm-bindgen version that Cargo.lock pins: its command line program must be exactly the same. */
export function wasmBindgenVersion() {
  return found("Cargo.lock", /^name = "wasm-bindgen"\nversion = "([^"]+)"/m) ?? "0.2.130";
}

/**
 * @param {string} file
 * @param {RegExp} pattern
 */
function found(file, pattern) {
  try {
    return pattern.exec(readFileSync(join(root, file), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
