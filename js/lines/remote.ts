// The line to an engine in a dedicated worker: questions out by message, answers back by their number. After a panic
// the worker is dropped, and the next question opens a new one.

import { build } from "../ground/build.js";
import {
  argumentError,
  closedError,
  poisonedError,
  storageError,
  TidegateError,
  versionError,
} from "../ground/errors.js";
import { Bell } from "./bell.js";
import type { Line, Question, Questions } from "./line.js";
import type { Answered, Asked, Opening } from "./posted.js";

/** What is used of a worker; one made by hand fits too. */
export interface WorkerLike {
  onmessage: ((event: { data: Answered }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  postMessage(message: Asked): void;
  terminate(): void;
}

/** How long a worker may take to close its files before it is ended, in ms. */
const CLOSE_MS = 2_000;

interface Waiting {
  resolve(ok: unknown): void;
  reject(error: unknown): void;
}

/** What a browser that does not say why is told to have said. */
export const NO_REASON = "no reason given";

/** Opens an engine in a worker. An image is for the first opening only. */
export async function openRemote(spawn: () => WorkerLike, opening: Opening): Promise<Line> {
  const line = new RemoteLine(spawn, opening);
  await line.opened();
  return line;
}

class RemoteLine implements Line {
  readonly reopens = true;
  readonly #spawn: () => WorkerLike;
  #opening: Opening;
  #worker: WorkerLike | undefined;
  #ready: Promise<unknown> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  readonly #bell = new Bell((ms) => this.#post({ id: ++this.#latest, question: "sleep", args: [ms] }));
  #latest = 0;
  #closed = false;

  constructor(spawn: () => WorkerLike, opening: Opening) {
    this.#spawn = spawn;
    // Whose engine is opened again after a panic is still there, and keeps its leases.
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    const connection = (high % 2 ** 21) * 2 ** 32 + low;
    this.#opening = { ...opening, limits: { ...opening.limits, connection } };
  }

  /** Resolves when the engine is open; opens it if it is not. */
  opened(): Promise<unknown> {
    if (this.#ready === undefined) {
      const ready = this.#open();
      this.#ready = ready;
      // What did not open is tried again by the next question.
      ready.catch(() => {
        if (this.#ready === ready) this.#ready = undefined;
      });
    }
    return this.#ready;
  }

  async ask<Q extends Question>(question: Q, ...args: Parameters<Questions[Q]>): Promise<ReturnType<Questions[Q]>> {
    if (this.#closed) throw closedError();
    await this.opened();
    return (await this.#post({ id: ++this.#latest, question, args })) as ReturnType<Questions[Q]>;
  }

  /** The worker keeps the time: browsers hold back the timers of hidden pages, by up to a minute. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#bell.sleep(ms, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#worker === undefined) return;
    // A worker that does not answer is ended all the same: what it answered is kept, and its files are let go.
    const patience = setTimeout(() => this.#drop(closedError()), CLOSE_MS);
    await this.#post({ id: ++this.#latest, question: "close", args: [] }).catch(() => {});
    clearTimeout(patience);
    this.#drop(closedError());
  }

  async #open(): Promise<void> {
    if (this.#closed) throw closedError();
    const worker = this.#spawn();
    try {
      this.#worker = worker;
      worker.onmessage = ({ data }) => this.#hear(data);
      worker.onerror = ({ message }) => this.#fell(message);
      await this.#meet();
      await this.#post({ id: 0, open: this.#opening });
      this.#opening = { ...this.#opening, image: undefined };
    } catch (thrown) {
      // It may have been dropped already, and another one begun.
      if (this.#worker === worker) this.#drop(thrown);
      throw thrown;
    }
  }

  /** Refuses a worker of another build before it opens anything; one from before there were marks knows no such question. */
  async #meet(): Promise<void> {
    const found = await this.#post({ id: 0, question: "build", args: [] }).catch((thrown) => {
      if (thrown instanceof TidegateError && thrown.category === "bug") return "none";
      throw thrown;
    });
    if (found !== build) throw versionError("the worker's script", String(found), build);
  }

  #post(asked: Asked): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker;
      if (worker === undefined) return reject(closedError());
      this.#waiting.set(asked.id, { resolve, reject });
      try {
        worker.postMessage(asked);
      } catch (thrown) {
        this.#waiting.delete(asked.id);
        reject(argumentError("arguments", "values that can be sent to a worker", String(thrown)));
      }
    });
  }

  #hear(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ("ok" in answered) {
      waiting?.resolve(answered.ok);
      return;
    }
    const error = new TidegateError(answered.error);
    waiting?.reject(error);
    if (error.code === "engine.poisoned") this.#drop(error);
  }

  /** The worker failed as a whole: it did not load, or an exception went past everything in it. */
  #fell(message: string | undefined): void {
    const found = message === undefined || message === "" ? NO_REASON : message;
    // A panic while it opens comes this way too: there is no call yet that it could surface from.
    const starting = this.#waiting.has(0) && !/TidegateError|the engine panicked/.test(found);
    this.#drop(
      starting
        ? storageError("unavailable", `the worker of the engine did not start: ${found}`, { found })
        : poisonedError(`its worker failed: ${found}`),
    );
  }

  /** Ends the worker; what waits for it is rejected, and the next question opens a new one. */
  #drop(error: unknown): void {
    const worker = this.#worker;
    if (worker !== undefined) {
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
    }
    this.#worker = undefined;
    this.#ready = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
