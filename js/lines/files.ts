// The line to an engine over the origin's own files, in the worker that holds them: the wasm class, called directly.

import { initSync, Engine as WasmEngine } from "#wasm";
import { checkFits } from "../ground/build.js";
import { type PlainError, revived } from "../ground/errors.js";
import { mendHeads } from "../storage/heads.js";
import { originFiles } from "../storage/opfs.js";
import type { Line } from "./line.js";
import { type LocalOptions, lineTo } from "./local.js";

/** A database in the origin's own files. */
export interface FileOptions {
  name: string;
  strict: boolean;
}

/** Opens an engine over the origin's own files, in this thread, which must be a dedicated worker. */
export async function openFile(options: LocalOptions & FileOptions): Promise<Line> {
  const { module, clock, limits, image, name, strict } = options;
  const open = () => WasmEngine.openOpfs(name, strict, clock ?? null, limits, image ?? null);
  try {
    await originFiles();
    checkFits(module);
    initSync({ module });
    const engine = await open().catch(async (thrown: Partial<PlainError>) => {
      // Where they cannot be mended either, what the pool found says more.
      if (thrown.code !== "storage.damaged" || !(await mendHeads(name).catch(() => false))) throw thrown;
      return open();
    });
    return lineTo(engine);
  } catch (thrown) {
    throw revived(thrown);
  }
}
