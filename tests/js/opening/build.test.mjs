// Parts of the package of another build: caches mix what was deployed at different times.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openEngine, TidegateError } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { rejection } from "../world/rejection.mjs";

const ours = readFileSync(new URL("../../../dist/wasm/tidegate_bg.wasm", import.meta.url));
const storage = /** @type {const} */ ({ kind: "memory" });

/** Bytes of the section that holds the mark: a head, its length, its name, and 16 letters. */
const MARK_BYTES = 2 + 1 + "tidegate".length + 16;

const unmarked = ours.subarray(0, -MARK_BYTES);
const other = Buffer.concat([ours.subarray(0, -16), Buffer.from("0123456789abcdef")]);
const foreign = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]);

/** What the server answers, and what it was asked for. @type {(path: string) => { type?: string, body: string | Uint8Array }} */
let answers = () => ({ body: "" });
/** @type {string[]} */
let asked = [];
let origin = "";

const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers["cache-control"] ?? "any"}`);
  const { type = "application/wasm", body } = answers(request.url ?? "");
  response.writeHead(200, { "content-type": type }).end(body);
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
});

after(() => server.close());

/** @param {string} path @param {typeof answers} answer */
async function refusalOf(path, answer) {
  answers = answer;
  asked = [];
  const error = await rejection(() => openEngine({ storage, wasmUrl: `${origin}${path}` }));
  assert.ok(error instanceof TidegateError, `${error}`);
  return error;
}

// Contract: storage.version.
test("a compiled engine of another build is refused before it is instantiated, however it is given", async () => {
  for (const [bytes, found] of /** @type {const} */ ([
    [other, "0123456789abcdef"],
    [unmarked, "none"],
    [foreign, "none"],
  ])) {
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    const opens = [() => openEngine({ storage, module }), () => openTestEngine({ module })];
    for (const open of opens) {
      const error = await rejection(open);
      assert.ok(error instanceof TidegateError, `${error}`);
      assert.deepEqual([error.code, error.class, error.details.found], ["engine.version", "terminal", found]);
      assert.match(error.message, /another build.*reload past the cache.*deploy all files/);
    }
  }
  const module = new WebAssembly.Module(new Uint8Array(ours));
  await (await openEngine({ storage, module })).close();
  await (await openTestEngine({ module })).engine.close();
});

// Contract: storage.version.
test("a wasm file of another build, or only a part of one, is refused by its address", async () => {
  for (const [path, body] of /** @type {const} */ ([
    ["/other.wasm", other],
    ["/unmarked.wasm", unmarked],
    ["/part.wasm", ours.subarray(0, ours.length >> 1)],
    ["/unended.wasm", ours.subarray(0, -5)],
    ["/head.wasm", ours.subarray(0, 6)],
  ])) {
    const error = await refusalOf(path, () => ({ body }));
    assert.equal(error.code, "engine.version", error.message);
    assert.ok(error.message.includes(`${origin}${path}`), error.message);
    assert.match(error.message, /reload past the cache/);
  }
});

// Contract: storage.version.
test("a cache that holds the wasm file of an earlier deployment is passed by once", async () => {
  asked = [];
  answers = () => ({ body: asked.length === 1 ? other : ours });
  const engine = await openEngine({ storage, wasmUrl: `${origin}/stale.wasm` });
  await engine.close();
  assert.deepEqual(asked, ["/stale.wasm any", "/stale.wasm no-cache"]);
  await refusalOf("/stale-for-ever.wasm", () => ({ body: other }));
  assert.equal(asked.length, 2);
});

// Contract: storage.unavailable.
test("a page, a script or nothing at all in the place of the wasm file is told as what it is", async () => {
  for (const [type, body] of /** @type {const} */ ([
    ["text/html; charset=utf-8", "<!doctype html><title>Our shop</title>"],
    ["text/javascript", "export default 1;"],
    ["application/wasm", ""],
  ])) {
    const error = await refusalOf("/page.wasm", () => ({ type, body }));
    assert.equal(error.code, "storage.unavailable", error.message);
    assert.ok(error.message.includes(`${type} that begins with ${JSON.stringify(body.slice(0, 20))}`), error.message);
    assert.match(error.message, /wasmUrl/);
    assert.equal(asked.length, 1, "what is no WebAssembly is no matter of a cache");
  }
});

test("the type that a server tells does not matter", async () => {
  for (const type of ["application/octet-stream", "text/plain"]) {
    answers = () => ({ type, body: ours });
    const engine = await openEngine({ storage, wasmUrl: `${origin}/${type}.wasm` });
    await engine.close();
  }
});
