// `npm run build`: everything that a user of the package gets: the engine as wasm in dist/wasm and the TypeScript
// around it in dist/js. Nothing is done when no input has changed.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { fingerprint } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

/** What the TypeScript is made from; the types of the engine come with its wasm. */
const inputs = ["js", "tsconfig.json", "package.json", "package-lock.json", "src/js"];

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
  writeFileSync(stampFile, wanted);
  console.log("TypeScript is built");
}

await asProgram(import.meta.url, async () => buildPackage(await setUp("build")));
