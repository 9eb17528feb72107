// The programs that turn a cargo build into something JavaScript can load, and that run tests there, at exactly one version.
// They live in a folder per version under cargo's home, so that other projects keep theirs.

import { dirname, join } from "node:path";
import { ask, find, runQuietly } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { cargoHome, wasmBindgenVersion } from "./project.mjs";
import { pathWithCargo } from "./rust.mjs";

/** @typedef {{ crate: string, program: string, version: string, flags: string[], why: string }} Tool */

/** @type {Tool} */
export const wasmBindgen = {
  crate: "wasm-bindgen-cli",
  program: "wasm-bindgen",
  version: wasmBindgenVersion(),
  flags: ["--no-default-features"],
  why: "it writes the JavaScript side of the wasm file, and runs tests in Node and in Chromium",
};

// Such a program is run a few times a minute at most: compile it fast rather than well.
const lean = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
};

/**
 * The folder that holds the tool at its version, or undefined.
 * @param {Tool} tool
 */
export function toolFolder(tool) {
  const places = [find(tool.program), find(tool.program, join(ownFolder(tool), "bin"))];
  const place = places.find((file) => file && ask(file, ["--version"]) === `${tool.program} ${tool.version}`);
  return place && dirname(place);
}

/** @param {Tool} tool */
function ownFolder({ crate, version }) {
  return join(cargoHome, "tidegate-tools", `${crate}-${version}`);
}

/** @param {Tool} tool */
export async function setUpTool(tool) {
  if (toolFolder(tool)) return;
  const { crate, version, flags, why } = tool;
  console.log(`installing ${crate} ${version} by cargo (two to three minutes): ${why}`);
  const args = ["install", crate, "--version", `=${version}`, "--root", ownFolder(tool), ...flags];
  const env = { ...process.env, PATH: pathWithCargo(), ...lean };
  // The author's lock file comes first, but a registry may not have all that it names.
  const locked = await runQuietly(`${crate} as locked`, "cargo", [...args, "--locked"], { env, mayFail: true });
  if (!locked) await runQuietly(`${crate} with the newest dependencies`, "cargo", args, { env });
  if (toolFolder(tool)) return;
  throw new Failure(`${crate} ${version} could not be built: run \`cargo ${args.join(" ")}\`, then this again.`);
}
