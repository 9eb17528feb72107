// A web server for a run in a browser: a few folders of this repository, to this machine only.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * Serves folders by the first part of the path; answers the address and how to stop.
 * @param {Record<string, string>} folders
 */
export async function serve(folders) {
  const server = createServer(async ({ url = "/" }, response) => {
    const [, first = "", ...rest] = normalize(decodeURIComponent(url.split("?")[0] ?? "")).split("/");
    const file = join(folders[first] ?? "", ...rest);
    const type = types[extname(file)];
    try {
      if (folders[first] === undefined || type === undefined) throw new Error("not served");
      const content = await readFile(file);
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
