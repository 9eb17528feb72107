// `npm run check`: everything but the tests that a change must hold to. Runs all of it and names what failed.

import { join } from "node:path";
import { wasmSize } from "./build.mjs";
import { buildPackage } from "./package.mjs";
import { runQuietly } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root, wasmTarget } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

const gzipBytesMax = 500_000;

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
  "files and layers are tidy": ["cargo", "test", "--test", "tidy"],
  "generated types are current": [process.execPath, "scripts/types.mjs", "--check"],
};

function checkSize() {
  const { gzip } = wasmSize();
  const holds = gzip <= gzipBytesMax;
  console.log(`  wasm is small: ${gzip} bytes as gzip, ${gzipBytesMax} at most${holds ? "" : ": failed"}`);
  return holds;
}

await asProgram(import.meta.url, async () => {
  const env = await setUp("build");
  const failed = [];
  await buildPackage(env);
  for (const [name, [command, ...args]] of Object.entries(checks)) {
    if (!(await runQuietly(name, String(command), args, { env }))) failed.push(name);
  }
  if (!checkSize()) failed.push("wasm is small");
  if (failed.length > 0) throw new Failure(`not true: ${failed.join("; ")}. What was found is above.`);
  console.log("check: all true");
});
