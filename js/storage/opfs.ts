// Databases in the browser's own files of this origin, without opening them: listing, saving one that will not open,
// deleting one.

import { argumentError, storageError } from "../ground/errors.js";
import { given, onlyFields } from "../ground/fields.js";
import { untilFree, WAIT_MS } from "./taken.js";

/** The detail `reason` of a refusal because the host has no such files at all. */
export const UNSUPPORTED = "unsupported";

/** The folder of all databases, as src/host/opfs.rs has it. */
export const FOLDER = ".tidegate";

/** Where the content of each file in a pool begins; its name stands in the first 512 bytes. */
export const CONTENT_AT = 4096;
export const NAME_BYTES = 512;

/** A database as it lies there: the file and, where there is one, the write-ahead log that belongs beside it. */
export interface RescuedDatabase {
  database: Uint8Array;
  /** To be kept under the database's name followed by `-wal`. */
  wal: Uint8Array | null;
}

/**
 * What is there of a database, byte for byte, without opening it: for one that is damaged or of a newer version. What
 * only its log holds is missing in the database file alone.
 */
export async function rescueDatabase(options: { name: string }): Promise<RescuedDatabase> {
  const { name } = read(options, ["name"]);
  const pool = await folder(name);
  const found: Partial<RescuedDatabase> = {};
  try {
    for await (const file of slots(await pool.getDirectoryHandle(".opaque"))) {
      const slot = new Uint8Array(await (await file.getFile()).arrayBuffer());
      const end = slot.indexOf(0);
      const called = new TextDecoder().decode(slot.subarray(0, Math.min(end, NAME_BYTES)));
      if (called === "tidegate.db") found.database = slot.slice(CONTENT_AT);
      if (called === "tidegate.db-wal" && slot.length > CONTENT_AT) found.wal = slot.slice(CONTENT_AT);
    }
  } catch (thrown) {
    throw refused(name, thrown);
  }
  if (found.database === undefined) throw missing(name);
  return { database: found.database, wal: found.wal ?? null };
}

function read<T extends object>(options: T, names: readonly string[]): T {
  const members = given("options", options);
  onlyFields(members, names);
  return members;
}

/**
 * Deletes a database and all that belongs to it; answers whether there was one. While it is open anywhere, it waits for
 * `waitMs`, 1 000 when left out, and is refused then.
 */
export async function destroyDatabase(options: { name: string; waitMs?: number }): Promise<boolean> {
  const { name, waitMs = WAIT_MS } = read(options, ["name", "waitMs"]);
  checkName(name);
  return untilFree(waitMs, async () => {
    try {
      const all = await (await originFiles()).getDirectoryHandle(FOLDER);
      await all.removeEntry(name, { recursive: true });
      return true;
    } catch (thrown) {
      if (named(thrown, "NotFoundError")) return false;
      throw refused(name, thrown);
    }
  });
}

/** The names of the databases of this origin. */
export async function listDatabases(): Promise<string[]> {
  const names: string[] = [];
  try {
    const all = await (await originFiles()).getDirectoryHandle(FOLDER);
    for await (const name of (all as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
  } catch (thrown) {
    if (!named(thrown, "NotFoundError")) throw refused(FOLDER, thrown);
  }
  return names.sort();
}

async function folder(name: string): Promise<FileSystemDirectoryHandle> {
  checkName(name);
  try {
    const all = await (await originFiles()).getDirectoryHandle(FOLDER);
    return await all.getDirectoryHandle(name);
  } catch (thrown) {
    throw named(thrown, "NotFoundError") ? missing(name) : refused(name, thrown);
  }
}

/** The files in a folder. */
export function slots(directory: FileSystemDirectoryHandle): AsyncIterable<FileSystemFileHandle> {
  return (directory as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values();
}

/** The origin's files. A browser that has them and does not hand them out, as in some private windows, has none here. */
export async function originFiles(): Promise<FileSystemDirectoryHandle> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  if (typeof storage?.getDirectory !== "function")
    throw unsupported("this host has no files of the origin; a secure context of a browser has");
  try {
    return await storage.getDirectory();
  } catch (thrown) {
    throw unsupported(`the browser hands out no files of the origin here, as in a private window: ${thrown}`);
  }
}

/** The refusal because the host lacks something that such files need. */
export function unsupported(message: string): unknown {
  return storageError("unavailable", message, { reason: UNSUPPORTED });
}

function checkName(name: unknown): void {
  if (typeof name !== "string" || !/^(?!\.)[A-Za-z0-9._-]{1,64}$/.test(name))
    throw argumentError("name", "1 to 64 letters, digits, - _ or ., and no . first", String(name));
}

function missing(name: string): unknown {
  return argumentError("name", "the name of a database of this origin", `none called ${name}`);
}

function named(thrown: unknown, name: string): boolean {
  return thrown instanceof DOMException && thrown.name === name;
}

function refused(name: string, thrown: unknown): unknown {
  if (!(thrown instanceof DOMException)) return thrown;
  const { message } = thrown;
  if (named(thrown, "NoModificationAllowedError"))
    return storageError("taken", `the database ${name} is open in this tab or another one; close it there`, { name });
  if (named(thrown, "QuotaExceededError")) return storageError("quota", message, { name });
  if (["SecurityError", "NotAllowedError", "NotSupportedError"].includes(thrown.name))
    return storageError("unavailable", `the browser keeps no files for this page: ${message}`, { name });
  return storageError("io", message, { name });
}
