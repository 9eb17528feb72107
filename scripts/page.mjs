// The page as it is served: the package built, and www on top of it in dist/www. Nothing is done when no input changed.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./package.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { fingerprint } from "./setup/tree.mjs";
import { setUp } from "./setup.mjs";

const inputs = ["www", "dist/js.stamp", "dist/wasm.stamp", "package-lock.json", "scripts/page.mjs"];

const stampFile = join(root, "dist/www.stamp");

/** @param {NodeJS.ProcessEnv} env the answer of setUp("build") */
export async function buildPage(env) {
  await buildPackage(env);
  const wanted = fingerprint(inputs);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  rmSync(stampFile, { force: true });
  const vite = join(root, "node_modules/vite/bin/vite.js");
  if (!(await run(process.execPath, [vite, "build", "www", "--logLevel", "warn"], { env })))
    throw new Failure("the page could not be built: see the messages above.");
  writeFileSync(stampFile, wanted);
  console.log("the page is built");
}

await asProgram(import.meta.url, async () => buildPage(await setUp("build")));
