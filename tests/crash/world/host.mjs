// What a dedicated worker of a browser has and Node has not, with an origin in memory; and chance and time that follow
// from a seed, so that a seed does the same twice. Only for a thread of its own: it changes what all code there sees.

import { File, Folder, Handle } from "../disk/origin.mjs";

/** When the clock of every walk begins. */
const START_MS = 1_700_000_000_000;

/** The clock of host and engine: it stands still until somebody moves it. */
export const clock = { now: START_MS };

/**
 * Makes this thread a worker of a browser with the files of an origin.
 * @param {import("../disk/origin.mjs").Origin} origin
 * @param {import("../disk/image.mjs").Chance} chance
 */
export function become(origin, chance) {
  const storage = {
    getDirectory: async () => origin.root,
    estimate: async () => ({ usage: 0, quota: 2 ** 40 }),
    persisted: async () => true,
  };
  const all = {
    navigator: { storage },
    DedicatedWorkerGlobalScope: { [Symbol.hasInstance]: (/** @type {unknown} */ thing) => thing === globalThis },
    FileSystemSyncAccessHandle: Handle,
    FileSystemFileHandle: File,
    FileSystemDirectoryHandle: Folder,
    crypto: { getRandomValues: (/** @type {Uint8Array} */ bytes) => fill(bytes, chance), subtle: crypto.subtle },
  };
  for (const [name, value] of Object.entries(all))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  Math.random = chance;
  Date.now = () => clock.now;
}

/** @param {Uint8Array} bytes @param {import("../disk/image.mjs").Chance} chance */
function fill(bytes, chance) {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(chance() * 256);
  return bytes;
}
