// The line to an engine in this thread: the wasm class, called directly.

import { initSync, Engine as WasmEngine } from "#wasm";
import { checkFits } from "../ground/build.js";
import { poisonedError, revived, storageError, type TidegateError } from "../ground/errors.js";
import { sleep } from "../ground/sleep.js";
import type { Line, Question, Questions } from "./line.js";

/** What is set when an engine is opened. */
export interface Limits {
  /** The limit of one payload, in bytes. */
  payloadBytesMax?: number | undefined;
  retention?: Retention | undefined;
  /** Whether engine time goes back with the clock; left out: with the host's own, not with one that is lent. */
  followsClock?: boolean | undefined;
  /** Through what the calls come: an engine that is opened again with the same one leaves its callers their leases. */
  connection?: number | undefined;
}

/** For how long what is over is kept; for ever where nothing is set. */
export interface Retention {
  /** Executions that name no retention of their own: how long after their end, in ms. */
  executionsMs?: number;
  /** Events: how long after they happened, in ms. */
  eventsMs?: number;
}

export interface LocalOptions {
  /** The compiled engine. */
  module: WebAssembly.Module;
  /** Unix ms; `Date.now` when left out. */
  clock?: (() => number) | undefined;
  limits?: Limits | undefined;
  /** The SQLite file to begin with. */
  image?: Uint8Array | undefined;
}

/** Opens an engine in memory, in this thread. */
export function openLocal({ module, clock, limits, image }: LocalOptions): Line {
  try {
    checkFits(module);
    checkEntropy();
    initSync({ module });
    return new LocalLine(WasmEngine.openMemory(clock ?? null, limits, image ?? null));
  } catch (thrown) {
    throw revived(thrown);
  }
}

/** Edge runtimes lend no randomness to what runs while a script is loaded, before there is a request. */
function checkEntropy(): void {
  try {
    crypto.getRandomValues(new Uint8Array(1));
  } catch (thrown) {
    const message = `this host lends no randomness here; open the engine inside a handler, not in the global scope: ${thrown}`;
    throw storageError("unavailable", message, { reason: "global_scope" });
  }
}

/** Whether the instance stopped in the middle of something: a trap, or the stack at its end. */
function trapped(thrown: unknown): boolean {
  if (thrown instanceof WebAssembly.RuntimeError) return true;
  return thrown instanceof RangeError && thrown.message.includes("call stack");
}

/** A line to an engine of the wasm class, whose type nobody needs who uses the package. */
export function lineTo(engine: unknown): Line {
  return new LocalLine(engine as WasmEngine);
}

class LocalLine implements Line {
  readonly reopens = false;
  readonly #engine: WasmEngine;
  /** Why no call is safe any more: the instance trapped without the engine's own word for it. */
  #broken: TidegateError | undefined;

  constructor(engine: WasmEngine) {
    this.#engine = engine;
  }

  async ask<Q extends Question>(question: Q, ...args: Parameters<Questions[Q]>): Promise<ReturnType<Questions[Q]>> {
    if (this.#broken) throw this.#broken;
    try {
      const ask = this.#engine[question] as (...args: unknown[]) => ReturnType<Questions[Q]>;
      return ask.apply(this.#engine, args);
    } catch (thrown) {
      if (trapped(thrown)) {
        this.#broken = poisonedError(String(thrown));
        throw this.#broken;
      }
      if (thrown instanceof RangeError)
        throw storageError("io", `there is not enough memory for this: ${thrown.message}`);
      throw revived(thrown);
    }
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(ms, signal);
  }

  async close(): Promise<void> {
    if (!this.#broken) this.#engine.close();
  }
}
