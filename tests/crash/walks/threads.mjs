// Walks in threads of their own, one after the other: what a walk changes of its host, and the memory of its engine, end
// with its thread.

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** @typedef {import("./plans.mjs").Plan} Plan */
/** @typedef {import("./walk.mjs").Walked} Walked */

/** A walk that takes longer hangs. */
const PATIENCE_MS = 300_000;

const module = await WebAssembly.compile(readFileSync(new URL("../../../dist/wasm/tidegate_bg.wasm", import.meta.url)));

/**
 * @param {Plan} plan @param {number} seed
 * @returns {Promise<Walked>}
 */
export async function walked(plan, seed) {
  const thread = new Worker(new URL("thread.mjs", import.meta.url), { workerData: { plan, seed, module } });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience;
  try {
    return await new Promise((resolve, reject) => {
      const failed = (/** @type {unknown} */ why) => reject(new Error(`${plan.name}, seed ${seed}: ${why}`));
      patience = setTimeout(failed, PATIENCE_MS, "it hangs");
      thread.once("message", resolve).once("error", failed);
      thread.once("exit", (code) => failed(`its thread ended with ${code}`));
    });
  } finally {
    clearTimeout(patience);
    await thread.terminate();
  }
}
