// Where a run was made: what its numbers mean nothing without.

import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { ask } from "../setup/child.mjs";
import { root } from "../setup/project.mjs";

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Record<string, string>} sqlite the version of SQLite in each place
 * @param {boolean} quick
 * @returns {Record<string, string>}
 */
export function environment(env, sqlite, quick) {
  const cores = cpus();
  const commit = ask("git", ["rev-parse", "--short", "HEAD"]) ?? "unknown";
  const changed = ask("git", ["status", "--porcelain", "--untracked-files=no"]) ? ", with changes" : "";
  return {
    date: new Date().toISOString(),
    commit: `${commit}${changed}`,
    numbers: quick ? "quick: a smoke run, not a measurement" : "full",
    cpu: `${cores[0]?.model ?? "unknown"}, ${cores.length} cores, load ${loadavg()[0]?.toFixed(1)}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    rustc: ask("rustc", ["--version"], { env }) ?? "unknown",
    node: process.versions.node,
    SQLite: Object.entries(sqlite)
      .map(([place, version]) => `${place} ${version}`)
      .join(", "),
    profiles: `native bench (opt-level ${optLevel("bench")}), wasm release (opt-level ${optLevel("release")}, wasm-opt)`,
  };
}

/** @param {string} profile */
function optLevel(profile) {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const section = manifest.split(`[profile.${profile}]`)[1]?.split("[")[0] ?? "";
  return /^opt-level = "?(\w+)"?/m.exec(section)?.[1] ?? "unknown";
}
