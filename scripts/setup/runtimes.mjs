// Other JavaScript runtimes, each at one version: npm packages of tests/edge that carry a program for one kind of machine.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { setUpNpmPackages } from "./npm-packages.mjs";
import { root } from "./project.mjs";

/** The folder with a package.json and a lock of its own. */
const folder = "tests/edge";

/** The packages of each runtime, one for each kind of machine, and the program in them. */
const programs = {
  "Node 20": ["node-20-linux-x64/bin/node", "node-20-linux-arm64/bin/node"],
  "Node 22": ["node-22-linux-x64/bin/node", "node-22-linux-arm64/bin/node"],
  "Node 24": ["node-24-linux-x64/bin/node", "node-24-linux-arm64/bin/node"],
  Deno: ["@deno/linux-x64-glibc/deno", "@deno/linux-arm64-glibc/deno"],
  Bun: ["@oven/bun-linux-x64-baseline/bin/bun", "@oven/bun-linux-aarch64/bin/bun"],
  workerd: ["@cloudflare/workerd-linux-64/bin/workerd", "@cloudflare/workerd-linux-arm64/bin/workerd"],
};

/** @typedef {keyof typeof programs} Runtime */

export const runtimes = /** @type {Runtime[]} */ (Object.keys(programs));

/**
 * The path of a runtime's program, or undefined.
 * @param {Runtime} name
 */
export function findRuntime(name) {
  return programs[name].map((path) => join(root, folder, "node_modules", path)).find((path) => existsSync(path));
}

/** Installs what only tests need from npm. */
export async function setUpTestPackages() {
  await setUpNpmPackages(folder, "other JavaScript runtimes and what drives Firefox, for tests alone, 300 MB to fetch");
}

export async function setUpRuntimes() {
  await setUpTestPackages();
  const missing = runtimes.filter((name) => findRuntime(name) === undefined);
  if (missing.length === 0) return;
  const machine = `${process.platform} on ${process.arch}`;
  throw new Failure(
    `there is no ${missing.join(", ")} for ${machine} among the packages of ${folder}, which are for Linux with glibc on ` +
      "x64 and arm64; `npm test -- --only=` with the other suites' names runs those.",
  );
}
