// node_modules as package-lock.json wants it. A stamp of the lock file says when there is nothing to do.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./project.mjs";

const stampFile = join(root, "node_modules/.tidegate-stamp");

export async function setUpNpmPackages() {
  const wanted = stamp();
  if (installed() === wanted) return;
  console.log("installing npm packages: package-lock.json asks for them");
  if (!(await runQuietly("npm ci", "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))) {
    throw new Failure("npm packages could not be installed: run `npm ci --ignore-scripts`, then this again.");
  }
  writeFileSync(stampFile, wanted);
}

function stamp() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return `${process.platform} ${process.arch} ${createHash("sha256").update(lock).digest("hex")}\n`;
}

function installed() {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return undefined;
  }
}
