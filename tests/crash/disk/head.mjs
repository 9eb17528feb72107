// The head of a slot: the pool writes the name and the flags of the file that lies there at once, over two sectors.

/** Bytes of it. */
export const HEAD_BYTES = 516;

/**
 * Whether a write is the head of a slot. It is torn like any other.
 * @param {number} at @param {Uint8Array} bytes
 */
export const isHead = (at, bytes) => at === 0 && bytes.length === HEAD_BYTES;
