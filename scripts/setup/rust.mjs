// The Rust toolchain that rust-toolchain.toml pins, its wasm target, and the linker that every Rust build needs.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ask, find, run } from "./child.mjs";
import { installPackages } from "./debian.mjs";
import { Failure } from "./failure.mjs";
import { cargoHome, rustVersion, wasmTarget } from "./project.mjs";

/** PATH with cargo's own folder at its end: a shell opened before rustup was installed does not have it. */
export function pathWithCargo() {
  return `${process.env.PATH}:${join(cargoHome, "bin")}`;
}

export async function setUpRust() {
  const env = { ...process.env, PATH: pathWithCargo(), RUSTUP_AUTO_INSTALL: "0" };
  if (!find("cargo", env.PATH))
    throw new Failure("Rust is missing: install it by rustup (https://rustup.rs), then run this again.");
  const sysroot = ask("rustc", ["--print", "sysroot"], { env }) ?? (await installToolchain(env));
  if (!existsSync(join(sysroot, "lib/rustlib", wasmTarget, "lib"))) await addTarget(env);
  if (!find("cc"))
    await installPackages("a C compiler and linker is missing (Rust links with it)", [["gcc", "libc6-dev"]]);
}

/** @param {NodeJS.ProcessEnv} env */
async function installToolchain(env) {
  const version = rustVersion();
  console.log(`installing Rust ${version} by rustup: rust-toolchain.toml asks for it`);
  const parts = ["--profile", "minimal", "--component", "rustfmt", "--component", "clippy", "--target", wasmTarget];
  await run("rustup", ["toolchain", "install", version, ...parts], { env });
  const sysroot = ask("rustc", ["--print", "sysroot"], { env });
  if (!sysroot)
    throw new Failure(`Rust ${version} is missing: run \`rustup toolchain install ${version}\`, then this again.`);
  return sysroot;
}

/** @param {NodeJS.ProcessEnv} env */
async function addTarget(env) {
  console.log(`installing the Rust target ${wasmTarget} by rustup: the engine is built for it`);
  if (await run("rustup", ["target", "add", wasmTarget], { env })) return;
  throw new Failure(
    `the Rust target ${wasmTarget} is missing: run \`rustup target add ${wasmTarget}\`, then this again.`,
  );
}
