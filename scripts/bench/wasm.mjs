// The run in WebAssembly, in this very process: the benchmark's library, which carries the engine and its JavaScript
// class, built and shrunk exactly as the engine's own package is.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, engine, wasmFile, wasmSize } from "../build.mjs";
import { Failure } from "../setup/failure.mjs";
import { root } from "../setup/project.mjs";
import { Subject } from "./engine.mjs";

const gzipBytesMax = 540_000;

// The floors are compiled for speed: whatever is chosen for the engine, they are not to be slower for it.
export const benchmark = {
  crate: "tidegate-bench",
  folder: "benches/out/wasm",
  inputs: [...engine.inputs, "benches/Cargo.toml", "benches/src", "scripts/bench/wasm.mjs"],
  flags: ["--config", "profile.release.package.tidegate-bench.opt-level=3"],
};

/** @param {NodeJS.ProcessEnv} env */
export async function buildWasm(env) {
  await build(env);
  await build(env, benchmark);
}

/**
 * Measures in WebAssembly; answers the version of SQLite.
 * @param {import("./plan.mjs").Plan} plan
 * @param {import("./table.mjs").Table} table
 */
export async function measureWasm(plan, table) {
  const library = await import(pathToFileURL(join(root, benchmark.folder, "tidegate_bench.js")).href);
  library.initSync({ module: readFileSync(wasmFile(benchmark)) });
  let sqlite = "";
  const host = {
    open: (/** @type {string} */ terms) => new Subject(library.Engine.openMemory(), JSON.parse(terms)),
    take: (/** @type {string} */ text) => {
      const line = JSON.parse(text);
      if (line.sqlite) sqlite = line.sqlite;
      else table.take(line);
    },
  };
  try {
    library.measure(JSON.stringify(plan), host);
  } catch (error) {
    throw new Failure(`the benchmark in WebAssembly stopped: ${error}`);
  }
  return sqlite;
}

/**
 * The size of the engine's own package.
 * @param {import("./plan.mjs").Plan} plan
 * @param {import("./table.mjs").Table} table
 */
export function measureSize(plan, table) {
  const [place, scenario] = ["wasm", "size of the engine as gzip, KB"];
  if (!`${place}: ${scenario}`.includes(plan.filter)) return;
  const { gzip } = wasmSize();
  const size = Math.round(gzip / 1000);
  const found = { median: size, min: size, max: size };
  const target = { wanted: `at most ${gzipBytesMax / 1000} KB`, found, met: gzip <= gzipBytesMax };
  table.take({ place, scenario, target });
}
