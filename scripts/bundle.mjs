// The package for browsers, minified: one file for each door, the worker's program carried inside as text and laid
// beside.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { root } from "./setup/project.mjs";

const folder = join(root, "dist/browser");

/** The doors of the package, and where they are written. */
const doors = { index: "js/index.ts", testing: "js/testing.ts" };

/**
 * Bundles dist/browser.
 * @param {string} build the mark of this build
 */
export async function bundle(build) {
  rmSync(folder, { recursive: true, force: true });
  const program = await workerProgram(build);
  const plugins = [marked(build), slim, carrying(program)];
  const made = await rolldown({ input: doors, cwd: root, platform: "browser", plugins });
  await made.write({ dir: folder, format: "esm", chunkFileNames: "[name].js", minify: true });
  await made.close();
  writeFileSync(join(folder, "worker.js"), program);
}

/**
 * The worker as a classic script, which every browser with access handles starts from a blob.
 * @param {string} build
 */
async function workerProgram(build) {
  const made = await rolldown({ input: "js/worker.ts", cwd: root, platform: "browser", plugins: [marked(build), slim] });
  const { output } = await made.generate({ format: "iife", minify: true });
  await made.close();
  return output[0].code;
}

/**
 * Puts the mark of the build where js/ground/build.ts leaves room for it.
 * @param {string} text
 * @param {string} build
 */
export function withMark(text, build) {
  if (!text.includes('"unmarked"')) throw new Error("js/ground/build.ts leaves no room for the mark of a build");
  return text.replace('"unmarked"', JSON.stringify(build));
}

/**
 * @param {string} build
 * @returns {import("rolldown").Plugin}
 */
function marked(build) {
  return {
    name: "tidegate-build",
    transform: {
      filter: { id: /js\/ground\/build\.ts$/ },
      handler: (text) => withMark(text, build),
    },
  };
}

/**
 * Leaves out the methods that the wasm class has for single operations, which take `args` alone: the package sends batches.
 * The door `./wasm` has them all.
 * @type {import("rolldown").Plugin}
 */
const slim = {
  name: "tidegate-slim",
  transform: {
    filter: { id: /dist\/wasm\/tidegate\.js$/ },
    handler: (text) => text.replaceAll(/\n {4}\w+\(args\) \{\n[\s\S]*?\n {4}\}(?=\n)/g, ""),
  },
};

/**
 * Puts the worker's program where js/lines/inlined.ts leaves room for it.
 * @param {string} program
 * @returns {import("rolldown").Plugin}
 */
function carrying(program) {
  return {
    name: "tidegate-worker",
    transform: {
      filter: { id: /js\/lines\/inlined\.ts$/ },
      handler: () => `export const workerProgram = ${JSON.stringify(program)};`,
    },
  };
}

/** What a page that opens an engine loads of JavaScript, in bytes as gzip. */
export function bundleSize() {
  const files = ["index.js", ...sharedBy("index.js")];
  return gzipSync(files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n"), { level: 9 }).length;
}

/** @param {string} file */
function sharedBy(file) {
  const text = readFileSync(join(folder, file), "utf8");
  return [...text.matchAll(/from ?"\.\/([^"]+)"/g)].map(([, name]) => String(name));
}
