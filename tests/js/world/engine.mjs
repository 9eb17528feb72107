// The engine as a package user gets it: the built wasm in Node, through the front door, and with somebody in between.

import { readFileSync } from "node:fs";
import { Engine as SdkEngine } from "../../../dist/js/engine.js";
import { openLocal } from "../../../dist/js/lines/local.js";
import { WirePort } from "../../../dist/js/lines/wire.js";
import { compiled } from "../../../dist/js/load.js";
import { memoryReport } from "../../../dist/js/storage/report.js";
import { Engine, initSync } from "../../../dist/wasm/tidegate.js";

/** @typedef {import("../../../dist/js/lines/port.js").Reply} Reply */
/** @typedef {import("../../../dist/js/lines/port.js").Call} Call */
/** @typedef {import("../../../dist/js/ground/errors.js").PlainError} PlainError */
/** @typedef {(calls: Call[], send: () => Promise<Reply>) => Promise<Reply>} Between */
/** @typedef {{ ms: number, wake: () => void }} Nap */

initSync({ module: readFileSync(new URL("../../../dist/wasm/tidegate_bg.wasm", import.meta.url)) });

export { errorCodes } from "../../../dist/wasm/tidegate.js";
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

/**
 * An engine on a clock that stands still, with somebody between it and its port.
 * @param {Between} between
 * @param {import("../../../dist/js/ground/alarm.js").Timer} timer
 * @param {boolean} reopens whether it says that it opens itself again after a panic
 * @param {import("../../../dist/js/ground/pace.js").Pace} [pace] what its durations go by
 * @param {() => number} clock
 */
export async function engineWith(between, timer = { set: () => {} }, reopens = false, pace, clock = () => 1_000_000) {
  const port = new WirePort(openLocal({ module: await compiled(), clock }), memoryReport(null));
  const send = port.send.bind(port);
  port.send = (calls) => between(calls, () => send(calls));
  Object.defineProperty(port, "reopens", { value: reopens });
  return new SdkEngine(port, timer, pace);
}

/** What a storage answers that fails for a moment. */
export const storageError = {
  code: "storage.io",
  category: "storage",
  kind: "io",
  message: "the disk blinked",
  details: {},
  retryable: true,
  class: /** @type {const} */ ("retryable"),
};

/**
 * An engine that tells what is called and how it sleeps, so that tests wait for just that. Its clock stands still until
 * `advance` moves it, and its sleepers sleep until they are woken or told to stop.
 * @param {import("../../../js/lines/local.js").Limits} [limits]
 */
export async function watched(limits = {}) {
  let now = 1_000_000;
  /** @type {number | null} */
  let alarm = null;
  /** @type {Told<Call & { answer: any }>} */
  const calls = new Told();
  /** @type {Told<Nap>} */
  const naps = new Told();
  const line = openLocal({ module: await compiled(), clock: () => now, limits });
  const port = new WirePort(line, memoryReport(null));
  const send = port.send.bind(port);
  const engine = new SdkEngine(port, { set: (at) => (alarm = at) });
  const it = {
    engine,
    /**
     * The next call of an operation that was not told yet, with its answer.
     * @param {string} op
     */
    called: (op) => calls.next(op),
    /**
     * The next sleep of so many ms that was not told yet.
     * @param {number} ms
     */
    nap: (ms) => naps.next(String(ms)),
    /**
     * What a call gets instead of its answer.
     * @type {(call: Call) => PlainError | undefined}
     */
    fails: () => undefined,
    /** What a batch waits for before it is sent. */
    sending: async () => {},
    /**
     * Moves the clock on, stopping at every instant at which something is due on the way.
     * @param {number} ms
     */
    async advance(ms) {
      const until = now + ms;
      for (let next = alarm; next !== null && next <= until; next = alarm) {
        now = Math.max(now, next);
        await engine.tick();
      }
      now = until;
    },
    now: () => now,
  };
  port.send = async (batch) => {
    await it.sending();
    const errors = batch.map((call) => it.fails(call));
    const reply = await send(batch.filter((_, index) => errors[index] === undefined));
    const answers = errors.map((error) => (error ? { error } : /** @type {any} */ (reply.answers.shift())));
    for (const [index, call] of batch.entries()) calls.tell(call.op, { ...call, answer: answers[index] });
    return { ...reply, answers };
  };
  port.sleep = (ms, signal) =>
    new Promise((resolve) => {
      const wake = () => resolve();
      if (signal.aborted) return wake();
      signal.addEventListener("abort", wake, { once: true });
      naps.tell(String(ms), { ms, wake });
    });
  return it;
}

/**
 * What was told under a name, in order, for those who wait for it.
 * @template T
 */
class Told {
  /** @type {Map<string, T[]>} */
  #told = new Map();
  /** @type {Map<string, ((it: T) => void)[]>} */
  #waiting = new Map();

  /** @param {string} name @param {T} it */
  tell(name, it) {
    const waiting = this.#waiting.get(name)?.shift();
    if (waiting) waiting(it);
    else this.#told.set(name, [...(this.#told.get(name) ?? []), it]);
  }

  /** @param {string} name @returns {Promise<T>} */
  next(name) {
    const it = this.#told.get(name)?.shift();
    if (it !== undefined) return Promise.resolve(it);
    return new Promise((resolve) => this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]));
  }
}

/**
 * A claim that must find something.
 * @param {{ claim: SdkEngine["claim"] }} engine
 * @param {Partial<import("../../../dist/js/index.js").ClaimOptions>} [options]
 */
export async function claimed(engine, options = {}) {
  const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" }, ...options });
  if (claim === null) throw new Error("there was nothing to claim");
  return claim;
}

/** A promise that is resolved from outside. */
export function deferred() {
  /** @type {(value?: any) => void} */
  let resolve = () => {};
  /** @type {Promise<any>} */
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
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
