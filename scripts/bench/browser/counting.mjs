/// <reference lib="dom" />
// What reaches the browser's files: calls of access handles, counted while a piece of work runs.

/** @typedef {{ writes: number, flushes: number, reads: number, bytes: number }} Counts */
/** @typedef {Record<string, (...args: unknown[]) => unknown>} Methods */

/**
 * Calls and written bytes for each of so many commits.
 * @param {number} commits
 * @param {() => void} work
 * @returns {Counts}
 */
export function counting(commits, work) {
  const { prototype } = /** @type {{ FileSystemSyncAccessHandle: { prototype: Methods } }} */ (
    /** @type {unknown} */ (globalThis)
  ).FileSystemSyncAccessHandle;
  const counts = { write: 0, flush: 0, read: 0, bytes: 0 };
  const names = /** @type {const} */ (["write", "flush", "read"]);
  const own = names.map((name) => /** @type {Methods[string]} */ (prototype[name]));
  for (const [index, name] of names.entries())
    prototype[name] = function counted(...args) {
      counts[name] += 1;
      if (name === "write") counts.bytes += /** @type {Uint8Array} */ (args[0]).byteLength;
      return own[index]?.apply(this, args);
    };
  try {
    work();
  } finally {
    for (const [index, name] of names.entries()) prototype[name] = /** @type {Methods[string]} */ (own[index]);
  }
  const each = (/** @type {number} */ count) => count / commits;
  const { write, flush, read, bytes } = counts;
  return { writes: each(write), flushes: each(flush), reads: each(read), bytes: each(bytes) };
}
