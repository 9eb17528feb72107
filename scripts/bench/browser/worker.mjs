/// <reference lib="dom" />
// The worker of a run in a browser: it holds the contestants that need no page (the engine behind its class, the floors,
// plain writes), runs their steps when asked, and times each step itself.

import { Subject } from "../engine.mjs";
import { counting } from "./counting.mjs";
import { Raw } from "./raw.mjs";

/**
 * What is in a slot: each step answers the ns for one operation.
 * @typedef {{ create(count: number, batch: number): number, claim(count: number, batch: number): number,
 *   complete(count: number, batch: number): number, shuffle(): void, close(): void,
 *   fill?(finished: number, waiting: number): void }} Contestant
 * @typedef {"create" | "claim" | "complete"} Step
 * @typedef {{ kind: "memory" | "opfs", name: string, strict: boolean }} Storage
 */

const library = await import(new URL("/wasm/tidegate_bench.js", location.href).href);
await library.default();
const { terms, sqlite } = JSON.parse(library.begin());

/** @type {Map<string, Contestant>} */
const slots = new Map();

/** The engine, called as a program in this thread would call it. */
class ClassEngine {
  /** @param {import("../engine.mjs").Engine} engine */
  constructor(engine) {
    this.subject = new Subject(engine, terms);
  }

  /** @param {Storage} storage */
  static async open({ kind, name, strict }) {
    const memory = kind === "memory";
    return new ClassEngine(memory ? library.Engine.openMemory() : await library.Engine.openOpfs(name, strict));
  }

  /** @param {number} count @param {number} batch */
  create(count, batch) {
    return timed(count, () => this.subject.create(count, batch, 0, 0));
  }

  /** @param {number} count @param {number} batch */
  claim(count, batch) {
    return timed(count, () => this.subject.claim(count, batch));
  }

  /** @param {number} count @param {number} batch */
  complete(count, batch) {
    return timed(count, () => this.subject.complete(count, batch));
  }

  shuffle() {
    this.subject.shuffle();
  }

  close() {
    this.subject.close();
  }
}

/**
 * @param {number} count
 * @param {() => void} work
 */
function timed(count, work) {
  const start = performance.now();
  work();
  return ((performance.now() - start) * 1e6) / count;
}

/**
 * @param {string} who
 * @param {Storage} storage
 * @returns {Promise<Contestant>}
 */
async function opened(who, storage) {
  if (who === "raw") return Raw.open(storage.name, storage.strict);
  if (who === "engine") return ClassEngine.open(storage);
  const kind = who === "inside" ? "engine" : who;
  const { Contestant } = library;
  if (storage.kind === "memory") return closable(Contestant.inMemory(kind));
  return closable(await Contestant.inFiles(kind, storage.name, storage.strict));
}

/**
 * @param {Contestant & { free(): void }} contestant
 * @returns {Contestant}
 */
function closable(contestant) {
  contestant.close = () => contestant.free();
  return contestant;
}

/** @param {string} slot */
function held(slot) {
  const contestant = slots.get(slot);
  if (!contestant) throw new Error(`nothing is open in the slot ${slot}`);
  return contestant;
}

const commands = {
  begin: () => ({ terms, sqlite }),

  /** @param {string} slot @param {string} who @param {Storage} storage */
  async open(slot, who, storage) {
    const start = performance.now();
    slots.set(slot, await opened(who, storage));
    return (performance.now() - start) * 1e6;
  },

  /** @param {string} slot @param {Step} step @param {number} count @param {number} batch */
  step: (slot, step, count, batch) => held(slot)[step](count, batch),

  /** @param {string} slot @param {Step} step @param {number} count @param {number} batch */
  count: (slot, step, count, batch) => counting(count / batch, () => held(slot)[step](count, batch)),

  /** @param {string} slot */
  shuffle: (slot) => held(slot).shuffle(),

  /** @param {string} slot @param {number} finished @param {number} waiting */
  fill: (slot, finished, waiting) => held(slot).fill?.(finished, waiting),

  /** @param {string} slot */
  close(slot) {
    held(slot).close();
    slots.delete(slot);
  },
};

/** @typedef {{ id: number, command: keyof typeof commands, args: unknown[] }} Asked */

/** @param {MessageEvent<Asked>} event */
globalThis.onmessage = async ({ data: { id, command, args } }) => {
  try {
    const run = /** @type {(...args: unknown[]) => unknown} */ (commands[command]);
    postMessage({ id, ok: await run(...args) });
  } catch (thrown) {
    postMessage({ id, error: String(thrown) });
  }
};
postMessage({ id: 0, ok: null });
