// A web server for what is built: the package, the page, and blank pages for the tests to work on.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ origin: string, port: number, close: () => Promise<void> }} Site */
/** @typedef {string | Partial<Answer> & { body: string }} Program */
/** @typedef {{ status: number, type: string, body: string | Buffer, headers?: Record<string, string> }} Answer */

const tests = fileURLToPath(new URL("..", import.meta.url));
const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));

/** Where the addresses of the site lead. */
const folders = { "/browser/": dist, "/wasm/": dist, "/www/": dist, "/client/": tests };

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** A page that has the package and the tests' own helpers, and nothing else. */
const blank = `<!doctype html><html lang="en"><title>Blank</title><link rel="icon" href="data:,">
<script type="module" src="/client/world/client.mjs"></script></html>`;

/** A strict content policy that suits the package. */
const strict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

/** A page that trusts no text as a script. */
const trusting = `${strict}; worker-src 'self' blob:; require-trusted-types-for 'script'`;

/** Pages with a content policy, and what it suits; one page is isolated from other origins. */
/** @type {Record<string, Record<string, string>>} */
const pages = {
  "/": {},
  "/guarded": { "content-security-policy": `${strict}; worker-src 'self'` },
  "/no-wasm": { "content-security-policy": "default-src 'self'; script-src 'self'; worker-src 'self'; img-src data:" },
  "/no-workers": { "content-security-policy": `${strict}; worker-src 'none'` },
  "/trusted": { "content-security-policy": trusting },
  "/trusted-by-name": { "content-security-policy": `${trusting}; trusted-types tidegate` },
  "/trusted-by-other-names": { "content-security-policy": `${trusting}; trusted-types shop` },
  "/isolated": { "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" },
};

/**
 * Serves the site. `programs` are scripts of a test's own, by address; a port of 0 is a free one.
 * @param {{ port?: number, programs?: Record<string, Program> }} options
 * @returns {Promise<Site>}
 */
export async function serve({ port = 0, programs = {} } = {}) {
  const server = createServer(async (request, response) => {
    const { status, type, body, headers } = await answer(new URL(request.url ?? "/", "http://localhost"), programs);
    response.writeHead(status, { "content-type": type, "cache-control": "no-cache", ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://localhost:${address.port}`,
    port: address.port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * @param {URL} url
 * @param {Record<string, Program>} programs
 * @returns {Promise<Answer>}
 */
async function answer({ pathname }, programs) {
  const program = programs[pathname];
  if (typeof program === "string") return { status: 200, type: String(types[".js"]), body: program };
  if (program !== undefined) return { status: 200, type: String(types[".js"]), ...program };
  const headers = pages[pathname];
  if (headers !== undefined) return { status: 200, type: String(types[".html"]), body: blank, headers };
  const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  const folder = Object.entries(folders).find(([start]) => path.startsWith(start));
  if (folder === undefined) return missing(pathname);
  const file = join(folder[1], path.replace(/^\/client\//, ""));
  try {
    return { status: 200, type: types[extname(file)] ?? "application/octet-stream", body: await readFile(file) };
  } catch {
    return missing(pathname);
  }
}

/** @param {string} pathname @returns {Answer} */
function missing(pathname) {
  return { status: 404, type: "text/plain", body: `there is no ${pathname}` };
}
