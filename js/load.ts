// Loading the compiled engine, once for each address. This file stays in the top folder: built, it names the wasm by the
// way from there, and a bundle of the package stands as deep.

import { argumentError, storageError } from "./ground/errors.js";

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled engine from an address, or from beside this package. */
export function compiled(wasmUrl?: string | URL): Promise<WebAssembly.Module> {
  const url = wasmUrl === undefined ? new URL("../wasm/tidegate_bg.wasm", import.meta.url) : address(wasmUrl);
  const known = modules.get(url.href);
  if (known) return known;
  const module = load(url);
  modules.set(url.href, module);
  // A failed load is tried again by the next open.
  module.catch(() => modules.delete(url.href));
  return module;
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
    if (url.protocol === "file:") {
      // A bundler must leave this import alone: only Node and its like get here.
      const specifier = "node:fs/promises";
      const files: typeof import("node:fs/promises") = await import(
        /* webpackIgnore: true */ /* @vite-ignore */ specifier
      );
      return await WebAssembly.compile(await files.readFile(url));
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (thrown) {
    const found = thrown instanceof Error ? thrown.message : String(thrown);
    const needed = "put tidegate.wasm of the package there, or set wasmUrl";
    const message = `the engine could not be loaded from ${url.href} (${found}); ${needed}`;
    throw storageError("unavailable", message, { url: url.href, found });
  }
}
