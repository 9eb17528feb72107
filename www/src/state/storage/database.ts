// Opening the database that an address names, and saving what cannot be opened.

import { type Engine, openEngine, rescueDatabase } from "tidegate";
import type { Address } from "./address.js";

/** For how many days executions are kept after their end, and events after they happened. */
export const KEPT_DAYS = 7;

const DAY_MS = 86_400_000;

export function openStorage({ storage, name, durability }: Address): Promise<Engine> {
  const retention = { executionsMs: KEPT_DAYS * DAY_MS, eventsMs: KEPT_DAYS * DAY_MS };
  if (storage === "memory") return openEngine({ storage: { kind: "memory" }, retention });
  return openEngine({ storage: { kind: "opfs", name, durability }, retention });
}

/** Gives the visitor the whole database as one SQLite file. */
export async function downloadDatabase(engine: Engine): Promise<void> {
  save(await engine.export(), `${engine.storage.name ?? "tidegate"}.sqlite`);
}

/** Gives the visitor the files of a database that does not open, as they lie there; answers their names. */
export async function downloadRescued(name: string): Promise<string[]> {
  const { database, wal } = await rescueDatabase({ name });
  const files = { [`${name}.sqlite`]: database, [`${name}.sqlite-wal`]: wal };
  const saved: string[] = [];
  for (const [file, bytes] of Object.entries(files)) {
    if (bytes === null || bytes.length === 0) continue;
    save(bytes, file);
    saved.push(file);
  }
  if (saved.length === 0) throw new Error("nothing was ever written to its files: there is nothing to save");
  return saved;
}

function save(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/vnd.sqlite3" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
