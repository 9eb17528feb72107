// Gathering calls into batches: what is called in one turn of the event loop, and what arrives while a batch is under
// way, goes together. A hundred concurrent completes cost one commit.

import { closedError, revived, TidegateError } from "../ground/errors.js";
import { told } from "../ground/words.js";
import { Breath } from "./breath.js";
import type { Call, CallAnswer, Port, Reply } from "./port.js";

/** Calls in one batch at most; the rest follow in the next. */
const CALLS_MAX = 1_000;

interface Waiting {
  call: Call;
  resolve(ok: unknown): void;
  reject(error: unknown): void;
}

/** Who hears of what happens to batches. */
export interface Hears {
  replied(reply: Reply): void;
  shaken(): void;
  ended(error: TidegateError): void;
}

export class Gather {
  readonly #port: Port;
  readonly #replied: (reply: Reply) => void;
  readonly #shaken: () => void;
  readonly #ended: (error: TidegateError) => void;
  readonly #breath = new Breath();
  #waiting: Waiting[] = [];
  #scheduled = false;
  #sending = false;
  /** What calls of this turn stay behind: one that is still read from a file. */
  #ahead: Promise<unknown> | undefined;
  /** What every later call gets, once the engine is closed or poisoned. */
  #over: unknown;

  /** `hears` of every batch, of a panic after which the port opens its engine again, of an error that ends the engine. */
  constructor(port: Port, hears: Hears) {
    this.#port = port;
    this.#replied = hears.replied;
    this.#shaken = hears.shaken;
    this.#ended = hears.ended;
  }

  /** Makes a call; resolves with its answer after its commit. One that is not `ready` keeps its place in its turn. */
  call(call: Call, ready?: Promise<unknown>): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return ready === undefined && this.#ahead === undefined ? this.#enter(call) : this.#behind(call, ready);
  }

  /** Scheduled before it waits: were the stack at its end in between, nobody would be scheduled ever after. */
  #enter(call: Call): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#schedule();
    return new Promise((resolve, reject) => this.#waiting.push({ call, resolve, reject }));
  }

  #schedule(): void {
    if (this.#scheduled || this.#sending) return;
    queueMicrotask(() => void this.#send());
    this.#scheduled = true;
  }

  /** Enters once it is ready and those of its turn that came before have entered; files of other turns are not waited for. */
  async #behind(call: Call, ready: Promise<unknown> | undefined): Promise<unknown> {
    if (this.#ahead === undefined) setTimeout(() => (this.#ahead = undefined));
    const entered = Promise.allSettled([ready, this.#ahead]).then(([read]) => {
      return read.status === "fulfilled" ? { answer: this.#enter(call) } : { answer: Promise.reject(read.reason) };
    });
    this.#ahead = entered;
    return (await entered).answer;
  }

  /** Rejects what waits, and every later call. */
  end(error: unknown = closedError()): void {
    this.#over ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#over);
  }

  /** Hears of an error of the whole engine: the end of it, unless the port opens it again. */
  broke(error: TidegateError): void {
    if (error.code === "engine.poisoned" && this.#port.reopens) this.#shaken();
    else this.#ended(error);
  }

  /** Whether a batch is under way. */
  get busy(): boolean {
    return this.#sending;
  }

  /** What ended it, if anything did. */
  get over(): unknown {
    return this.#over;
  }

  async #send(): Promise<void> {
    this.#scheduled = false;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#waiting.length > 0) {
        await this.#sendBatch(this.#waiting.splice(0, CALLS_MAX));
        if (this.#breath.due) await this.#breath.taken();
      }
    } catch (thrown) {
      console.error("tidegate: hearing of a batch went wrong:", thrown);
    } finally {
      this.#sending = false;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  async #sendBatch(batch: Waiting[]): Promise<void> {
    try {
      const reply = await this.#port.send(batch.map(({ call }) => call));
      this.#deliver(batch, reply);
    } catch (thrown) {
      this.#failed(batch, revived(thrown));
    }
  }

  /** What is answered is committed: its callers get it, whatever happens to those who hear of the batch. */
  #deliver(batch: Waiting[], reply: Reply): void {
    // The engine answers the first at least.
    const answered = Math.max(reply.answers.length, 1);
    for (const [index, waiting] of batch.slice(0, answered).entries()) settle(waiting, reply.answers[index]);
    this.#waiting.unshift(...batch.slice(answered));
    if (this.#over !== undefined) this.end();
    try {
      this.#replied(reply);
    } catch (thrown) {
      console.error("tidegate: hearing of a batch went wrong:", thrown);
    }
  }

  #failed(batch: Waiting[], error: unknown): void {
    // One call that cannot be written or sent must not take the others down: each is then sent alone.
    const whole = error instanceof TidegateError && (error.category === "storage" || error.category === "engine");
    if (!whole && batch.length > 1) {
      for (const waiting of batch) void this.#alone(waiting);
      return;
    }
    for (const { reject } of batch) reject(error);
    if (error instanceof TidegateError && error.category === "engine") this.broke(error);
  }

  async #alone(waiting: Waiting): Promise<void> {
    try {
      const reply = await this.#port.send([waiting.call]);
      this.#deliver([waiting], reply);
    } catch (thrown) {
      waiting.reject(revived(thrown));
    }
  }
}

function settle(waiting: Waiting, answer: CallAnswer | undefined): void {
  if (answer === undefined) waiting.reject(new Error("the engine left a call without an answer"));
  else if ("thrown" in answer) waiting.reject(revived(answer.thrown));
  else if ("error" in answer) waiting.reject(told(answer.error));
  else waiting.resolve(answer.ok);
}
