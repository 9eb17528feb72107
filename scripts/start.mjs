// `npm start`: sets up what is missing, builds the engine and its page, serves the page and prints its address.
// `npm start -- --terminal` shows the engine at work in the terminal instead, `--port=8080` chooses the port.

import { join } from "node:path";
import { build } from "./build.mjs";
import { buildPage } from "./page.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

const PORT = 4173;

/** @returns {{ terminal: boolean, port: number }} */
function asked() {
  let [terminal, port] = [false, PORT];
  for (const option of process.argv.slice(2)) {
    const given = /^--port=(\d{1,5})$/.exec(option)?.[1];
    if (option === "--terminal") terminal = true;
    else if (given !== undefined && Number(given) < 65_536) port = Number(given);
    else throw new Failure(`npm start takes --terminal or --port= with a number up to 65535, not ${option}.`);
  }
  return { terminal, port };
}

/** @param {NodeJS.ProcessEnv} env */
async function showInTerminal(env) {
  await build(env);
  if (!(await run(process.execPath, ["scripts/demo.mjs"], { env })))
    throw new Failure("the demonstration stopped: see its message above.");
}

/** @param {NodeJS.ProcessEnv} env @param {number} port */
async function servePage(env, port) {
  await buildPage(env);
  // Imported when it is wanted: its package is installed by the set-up.
  const { preview } = await import("vite");
  const server = await preview({
    root: join(root, "www"),
    configFile: join(root, "www/vite.config.ts"),
    preview: { port },
  });
  const address = server.resolvedUrls?.local[0];
  console.log(`\nTidegate is at ${address}\nIts state stays in your browser. Ctrl+C ends this server.`);
  const end = () => server.close().finally(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, end);
}

await asProgram(import.meta.url, async () => {
  const { terminal, port } = asked();
  const env = await setUp("build");
  await (terminal ? showInTerminal(env) : servePage(env, port));
});
