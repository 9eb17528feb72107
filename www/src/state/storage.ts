// Opening the database that an address names, and saving what cannot be opened.

import { type Engine, openEngine, rescueDatabase } from "tidegate";
import type { Address } from "../address.js";

export function openStorage({ storage, name, durability }: Address): Promise<Engine> {
  if (storage === "memory") return openEngine({ storage: { kind: "memory" } });
  return openEngine({ storage: { kind: "opfs", name, durability } });
}

/** Gives the visitor the whole database as one SQLite file. */
export async function downloadDatabase(engine: Engine): Promise<void> {
  save(await engine.export(), `${engine.storage.name ?? "tidegate"}.sqlite`);
}

/** Gives the visitor the files of a database that does not open, as they lie there. */
export async function downloadRescued(name: string): Promise<void> {
  const { database, wal } = await rescueDatabase({ name });
  save(database, `${name}.sqlite`);
  if (wal) save(wal, `${name}.sqlite-wal`);
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
