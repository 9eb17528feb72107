// Compiling what a guide says, as a program that uses the package by its name.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const folder = new URL("dist/guides/", root);

/** Strict as the package itself is, but for names that a sample has no use for. */
const options = { noEmit: false, noErrorTruncation: true, noUnusedLocals: false, noUnusedParameters: false };

/**
 * What the compiler says of a program in TypeScript, and the JavaScript that it makes of it.
 * @param {string} name
 * @param {string} program
 */
export function compile(name, program) {
  const own = new URL(`${name}/`, folder);
  mkdirSync(own, { recursive: true });
  writeFileSync(new URL("program.ts", own), program);
  const settings = { extends: "../../../tsconfig.json", compilerOptions: options, include: ["program.ts"] };
  writeFileSync(new URL("tsconfig.json", own), JSON.stringify(settings));
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", root));
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", fileURLToPath(own)], { encoding: "utf8" });
  const errors = `${stdout}${stderr}`.trim();
  return { errors, script: () => readFileSync(new URL("program.js", own), "utf8") };
}
