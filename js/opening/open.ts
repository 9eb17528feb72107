// Opening an engine.

import { Engine } from "../engine.js";
import { type PlainError, revived, TidegateError } from "../ground/errors.js";
import type { AnyKinds, KindsOf } from "../ground/kinds.js";
import { openInWorker } from "../lines/dedicated.js";
import type { Line } from "../lines/line.js";
import { type Limits, openLocal } from "../lines/local.js";
import { WirePort } from "../lines/wire.js";
import { compiled } from "../load.js";
import { UNSUPPORTED } from "../storage/opfs.js";
import { memoryReport, type StorageReport } from "../storage/report.js";
import { space } from "../storage/space.js";
import { WAIT_MS } from "../storage/taken.js";
import { Upkeep } from "../storage/upkeep.js";
import { checkedOptions, followsClock, type OpenOptions, type OpfsStorage } from "./options.js";

/** How long an open waits for the browser to promise that it keeps the origin, in ms. */
const ASKED_MS = 200;

/** Opens an engine, for the kinds that its type names or for any. Rejects with a TidegateError; falls back to another storage only where the caller allowed it. */
export async function openEngine<K extends KindsOf<K> = AnyKinds>(given: OpenOptions): Promise<Engine<K>> {
  const options = checkedOptions(given);
  const { storage } = options;
  try {
    const module = options.module ?? (await compiled(options.wasmUrl));
    if (storage.kind === "memory") return await inMemory<K>(options, module, null);
    return await inFiles<K>(options, storage, module).catch((thrown) => {
      // Only for want of such files: a database that is there and does not open now must not be passed over.
      const missing = thrown instanceof TidegateError && thrown.details["reason"] === UNSUPPORTED;
      if (!missing || storage.fallback !== "memory") throw thrown;
      return inMemory<K>(options, module, thrown.toJSON());
    });
  } catch (thrown) {
    throw revived(thrown);
  }
}

async function inMemory<K>(
  options: OpenOptions,
  module: WebAssembly.Module,
  fallback: PlainError | null,
): Promise<Engine<K>> {
  const { onClock, import: image } = options;
  const now = options.clock?.now;
  const line = openLocal({ module, clock: now, limits: limits(options), image });
  return new Engine<K>(await measured(line, memoryReport(fallback)), undefined, undefined, { now, onClock });
}

async function inFiles<K>(options: OpenOptions, storage: OpfsStorage, module: WebAssembly.Module): Promise<Engine<K>> {
  const { name, durability = "strict", waitMs = WAIT_MS, persist = false } = storage;
  if (persist) await asked(globalThis.navigator?.storage?.persist?.());
  const strict = durability === "strict";
  const opening = { module, name, strict, limits: limits(options), image: options.import, waitMs };
  const line = await openInWorker(opening, options.workerUrl);
  const report: StorageReport = { ...memoryReport(null), kind: "opfs", name, durability, checked: "pending" };
  const port = await measured(line, { ...report, ...(await space()) });
  const engine = new Engine<K>(port, undefined, undefined, { onClock: options.onClock });
  void new Upkeep(port, engine).run();
  return engine;
}

/** Some browsers ask the visitor, who may never answer: the answer counts whenever it comes, and no open waits for it. */
async function asked(answer: Promise<boolean> | undefined): Promise<void> {
  const answered = answer?.catch(() => false);
  await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, ASKED_MS))]);
}

function limits({ payloadBytesMax, retention, clock }: OpenOptions): Limits {
  return { payloadBytesMax, retention, followsClock: followsClock(clock) };
}

/** The port over a line that has just been opened, with the figures of its storage. */
async function measured(line: Line, report: StorageReport): Promise<WirePort> {
  const port = new WirePort(line, report);
  try {
    await port.measure();
    return port;
  } catch (thrown) {
    await line.close();
    throw thrown;
  }
}
