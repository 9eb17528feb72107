// The head of a slot: the pool writes the name and the flags of the file that lies there at once, over two sectors.

/** Bytes of it. */
export const HEAD_BYTES = 516;

/**
 * Whether a write is the head of a slot. The pool takes a torn head for damage and refuses the database from then on, so
 * that torn heads are left out of what is promised (Contract: storage.failed-file): here heads are written whole or not at all.
 * @param {number} at @param {Uint8Array} bytes
 */
export const isHead = (at, bytes) => at === 0 && bytes.length === HEAD_BYTES;
