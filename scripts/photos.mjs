// `npm run photos`: builds the package and serves the application in examples/photos, with a server that fails at
// times. `npm run photos -- --port=8080` chooses the port.

import { servePhotos } from "../examples/photos/server.mjs";
import { buildPackage } from "./package.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { setUp } from "./setup.mjs";

const PORT = 4174;

function askedPort() {
  const [option, ...more] = process.argv.slice(2);
  if (option === undefined) return PORT;
  const port = Number(/^--port=(\d{1,5})$/.exec(option)?.[1] ?? Number.NaN);
  if (more.length > 0 || !(port < 65_536))
    throw new Failure("npm run photos takes --port= with a number up to 65535, and nothing else.");
  return port;
}

await asProgram(import.meta.url, async () => {
  const port = askedPort();
  await buildPackage(await setUp("build"));
  const { origin, close } = await servePhotos({ port });
  console.log(`\nThe photos are at ${origin}\nEvery third request fails. Ctrl+C ends this server.`);
  const end = () => close().finally(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, end);
});
