// The rows of a SQLite file, read from its bytes alone: table by table, each row as it is stored. Nothing of SQLite reads
// here, so what it would hide is seen. Absent on purpose: logs, since a file that was exported has none, and indexes,
// which the engine's own check compares with their tables.

/** A row as it is stored; the key of a table without row numbers is part of it. @typedef {Uint8Array} Row */

const PAGE = { innerIndex: 2, innerTable: 5, leafIndex: 10, leafTable: 13 };

/** Bytes before the first page's own head. */
const FILE_HEAD_BYTES = 100;

export class SqliteFile {
  #bytes;
  #view;
  #pageBytes;
  /** Bytes of a page that SQLite uses. */
  #usable;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const said = this.#view.getUint16(16);
    this.#pageBytes = said === 1 ? 65_536 : said;
    this.#usable = this.#pageBytes - this.#view.getUint8(20);
  }

  /** The names of the tables, each with the page that its rows begin at. */
  tables() {
    const found = [];
    for (const row of this.rows(1)) {
      const [type, name, , root] = values(row);
      if (type === "table" && typeof name === "string" && typeof root === "number") found.push({ name, root });
    }
    return found;
  }

  /**
   * The rows under a page, in their order.
   * @param {number} page
   * @param {Set<number>} passed the pages on the way here
   * @returns {Generator<Row>}
   */
  *rows(page, passed = new Set()) {
    if (passed.has(page)) throw new Error(`page ${page} leads back to itself`);
    const onward = new Set([...passed, page]);
    const start = (page - 1) * this.#pageBytes;
    const head = start + (page === 1 ? FILE_HEAD_BYTES : 0);
    const sort = this.#view.getUint8(head);
    if (!Object.values(PAGE).includes(sort)) throw new Error(`page ${page} is no page of rows`);
    const inner = sort === PAGE.innerIndex || sort === PAGE.innerTable;
    const cells = this.#view.getUint16(head + 3);
    for (let cell = 0; cell < cells; cell += 1) {
      let at = start + this.#view.getUint16(head + (inner ? 12 : 8) + 2 * cell);
      if (inner) {
        yield* this.rows(this.#view.getUint32(at), onward);
        at += 4;
      }
      if (sort !== PAGE.innerTable) yield this.#row(at, sort === PAGE.leafTable);
    }
    if (inner) yield* this.rows(this.#view.getUint32(head + 8), onward);
  }

  /** @param {number} at @param {boolean} numbered whether the number of the row stands before it */
  #row(at, numbered) {
    const [length, afterLength] = varint(this.#bytes, at);
    const [, afterNumber] = numbered ? varint(this.#bytes, afterLength) : [0, afterLength];
    const local = this.#local(length, numbered);
    const prefix = afterNumber - afterLength;
    const row = new Uint8Array(prefix + length);
    row.set(this.#bytes.subarray(afterLength, afterNumber + local));
    let next = local < length ? this.#view.getUint32(afterNumber + local) : 0;
    for (let done = prefix + local; done < row.length; ) {
      if (next === 0) throw new Error("a row ends before its bytes do");
      const from = (next - 1) * this.#pageBytes;
      const piece = this.#bytes.subarray(from + 4, from + 4 + Math.min(this.#usable - 4, row.length - done));
      row.set(piece, done);
      done += piece.length;
      next = this.#view.getUint32(from);
    }
    return row;
  }

  /** How many bytes of a row stand in its own page, by the rule of the file format. @param {number} length @param {boolean} numbered */
  #local(length, numbered) {
    const most = numbered ? this.#usable - 35 : Math.floor(((this.#usable - 12) * 64) / 255) - 23;
    if (length <= most) return length;
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const rest = least + ((length - least) % (this.#usable - 4));
    return rest <= most ? rest : least;
  }
}

/**
 * A number of 1 to 9 bytes, and where it ends.
 * @param {Uint8Array} bytes @param {number} at
 * @returns {[number, number]}
 */
function varint(bytes, at) {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte < 128) return [value, at + index + 1];
  }
  return [value * 256 + (bytes[at + 8] ?? 0), at + 9];
}

/**
 * The texts and small numbers of a row whose number stands before it.
 * @param {Row} row
 */
function values(row) {
  const [, start] = varint(row, 0);
  const [headBytes, first] = varint(row, start);
  let body = start + headBytes;
  const found = [];
  for (let at = first; at < start + headBytes; ) {
    const [type, next] = varint(row, at);
    const length = type >= 12 ? Math.floor((type - 12) / 2) : ([0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0);
    const bytes = row.subarray(body, body + length);
    if (type >= 13 && type % 2 === 1) found.push(new TextDecoder().decode(bytes));
    else found.push(type === 9 ? 1 : bytes.reduce((sum, byte) => sum * 256 + byte, 0));
    body += length;
    at = next;
  }
  return found;
}
