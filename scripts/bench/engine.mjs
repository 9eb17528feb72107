// The JavaScript half of a run in WebAssembly: the engine's own class, called as a program would call it, one crossing
// for each batch. Runs wherever JavaScript runs; nothing of Node is used.

/**
 * What all subjects of a run share; written by the Rust half.
 * @typedef {{ lane: string, kind: string, worker: object, leaseTtlMs: number, encoding: string, input: string,
 *   output: string }} Terms
 * @typedef {{ text: string, payloads: Uint8Array[] }} BatchMessage
 * @typedef {{ batch(text: string, payloads: Uint8Array[]): BatchMessage, close(): void, free(): void }} Engine
 * @typedef {{ ok?: any, error?: { message: string } }} Answer
 */

/** An engine that creates, claims, renews and completes on request. */
export class Subject {
  /** @type {string[]} */
  #handles = [];

  /**
   * @param {Engine} engine
   * @param {Terms} terms
   */
  constructor(engine, terms) {
    this.engine = engine;
    this.terms = terms;
    const encoder = new TextEncoder();
    this.input = encoder.encode(terms.input);
    this.output = encoder.encode(terms.output);
  }

  /**
   * @param {number} count
   * @param {number} batch
   * @param {number} priority
   * @param {number} sets
   */
  create(count, batch, priority, sets) {
    const { lane, kind, encoding } = this.terms;
    let index = 0;
    for (const part of parts(count, batch)) {
      const calls = times(part, (input) => {
        const requiredCapabilities = sets > 0 ? [`capability-${index % sets}`] : [];
        index += 1;
        return { op: "create_execution", args: { lane, kind, input, encoding, priority, requiredCapabilities } };
      });
      this.#batch(calls, new Array(part).fill(this.input));
    }
  }

  /**
   * @param {number} count
   * @param {number} batch
   */
  claim(count, batch) {
    const { lane, worker, leaseTtlMs } = this.terms;
    for (const part of parts(count, batch)) {
      const calls = times(part, () => ({ op: "claim", args: { lanes: [lane], worker, leaseTtlMs } }));
      for (const claim of this.#batch(calls, [])) {
        if (claim === null) throw new Error("there was nothing to claim");
        this.#handles.push(claim.handle);
      }
    }
  }

  /**
   * @param {number} count
   * @param {number} batch
   */
  complete(count, batch) {
    const { encoding } = this.terms;
    for (const part of parts(count, batch)) {
      const handles = this.#handles.splice(0, part);
      const calls = handles.map((handle, result) => ({ op: "complete", args: { handle, result, encoding } }));
      this.#batch(calls, new Array(part).fill(this.output));
    }
  }

  /**
   * @param {number} count
   * @param {number} batch
   */
  renew(count, batch) {
    for (const part of parts(count, batch)) {
      const handles = this.#handles.splice(0, part);
      const calls = handles.map((handle) => ({ op: "renew", args: { handle } }));
      this.#batch(calls, []);
      this.#handles.push(...handles);
    }
  }

  /**
   * @param {number} count
   * @param {number} batch
   */
  drain(count, batch) {
    for (const part of parts(count, batch)) {
      this.claim(part, part);
      this.complete(part, part);
    }
  }

  /** Brings what is claimed into an order of no meaning, the same in each run. */
  shuffle() {
    shuffle(this.#handles);
  }

  close() {
    this.engine.close();
    this.engine.free();
  }

  /**
   * One crossing; throws unless every call was answered well.
   * @param {object[]} calls
   * @param {Uint8Array[]} payloads
   */
  #batch(calls, payloads) {
    const { text, payloads: inputs } = this.engine.batch(JSON.stringify(calls), payloads);
    /** @type {Answer[]} */
    const answers = JSON.parse(text).answers;
    const refused = answers.find(({ error }) => error);
    if (refused?.error) throw new Error(refused.error.message);
    if (inputs.length > answers.length) throw new Error("there are more payloads than answers");
    return answers.map(({ ok }) => ok);
  }
}

/**
 * @template T
 * @param {number} count
 * @param {(index: number) => T} make
 */
function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index));
}

/**
 * Brings items into an order of no meaning, the same in each run.
 * @param {unknown[]} items
 */
export function shuffle(items) {
  let state = items.length;
  for (let place = items.length - 1; place > 0; place -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (place + 1));
    [items[place], items[other]] = [items[other], items[place]];
  }
}

/**
 * A count in parts of at most `batch`.
 * @param {number} count
 * @param {number} batch
 */
export function* parts(count, batch) {
  for (let start = 0; start < count; start += batch) yield Math.min(batch, count - start);
}
