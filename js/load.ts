// Loading the compiled engine, once for each address. This file stays in the top folder: built, it names the wasm by the
// way from there, and a bundle of the package stands as deep.

import { buildId } from "#wasm";
import { along } from "./ground/along.js";
import { checkFits } from "./ground/build.js";
import { argumentError, storageError, TidegateError, versionError } from "./ground/errors.js";

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled engine from an address, or from beside this package. */
export async function compiled(wasmUrl?: string | URL): Promise<WebAssembly.Module> {
  if (wasmUrl === undefined && along !== null) return along;
  const url = wasmUrl === undefined ? beside() : address(wasmUrl);
  const known = modules.get(url.href);
  if (known) return known;
  const module = load(url);
  modules.set(url.href, module);
  // A failed load is tried again by the next open.
  module.catch(() => modules.delete(url.href));
  return module;
}

function beside(): URL {
  try {
    return new URL("../wasm/tidegate_bg.wasm", import.meta.url);
  } catch {
    const needed = 'give it as `module`, as in `import module from "tidegate/tidegate.wasm"`';
    throw storageError("unavailable", `this host does not say where the compiled engine is; ${needed}`);
  }
}

function address(url: string | URL): URL {
  try {
    return new URL(url, typeof location === "undefined" ? import.meta.url : location.href);
  } catch {
    throw argumentError("wasmUrl", "an address", String(url));
  }
}

async function load(url: URL): Promise<WebAssembly.Module> {
  try {
    return await whole(url);
  } catch (thrown) {
    // A cache may hold the file of an earlier deployment.
    const stale = thrown instanceof TidegateError && thrown.code === "engine.version" && url.protocol !== "file:";
    if (stale) return whole(url, { cache: "reload" });
    throw thrown;
  }
}

/** The compiled engine, where it is one and of this build. */
async function whole(url: URL, past?: RequestInit): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await read(url, past);
    const module = await WebAssembly.compile(bytes);
    checkFits(module, `the wasm file ${url.href}`);
    return module;
  } catch (thrown) {
    if (thrown instanceof TidegateError) throw thrown;
    const found = thrown instanceof Error ? thrown.message : String(thrown);
    // A part of a file, or what this host cannot compile; a page that forbids to compile any gets there, too.
    if (bytes !== undefined && !WebAssembly.validate(bytes))
      throw versionError(`the wasm file ${url.href}`, found, buildId);
    const needed = "put tidegate.wasm of the package there, or set wasmUrl";
    const message = `the engine could not be loaded from ${url.href} (${found}); ${needed}`;
    throw storageError("unavailable", message, { url: url.href, found });
  }
}

async function read(url: URL, past?: RequestInit): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === "file:") {
    // A bundler must leave this import alone: only Node and its like get here.
    const specifier = "node:fs/promises";
    const files: typeof import("node:fs/promises") = await import(
      /* webpackIgnore: true */ /* @vite-ignore */ specifier
    );
    return wasm(await files.readFile(url), "a file");
  }
  const response = await fetch(url, past);
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return wasm(new Uint8Array(await response.arrayBuffer()), response.headers.get("content-type") ?? "no type");
}

/** The bytes, where they begin as WebAssembly does: many servers answer a page where there is nothing. */
function wasm(bytes: Uint8Array<ArrayBuffer>, type: string): Uint8Array<ArrayBuffer> {
  const head = new TextDecoder().decode(bytes.subarray(0, 20));
  if (head.startsWith("\0asm")) return bytes;
  throw new Error(`there is no WebAssembly but ${type} that begins with ${JSON.stringify(head)}`);
}
