// Programs in raw workerd: bundled by an export condition as its tools do, and asked over a socket of this machine.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { findRuntime } from "../../../scripts/setup/runtimes.mjs";

/** @typedef {import("./project.mjs").Project} Project */

/** How long it may take to listen, in ms. */
const START_MS = 60_000;

/**
 * Makes one file of a program, as bundlers for workerd do; what it imports as a compiled engine stays an import.
 * @param {Project} project @param {string} name @param {string} condition
 */
async function bundled(project, name, condition) {
  const made = await rolldown({
    input: join(project.folder, `${name}.js`),
    cwd: project.folder,
    external: [/\.wasm(\?module)?$/],
    makeAbsoluteExternalsRelative: false,
    resolve: { conditionNames: [condition, "import"] },
  });
  const { output } = await made.write({ file: join(project.folder, `${name}.bundle.js`), format: "esm" });
  await made.close();
  return output[0].imports;
}

/**
 * Starts workerd with a program of each name, bundled with the condition beside it.
 * @param {Project} project @param {Record<string, string>} programs
 */
export async function startWorkerd(project, programs) {
  const services = [];
  for (const [name, condition] of Object.entries(programs)) {
    const imports = await bundled(project, name, condition);
    // Named by the way from the program's folder, as its imports say it.
    const names = imports.map((path) => path.replace("../", ""));
    const compiled = 'wasm = embed "node_modules/tidegate/dist/wasm/tidegate_bg.wasm"';
    const wasm = names.map((path) => `(name = "${path}", ${compiled})`);
    const modules = [`(name = "programs/${name}.js", esModule = embed "${name}.bundle.js")`, ...wasm];
    services.push({ name, worker: `(modules = [${modules.join()}], compatibilityDate = "2026-11-01")` });
  }
  project.write(
    "config.capnp",
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (
       services = [${services.map(({ name, worker }) => `(name = "${name}", worker = ${worker})`).join()}],
       sockets = [${services.map(({ name }) => `(name = "${name}", address = "unix:${name}.sock", http = (), service = "${name}")`).join()}],
     );`,
  );
  const program = findRuntime("workerd");
  if (program === undefined) throw new Error("workerd is not installed: npm ci in tests/edge installs it");
  const child = spawn(program, ["serve", "config.capnp"], { cwd: project.folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const sockets = Object.keys(programs).map((name) => join(project.folder, `${name}.sock`));
  for (const until = Date.now() + START_MS; !sockets.every((path) => existsSync(path)); ) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`workerd did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    /** What a program answers. @param {string} name @param {string} path @returns {Promise<any>} */
    ask: (name, path) => asked(join(project.folder, `${name}.sock`), path, () => output),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** @param {string} socketPath @param {string} path @param {() => string} output */
async function asked(socketPath, path, output) {
  const body = await new Promise((resolve, reject) => {
    get({ socketPath, path, headers: { host: "story" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more) => (text += more));
      response.on("end", () => resolve(text));
    }).on("error", (error) => reject(new Error(`${path}: ${error.message}\n${output()}`)));
  });
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(`${path} was answered ${body}\n${output()}`);
  }
}
