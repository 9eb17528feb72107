// An engine in memory whose module may grow to so many bytes and no further: a bound of 4 GiB is found out slowly.

import { readFileSync } from "node:fs";
import { Engine } from "../../../dist/js/engine.js";
import { openLocal } from "../../../dist/js/lines/local.js";
import { WirePort } from "../../../dist/js/lines/wire.js";
import { memoryReport } from "../../../dist/js/storage/report.js";

/** @typedef {import("../../../dist/js/lines/line.js").Line} Line */

const PAGE = 65_536;
const HEADER = 8;
const MEMORY_SECTION = 5;

/**
 * One engine of a process, which has one instance of the module; `between` may stand between its port and its line.
 * @param {number} bytes
 * @param {(line: Line) => Line} [between]
 */
export function openCapped(bytes, between = (line) => line) {
  const wasm = readFileSync(new URL("../../../dist/wasm/tidegate_bg.wasm", import.meta.url));
  const module = new WebAssembly.Module(withMaximum(wasm, bytes / PAGE));
  const line = openLocal({ module, clock: () => 1_000_000, limits: { payloadBytesMax: 16 << 20 } });
  return new Engine(new WirePort(between(line), memoryReport(null)), { set: () => {} });
}

/**
 * The module with another maximum of pages in its memory section, which names one memory: flags, minimum, maximum.
 * @param {Uint8Array} wasm
 * @param {number} pages
 */
function withMaximum(wasm, pages) {
  for (let at = HEADER; at < wasm.length; ) {
    const [size, begin] = number(wasm, at + 1);
    if (wasm[at] === MEMORY_SECTION) {
      const [minimum] = number(wasm, begin + 2);
      const section = [1, 1, ...leb(minimum), ...leb(pages)];
      const parts = [wasm.slice(0, at + 1), Uint8Array.from([...leb(section.length), ...section])];
      return new Uint8Array(Buffer.concat([...parts, wasm.slice(begin + size)]));
    }
    at = begin + size;
  }
  throw new Error("the module has no memory of its own");
}

/**
 * A LEB128 number, and where it ends.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function number(bytes, at) {
  let value = 0;
  for (let index = 0; ; index++) {
    const byte = bytes[at + index] ?? 0;
    value |= (byte & 127) << (7 * index);
    if (byte < 128) return /** @type {const} */ ([value, at + index + 1]);
  }
}

/**
 * A number as LEB128.
 * @param {number} value
 * @returns {number[]}
 */
function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}
