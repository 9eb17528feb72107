// The heads of the slots in a pool, where one was torn: the name and the flags of the file that lies in a slot cross a
// sector, and are written when it is made or deleted. The loss of power, or a write that fell short, leaves parts of them
// among zeros, and the pool refuses the whole database for that.
//
// Invariant: a slot gets back a head that its content and the rest of its head agree on, and that no other slot has. What
// is torn and has no content was being made, and becomes free. Everything else stays as it is.

import { CONTENT_AT, FOLDER, NAME_BYTES, originFiles, slots } from "./opfs.js";

/** Bytes of a head: the name, and the flags that SQLite made the file with. */
const HEAD_BYTES = NAME_BYTES + 4;

/** Bytes of the content that tell what it is. */
const BEGINS_BYTES = 3;

/** The files of a database: what their names end in, the flags they are made with, and the first bytes of their content. */
const FILES = [
  file("", "\0\0\x01\x06", "83,81,76"),
  file("-wal", "\0\x08\0\x06", "55,127,6"),
  file("-journal", "\0\0\x08\x06", "217,213,5"),
];

const FREE = new Uint8Array(HEAD_BYTES);

/** What browsers lend a worker: a file, for as long as nobody else has it. */
interface Handle {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  getSize(): number;
  close(): void;
}

/** Mends the torn heads of a database that nobody has open; answers whether there were any. */
export async function mendHeads(name: string): Promise<boolean> {
  let folder = await originFiles();
  for (const part of [FOLDER, name, ".opaque"]) folder = await folder.getDirectoryHandle(part);
  const handles: Handle[] = [];
  try {
    for await (const slot of slots(folder))
      handles.push(await (slot as unknown as { createSyncAccessHandle(): Promise<Handle> }).createSyncAccessHandle());
    const heads = handles.map(mended);
    const all = handles.map((handle, slot) => String(heads[slot] ?? read(handle, 0)));
    if (all.some((head, slot) => head > String(FREE) && all.indexOf(head) < slot)) return false;
    for (const [slot, handle] of handles.entries()) {
      const head = heads[slot];
      // Torn once more by this write, it is mended once more.
      if (head) handle.write(head, { at: 0 });
      handle.flush();
    }
    return heads.some(Boolean);
  } finally {
    for (const handle of handles) handle.close();
  }
}

/** What the head of a slot is to be where it is torn; nothing where it is whole, or where nobody can tell. */
function mended(handle: Handle): Uint8Array | undefined {
  const head = read(handle, 0);
  const torn = FILES.filter((one) => head.every((byte, at) => byte === 0 || byte === one.head[at]));
  if ([{ head: FREE }, ...torn].some((one) => String(head) === String(one.head))) return undefined;
  if (handle.getSize() <= CONTENT_AT) return torn.length > 0 ? FREE : undefined;
  return torn.find(({ begins }) => String(read(handle, CONTENT_AT, BEGINS_BYTES)) === begins)?.head;
}

function file(suffix: string, flags: string, begins: string) {
  return { head: new TextEncoder().encode(`tidegate.db${suffix}`.padEnd(NAME_BYTES, "\0") + flags), begins };
}

function read(handle: Handle, at: number, length = HEAD_BYTES): Uint8Array {
  const bytes = new Uint8Array(length);
  handle.read(bytes, { at });
  return bytes;
}
