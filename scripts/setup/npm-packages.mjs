// node_modules as package-lock.json wants it. A stamp of the lock file says when there is nothing to do.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./project.mjs";

/**
 * Installs what the lock file of a folder asks for.
 * @param {string} folder relative to the root
 * @param {string} why what the packages are
 */
export async function setUpNpmPackages(folder = ".", why = "package-lock.json asks for them") {
  const cwd = join(root, folder);
  const stampFile = join(cwd, "node_modules/.tidegate-stamp");
  const wanted = stamp(cwd);
  if (installed(stampFile) === wanted) return;
  console.log(`installing npm packages: ${why}`);
  if (!(await runQuietly("npm ci", "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd }))) {
    const where = folder === "." ? "" : ` in ${folder}`;
    throw new Failure(`npm packages could not be installed: run \`npm ci --ignore-scripts\`${where}, then this again.`);
  }
  writeFileSync(stampFile, wanted);
}

/** @param {string} cwd */
function stamp(cwd) {
  const lock = readFileSync(join(cwd, "package-lock.json"));
  return `${process.platform} ${process.arch} ${createHash("sha256").update(lock).digest("hex")}\n`;
}

/** @param {string} stampFile */
function installed(stampFile) {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return undefined;
  }
}
