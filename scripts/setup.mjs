// Everything a clean clone needs beyond Node and rustup, by part: `build`, `browser`, and what only tests use, `edge`
// (other JavaScript runtimes) and `firefox`.
// Uses what is there, installs what is missing from crates, npm and Debian packages, and is quick when nothing is.

import { findDriver, setUpBrowser, setUpFirefox } from "./setup/browser.mjs";
import { setUpTool, toolFolder, wasmBindgen } from "./setup/cargo-tools.mjs";
import { findClang, setUpClang } from "./setup/clang.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { setUpNpmPackages } from "./setup/npm-packages.mjs";
import { setUpRuntimes, setUpTestPackages } from "./setup/runtimes.mjs";
import { pathWithCargo, setUpRust } from "./setup/rust.mjs";

/** @type {Record<string, (() => Promise<void>)[]>} */
const parts = {
  build: [setUpRust, setUpClang, setUpNpmPackages, () => setUpTool(wasmBindgen)],
  browser: [setUpBrowser],
  edge: [setUpRuntimes],
  firefox: [setUpTestPackages, setUpFirefox],
};

/**
 * Sets up the named parts and answers the environment for child programs.
 * @param {string[]} names
 */
export async function setUp(...names) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node ${process.versions.node} is too old: install Node 20.19 or newer, then run this again.`);
  }
  for (const name of names) {
    const steps = parts[name];
    if (!steps)
      throw new Failure(`there is no part "${name}" to set up: name any of ${Object.keys(parts).join(", ")}.`);
    for (const step of steps) await step();
  }
  return environment();
}

/**
 * The environment for child programs: the right tools first in PATH, the clang and the chromedriver that were found.
 * What does not differ between machines is in .cargo/config.toml.
 * @returns {NodeJS.ProcessEnv}
 */
export function environment() {
  const folder = toolFolder(wasmBindgen);
  const env = { ...process.env, PATH: [...(folder ? [folder] : []), pathWithCargo()].join(":") };
  const clang = findClang();
  const driver = findDriver();
  return {
    ...env,
    ...(clang && { CC_wasm32_unknown_unknown: clang }),
    ...(driver && { CHROMEDRIVER: driver }),
  };
}

await asProgram(import.meta.url, async () => {
  const asked = process.argv.slice(2);
  await setUp(...(asked.length > 0 ? asked : Object.keys(parts)));
  console.log("set up: nothing is missing");
});
