// The package as it is loaded whole, minified: one file for each door. For browsers the worker's program is carried inside
// as text and laid beside; for edge runtimes the compiled engine is imported.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { root } from "./setup/project.mjs";

const folder = join(root, "dist/browser");

/** The doors of the package, and where they are written. */
const doors = { index: "js/index.ts", testing: "js/testing.ts" };

/** The compiled engine, by the way from dist/edge; runtimes at the edge compile what is imported so. */
const along = "../wasm/tidegate_bg.wasm?module";

/**
 * Bundles dist/browser and dist/edge.
 * @param {string} build the mark of this build
 */
export async function bundle(build) {
  const program = await workerProgram(build);
  await write(folder, [
    marked(build),
    slim,
    instead("lines/inlined", `export const workerProgram = ${JSON.stringify(program)};`),
  ]);
  writeFileSync(join(folder, "worker.js"), program);
  await write(join(root, "dist/edge"), [
    marked(build),
    slim,
    instead("ground/along", `export { default as along } from "${along}";`),
  ]);
}

/**
 * @param {string} dir
 * @param {import("rolldown").Plugin[]} plugins
 */
async function write(dir, plugins) {
  rmSync(dir, { recursive: true, force: true });
  const made = await rolldown({
    input: doors,
    cwd: root,
    platform: "browser",
    plugins,
    external: [along],
    makeAbsoluteExternalsRelative: false,
  });
  await made.write({ dir, format: "esm", chunkFileNames: "[name].js", minify: true });
  await made.close();
}

/**
 * The worker as a classic script, which every browser with access handles starts from a blob.
 * @param {string} build
 */
async function workerProgram(build) {
  const made = await rolldown({
    input: "js/worker.ts",
    cwd: root,
    platform: "browser",
    plugins: [marked(build), slim],
  });
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
 * Puts a text in the place of a file that leaves room for it.
 * @param {string} file
 * @param {string} text
 * @returns {import("rolldown").Plugin}
 */
function instead(file, text) {
  return {
    name: `tidegate-${file}`,
    transform: { filter: { id: new RegExp(`js/${file}\\.ts$`) }, handler: () => text },
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
