// The native run: the benchmark's own binary, built with the profile `bench`.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runQuietly } from "../setup/child.mjs";
import { Failure } from "../setup/failure.mjs";
import { targetFolder } from "../setup/project.mjs";

/** @param {NodeJS.ProcessEnv} env */
export async function buildNative(env) {
  const args = ["build", "--profile", "bench", "--package", "tidegate-bench"];
  if (!(await runQuietly("native benchmark", "cargo", args, { env })))
    throw new Failure("the benchmark did not compile: see cargo's message above.");
}

/**
 * Measures natively; answers the version of SQLite.
 * @param {import("./plan.mjs").Plan} plan
 * @param {import("./table.mjs").Table} table
 */
export async function measureNative(plan, table) {
  const program = join(targetFolder, "release/tidegate-bench");
  const child = spawn(program, [JSON.stringify(plan)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  let sqlite = "";
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text);
    if (line.sqlite) sqlite = line.sqlite;
    else table.take(line);
  }
  if ((await ended) !== 0) throw new Failure("the native benchmark stopped: see its message above.");
  return sqlite;
}
