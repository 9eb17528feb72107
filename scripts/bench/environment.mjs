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
    profiles: `native bench (opt-level ${optLevel("bench")}), wasm release (opt-level ${optLevel("release")}; wasm-opt)`,
  };
}

/**
 * The optimisation of a profile, and of the packages that have their own.
 * @param {string} profile
 */
function optLevel(profile) {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const sections = manifest.split(/^\[/m);
  const levels = sections.flatMap((section) => {
    const [, name] = section.match(/^profile\.([\w.-]+)\]/) ?? [];
    const [, level] = section.match(/^opt-level = "?(\w+)"?/m) ?? [];
    if (name === profile) return `${level}`;
    return name?.startsWith(`${profile}.package.`) ? `${name.slice(profile.length + 9)} ${level}` : [];
  });
  return levels.join(", ");
}
