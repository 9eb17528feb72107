// A fingerprint of files and folders, to know whether what was made from them is still current.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./project.mjs";

/**
 * One hash over the names and contents of everything under the given paths; what does not exist counts as empty.
 * @param {string[]} paths relative to the root
 */
export function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(files)) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * The files at or under a path, in one order on every machine, without what npm has installed there.
 * @param {string} path
 * @returns {string[]}
 */
export function files(path) {
  const place = join(root, path);
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [path];
  return readdirSync(place)
    .filter((name) => name !== "node_modules")
    .sort()
    .flatMap((name) => files(`${path}/${name}`));
}
