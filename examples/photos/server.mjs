// A server that takes photos and is not to be relied on: it is busy, it hangs up, it keeps a photo and never says so.
// Its ledger has what arrived, by the key that each was sent under.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** What the server does with one request. @typedef {"well" | "busy" | "hangs up" | "mute" | "refuses"} Mood */
/** @typedef {{ name: string, type: string, byteCount: number, sha256: string }} Entry */
/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */

const own = fileURLToPath(new URL(".", import.meta.url));
const built = fileURLToPath(new URL("../../dist/", import.meta.url));

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Every third request goes wrong, by chance. @returns {Mood} */
function byChance() {
  const moods = /** @type {Mood[]} */ (["busy", "hangs up", "mute"]);
  const drawn = Math.floor(Math.random() * 9);
  return moods[drawn] ?? "well";
}

/**
 * Serves the page and takes its photos. `mood` says what happens to the request of a key, which counts from 0.
 * @param {{ port?: number, mood?: (key: string, turn: number, name: string) => Mood }} options
 */
export async function servePhotos({ port = 0, mood = byChance } = {}) {
  /** @type {Map<string, Entry>} */
  const ledger = new Map();
  /** @type {Map<string, number>} */
  const turns = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const key = /^\/photos\/([\w:{}.%-]+)$/.exec(url.pathname)?.[1];
    if (request.method !== "PUT" || key === undefined) return send(url.pathname, response);
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    const name = url.searchParams.get("name") ?? "";
    await take(request, response, mood(key, turn, name), (photo) => keep(ledger, key, name, request, photo));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://localhost:${address.port}`,
    ledger,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}

/** @param {Request} request @param {Response} response @param {Mood} mood @param {(photo: Buffer) => boolean} kept */
async function take(request, response, mood, kept) {
  try {
    const chunks = [];
    for await (const chunk of request) {
      if (mood === "hangs up") return void request.socket.destroy();
      chunks.push(chunk);
    }
    if (mood === "busy") return void response.writeHead(503, { "retry-after": "1" }).end("the server is busy");
    if (mood === "refuses") return void response.writeHead(415).end("this is no photo");
    const isNew = kept(Buffer.concat(chunks));
    if (mood === "mute") return void request.socket.destroy();
    response.writeHead(isNew ? 201 : 200).end();
  } catch {
    // Whoever sent it has gone; what did not arrive whole was not kept.
  }
}

/**
 * Keeps a photo, once for each key; answers whether it is new.
 * @param {Map<string, Entry>} ledger
 * @param {string} key
 * @param {string} name
 * @param {Request} request
 * @param {Buffer} photo
 */
function keep(ledger, key, name, request, photo) {
  if (ledger.has(key)) return false;
  const sha256 = createHash("sha256").update(photo).digest("hex");
  const type = request.headers["content-type"] ?? "";
  ledger.set(key, { name, type, byteCount: photo.length, sha256 });
  return true;
}

/** @param {string} pathname @param {Response} response */
async function send(pathname, response) {
  const path = normalize(pathname === "/" ? "/index.html" : pathname);
  const file = path.startsWith("/tidegate/") ? join(built, path.slice("/tidegate/".length)) : join(own, path);
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end(`there is no ${pathname}`);
  }
}
