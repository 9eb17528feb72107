// The engine as a package user gets it: the built wasm in Node, through the front door.

import { readFileSync } from "node:fs";
import { Engine, initSync } from "../../dist/wasm/tidegate.js";

initSync({ module: readFileSync(new URL("../../dist/wasm/tidegate_bg.wasm", import.meta.url)) });

export { errorCodes } from "../../dist/wasm/tidegate.js";
export { Engine };

/** An engine in memory whose clock stands still until `pass` moves it. */
export function manual(start = 1_000_000) {
  let time = start;
  const engine = Engine.openMemory(() => time);
  return {
    engine,
    /** @param {number} ms */
    pass(ms) {
      time += ms;
    },
  };
}

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/**
 * What a call throws.
 * @param {() => unknown} call
 * @returns {any}
 */
export function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it threw nothing");
}
