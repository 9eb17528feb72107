// The one table of a run: each line is printed as soon as it is there, and kept.

/**
 * One line of the table, as the Rust half writes it; times in ns for one operation.
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ wanted: string, found: Spread, met: boolean }} Target
 * @typedef {{ engine: Spread, rows: Spread, excess: Spread }} Growth
 * @typedef {{ place: string, scenario: string, rounds?: number, engine?: Spread | null, rows?: Spread | null,
 *   bare?: Spread | null, raw?: Spread | null, shareOfRows?: Spread | null, shareOfBare?: Spread | null, shareOfRaw?: Spread | null,
 *   counts?: Record<string, import("./browser/counting.mjs").Counts>, growth?: Growth | null,
 *   target?: Target | null }} Line
 */

/** Columns: heading, width, whether it is flush right, and what stands in it. */
const columns = /** @type {const} */ ([
  ["where", 29, false, (/** @type {Line} */ line) => line.place],
  ["what", 52, false, (/** @type {Line} */ line) => line.scenario],
  ["engine µs", 9, true, (/** @type {Line} */ line) => micros(line.engine)],
  ["rows µs", 8, true, (/** @type {Line} */ line) => micros(line.rows)],
  ["bare µs", 8, true, (/** @type {Line} */ line) => micros(line.bare)],
  ["raw µs", 7, true, (/** @type {Line} */ line) => micros(line.raw)],
  ["speed of rows", 17, false, (/** @type {Line} */ line) => ratio(line.shareOfRows)],
  ["speed of bare", 17, false, (/** @type {Line} */ line) => ratio(line.shareOfBare)],
  ["speed of raw", 17, false, (/** @type {Line} */ line) => ratio(line.shareOfRaw)],
  ["target", 0, false, (/** @type {Line} */ line) => target(line) + counts(line)],
]);

/** Prints lines as they come. */
export class Table {
  /** @type {Line[]} */
  lines = [];

  /** @param {Line} line */
  take(line) {
    if (this.lines.length === 0) print(columns.map(([heading]) => heading));
    this.lines.push(line);
    print(columns.map(([, , , text]) => text(line)));
  }
}

/** @param {readonly string[]} cells */
function print(cells) {
  const padded = cells.map((cell, index) => {
    const [, width, right] = columns[index] ?? ["", 0, false];
    return right ? cell.padStart(width) : cell.padEnd(width);
  });
  console.log(padded.join("  ").trimEnd());
}

/** @param {Spread | null | undefined} spread in ns */
function micros(spread) {
  if (!spread) return "";
  const time = spread.median / 1000;
  return time >= 100 ? time.toFixed(0) : time.toFixed(2);
}

/** @param {Spread | null | undefined} spread */
function ratio(spread) {
  if (!spread) return "";
  return `${spread.median.toFixed(2)} (${spread.min.toFixed(2)}–${spread.max.toFixed(2)})`;
}

/** @param {Line} line */
function target({ growth, target }) {
  const growths = growth ? `grown ${growth.engine.median.toFixed(2)} / ${growth.rows.median.toFixed(2)}` : "";
  if (!target) return growths;
  const found = target.found.min === target.found.max ? String(target.found.median) : ratio(target.found);
  return `${target.met ? "met" : "missed"}: ${target.wanted}: ${[found, growths].filter(Boolean).join(", ")}`;
}

/** @param {Line} line what reached the files, for each commit */
function counts({ counts = {} }) {
  const told = Object.entries(counts).map(([who, { writes, flushes, reads, bytes }]) => {
    const calls = `${short(writes)} writes, ${short(flushes)} flushes, ${short(reads)} reads`;
    return `${who} ${calls}, ${short(bytes / 1024)} KiB`;
  });
  return told.join("; ");
}

/** @param {number} count */
function short(count) {
  return count.toFixed(count < 10 ? 1 : 0);
}
