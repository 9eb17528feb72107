// The content of a file: bytes that grow as they are written, zeros where nothing was.

/** Room for more is made by doubling. */
const ROOM_BYTES = 8192;

export class Bytes {
  #room = new Uint8Array(ROOM_BYTES);
  #size = 0;

  /** @param {Uint8Array} bytes */
  static of(bytes) {
    const made = new Bytes();
    made.write(bytes, 0);
    return made;
  }

  get size() {
    return this.#size;
  }

  /** What is there now; it changes with the file. */
  get view() {
    return this.#room.subarray(0, this.#size);
  }

  copy() {
    return Bytes.of(this.view);
  }

  /** @param {Uint8Array} bytes @param {number} at */
  write(bytes, at) {
    if (bytes.length === 0) return;
    if (at + bytes.length > this.#size) this.resize(at + bytes.length);
    this.#room.set(bytes, at);
  }

  /** @param {Uint8Array} into @param {number} at */
  read(into, at) {
    const found = this.#room.subarray(Math.min(at, this.#size), Math.min(at + into.length, this.#size));
    into.set(found);
    return found.length;
  }

  /** @param {number} size */
  resize(size) {
    if (size > this.#room.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#room.length));
      larger.set(this.view);
      this.#room = larger;
    }
    // What was cut off before must not come back.
    if (size > this.#size) this.#room.fill(0, this.#size, size);
    this.#size = size;
  }
}
