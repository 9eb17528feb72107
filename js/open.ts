// Opening an engine.

import { Engine } from "./engine.js";
import { argumentError, revived } from "./errors.js";
import { compiled } from "./load.js";
import { openLocal } from "./local.js";

export interface OpenOptions {
  /** Where the state is kept. In memory it is gone when the engine is closed. */
  storage: { kind: "memory" };
  /** Where the wasm file is, for those who host it themselves; beside this module when left out. */
  wasmUrl?: string | URL;
  /** The limit of one payload in bytes: 1 MiB when left out, at most 16 MiB. */
  payloadBytesMax?: number;
}

/** Opens an engine. Rejects with a TidegateError; never falls back to another storage. */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  const kind: unknown = options?.storage?.kind;
  if (kind !== "memory") throw argumentError("storage.kind", "memory", JSON.stringify(kind) ?? "nothing");
  try {
    const module = await compiled(options.wasmUrl);
    return new Engine(openLocal({ module, payloadBytesMax: options.payloadBytesMax }));
  } catch (thrown) {
    throw revived(thrown);
  }
}
