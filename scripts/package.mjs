// `npm run build`: everything that a user of the package gets: the engine as wasm in dist/wasm, the TypeScript around it
// in dist/js, and the same bundled for browsers in dist/browser. Nothing is done when no input has changed.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, wasmFile } from "./build.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { fingerprint } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

/** What the TypeScript is made from; the types of the engine come with its wasm. */
const inputs = [
  "js",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
  "src/js",
  "scripts/bundle.mjs",
  "scripts/package.mjs",
];

const stampFile = join(root, "dist/js.stamp");

/** @param {NodeJS.ProcessEnv} env the answer of setUp("build") */
export async function buildPackage(env) {
  await build(env);
  const wanted = fingerprint(inputs);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  rmSync(stampFile, { force: true });
  rmSync(join(root, "dist/js"), { recursive: true, force: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  if (!(await run(process.execPath, [tsc, "-p", "js"], { env })))
    throw new Failure("the TypeScript did not compile: see its messages above.");
  // Imported when it is wanted: its package is installed by the set-up.
  const { bundle, bundleSize, withMark } = await import("./bundle.mjs");
  const mark = createHash("sha256").update(wanted).update(readFileSync(wasmFile())).digest("hex").slice(0, 16);
  const marked = join(root, "dist/js/ground/build.js");
  writeFileSync(marked, withMark(readFileSync(marked, "utf8"), mark));
  await bundle(mark);
  writeFileSync(stampFile, wanted);
  console.log(`JavaScript is built: ${(bundleSize() / 1000).toFixed(1)} KB as gzip for a browser`);
}

await asProgram(import.meta.url, async () => buildPackage(await setUp("build")));
