// Which build the parts of the package are of, so that none works with a part of another one: a script, the compiled
// engine and the program of a worker are fetched one by one, and caches may hold some of an earlier deployment.

import { buildId } from "#wasm";
import { versionError } from "./errors.js";

/** The mark of this script and of the worker's program; `npm run build` puts it here. */
export const build: string = "unmarked";

/**
 * Refuses a compiled engine that this script was not made with, before it is instantiated. Both carry one mark, which the
 * wasm file has in a section of its own.
 */
export function checkFits(module: WebAssembly.Module, what = "the wasm file"): void {
  const [mark] = WebAssembly.Module.customSections(module, "tidegate");
  const found = mark === undefined ? "none" : new TextDecoder().decode(mark);
  if (found !== buildId) throw versionError(what, found, buildId);
}
