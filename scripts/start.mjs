// `npm start`: sets up what is missing, builds the engine, and shows it at work.

import { build } from "./build.mjs";
import { run } from "./setup/child.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { setUp } from "./setup.mjs";

await asProgram(import.meta.url, async () => {
  const env = await setUp("build");
  await build(env);
  const args = ["scripts/demo.mjs", ...process.argv.slice(2)];
  if (!(await run(process.execPath, args, { env })))
    throw new Failure("the demonstration stopped: see its message above.");
});
