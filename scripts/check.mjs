// `npm run check`: everything but the tests that a change must hold to. Runs all of it and names what failed.

import { join } from "node:path";
import { wasmSize } from "./build.mjs";
import { buildPackage } from "./package.mjs";
import { runQuietly } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root, wasmTarget } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

/** What a page loads at most, in bytes as gzip: why so much stands in ARCHITECTURE.md. */
const wasmBytesMax = 551_000;
const scriptBytesMax = 33_000;

const strict = ["--", "-D", "warnings"];

/** @param {string} path a JavaScript program under node_modules */
function installed(path) {
  return [process.execPath, join(root, "node_modules", path)];
}

const tsc = [...installed("typescript/bin/tsc"), "--noEmit", "-p"];

/** @type {Record<string, string[]>} */
const checks = {
  "Rust is formatted": ["cargo", "fmt", "--check"],
  "clippy is content": ["cargo", "clippy", "--workspace", "--all-targets", ...strict],
  "clippy is content for wasm": ["cargo", "clippy", "--lib", "--target", wasmTarget, ...strict],
  "JavaScript is formatted and linted": [...installed("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."],
  "scripts are typed": [...tsc, "scripts"],
  "TypeScript is typed": [...tsc, "js"],
  "the page is typed": [...tsc, "www"],
  "examples are typed": [...tsc, "examples"],
  "tests of the package are typed": [...tsc, "tests/js"],
  "browser tests are typed": [...tsc, "tests/browser"],
  "tests of other runtimes are typed": [...tsc, "tests/edge"],
  "the crash lab is typed": [...tsc, "tests/crash"],
  "files and layers are tidy": ["cargo", "test", "--test", "tidy"],
  "generated types are current": [process.execPath, "scripts/types.mjs", "--check"],
};

/** @param {string} name @param {number} gzip @param {number} gzipMax */
function isSmall(name, gzip, gzipMax) {
  const holds = gzip <= gzipMax;
  console.log(`  ${name}: ${gzip} bytes as gzip, ${gzipMax} at most${holds ? "" : ": failed"}`);
  return holds;
}

await asProgram(import.meta.url, async () => {
  const env = await setUp("build");
  const failed = [];
  await buildPackage(env);
  for (const [name, [command, ...args]] of Object.entries(checks)) {
    if (!(await runQuietly(name, String(command), args, { env }))) failed.push(name);
  }
  const { bundleSize } = await import("./bundle.mjs");
  if (!isSmall("wasm is small", wasmSize().gzip, wasmBytesMax)) failed.push("wasm is small");
  if (!isSmall("JavaScript is small", bundleSize(), scriptBytesMax)) failed.push("JavaScript is small");
  if (failed.length > 0) throw new Failure(`not true: ${failed.join("; ")}. What was found is above.`);
  console.log("check: all true");
});
