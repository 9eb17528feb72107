// Applications that use one engine at random: each step is a call or several at once, or something that is done to the
// database as a whole.

import { clock } from "../world/host.mjs";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("./witness.mjs").Witness} Witness */
/** @typedef {import("../disk/image.mjs").Chance} Chance */
/** @typedef {{ engine: Engine, port: import("../../../dist/js/lines/wire.js").WirePort }} Opened */

const LANES = ["a", "b"];
const LEASE_MS = 5_000;
const STEP_MS_MAX = 900;

/** Long enough for leases and retentions to be over. */
const PASSED_MS = 10_000;

/** More than wait at a time, and fewer than a commit holds. */
const MANY = 150;

/** Refusals that callers must expect who do not look before they call. */
const EXPECTED = ["contention", "state", "validation", "not_found"];

export class Caller {
  /** The handles of leases that may still be held. @type {string[]} */
  #handles = [];
  #witness;
  #chance;
  /** @type {Opened | undefined} */
  #opened;

  /** @param {Witness} witness @param {Chance} chance */
  constructor(witness, chance) {
    this.#witness = witness;
    this.#chance = chance;
  }

  /** Opens the database; one that failed to open opens when it is tried again without a fault. */
  async open() {
    try {
      this.#opened = await this.#witness.open();
    } catch (thrown) {
      if (!this.#faulty(thrown)) throw thrown;
      this.#opened = await this.#witness.open().catch((again) => {
        throw new Error(`after a fault it does not open any more: ${again}`);
      });
    }
  }

  async close() {
    if (this.#opened === undefined) return;
    await letGo(this.#opened.engine).catch((thrown) => {
      if (!this.#faulty(thrown)) throw thrown;
    });
    await this.#opened.port.close();
  }

  /** The database as a file. */
  async exported() {
    if (this.#opened === undefined) throw new Error("nothing is open");
    return this.#opened.engine.export();
  }

  /** Makes a step; what it may be refused is passed over, and an engine that has fallen is opened again. @param {string} step */
  async step(step) {
    if (this.#opened === undefined) throw new Error("nothing is open");
    clock.now += Math.floor(this.#chance() * STEP_MS_MAX);
    try {
      await STEPS[step]?.(this, this.#opened);
    } catch (thrown) {
      if (!this.#faulty(thrown)) this.#witness.wrong.push(`${step} was refused: ${thrown}`);
    }
    if (this.#witness.fallen && this.happens(30)) await this.reopen();
  }

  async reopen() {
    await this.close();
    await this.open();
  }

  /** A whole number from 0 on, below another. @param {number} below */
  below(below) {
    return Math.floor(this.#chance() * below);
  }

  /** Whether something happens that does so in so many of a hundred cases. @param {number} percent */
  happens(percent) {
    return this.#chance() * 100 < percent;
  }

  /** So many calls at once. @param {number} many @param {(index: number) => Promise<unknown>} call */
  async atOnce(many, call) {
    const all = await Promise.allSettled(Array.from({ length: many }, (_, index) => call(index)));
    for (const one of all) {
      if (one.status === "fulfilled") continue;
      if (EXPECTED.includes(one.reason.category) || this.#faulty(one.reason)) continue;
      throw one.reason;
    }
  }

  /** @param {string[]} handles */
  hold(handles) {
    this.#handles.push(...handles);
  }

  /** Gives so many handles away, for good or to be used once more. @param {number} many @param {boolean} keeps */
  handles(many, keeps) {
    return keeps ? this.#handles.slice(0, many) : this.#handles.splice(0, many);
  }

  get lane() {
    return LANES[this.below(LANES.length)] ?? "a";
  }

  count(/** @type {string} */ what) {
    this.#witness.occurrences.add(what);
  }

  /** Whether this is a refusal of a storage to which something was done. @param {unknown} thrown */
  #faulty(thrown) {
    const { category, code } = /** @type {{ category?: string, code?: string }} */ (thrown);
    if (category !== "storage" || !this.#witness.failed) return false;
    this.count(`refusals: ${code}`);
    return true;
  }
}

/** How often what is held is asked for, where a fault may strike meanwhile. */
const ASKED_MAX = 3;

/**
 * Gives back what is held, so that the close after it has nothing to write: of a close there is no version.
 * @param {Engine} engine
 */
export async function letGo(engine) {
  for (let asked = 1; ; asked += 1) {
    const { executions } = await engine.executions.search({ states: ["active"], limit: 1_000 });
    const all = executions.map(({ executionId }) => engine.leases.revoke(executionId, { reason: "closing" }));
    const refused = (await Promise.allSettled(all)).find((one) => one.status === "rejected");
    if (refused === undefined) return;
    if (asked === ASKED_MAX) throw refused.reason;
  }
}

/** What a step does. @type {Record<string, (caller: Caller, opened: Opened) => Promise<unknown>>} */
const STEPS = {
  create: (caller, { engine }) =>
    caller.atOnce(caller.happens(10) ? 100 : 1 + caller.below(6), () =>
      engine.executions.create({
        lane: caller.lane,
        kind: "k",
        input: "x".repeat(caller.below(caller.happens(10) ? 40_000 : 900)),
        tags: { t: String(caller.below(9)) },
        retry: { maxRetries: 2, backoff: { type: "fixed", delayMs: 500 } },
      }),
    ),
  claim: (caller, { engine }) =>
    caller.atOnce(1 + caller.below(5), async () => {
      const claim = await engine.claim({ lanes: LANES, worker: { id: "w" }, leaseTtlMs: LEASE_MS });
      if (claim !== null) caller.hold([claim.handle]);
    }),
  finish: (caller, { engine }) => {
    const handles = caller.handles(1 + caller.below(5), false);
    return caller.atOnce(handles.length, (index) => {
      const handle = handles[index] ?? "";
      if (caller.happens(80)) return engine.complete(handle, { result: "r".repeat(caller.below(3_000)) });
      return engine.fail(handle, { reason: { message: "no" }, class: "transient" });
    });
  },
  append: (caller, { engine }) => {
    const handles = caller.handles(3, true);
    return caller.atOnce(handles.length, (index) =>
      engine.append(handles[index] ?? "", "f".repeat(caller.below(15_000))),
    );
  },
  record: (caller, { engine }) => {
    const handles = caller.handles(3, true);
    const name = `step ${caller.below(20)}`;
    return caller.atOnce(handles.length, (index) =>
      engine.recordStep(handles[index] ?? "", name, { result: "q".repeat(500) }),
    );
  },
  flow: (_, { engine }) =>
    engine.flows.submit({
      members: [
        { name: "a", lane: "a", kind: "k" },
        { name: "b", lane: "b", kind: "k", after: ["a"] },
        { name: "c", lane: "a", kind: "k", after: ["a", "b"] },
      ],
    }),
  /** A flow whose members outgrow the memory for pages, so that its transaction is written before it ends. */
  large: (_, { engine }) =>
    engine.flows.submit({
      members: Array.from({ length: 20 }, (_, index) => ({
        name: `large ${index}`,
        lane: "large",
        kind: "k",
        input: new Uint8Array(900 * 1024).fill(index),
      })),
    }),
  pass: async (_, { engine }) => {
    clock.now += PASSED_MS;
    await engine.tick();
  },
  /** Ends all that can be claimed, waits until it is past its retention, and gives its room back. */
  clear: async (caller, { engine, port }) => {
    await caller.atOnce(MANY, async () => {
      const claim = await engine.claim({ lanes: LANES, worker: { id: "w" } });
      if (claim !== null) await engine.complete(claim.handle);
    });
    clock.now += 3 * PASSED_MS;
    await engine.tick();
    await port.compact(1 << 20);
  },
  compact: async (caller, { port }) => {
    await port.compact(1 << 20);
    caller.count("schedules: a compaction");
  },
  reserve: (_, { port }) => port.reserve(),
  export: async (caller, { engine }) => {
    await engine.export();
    caller.count("schedules: an export");
  },
  reopen: async (caller) => {
    await caller.reopen();
    caller.count("schedules: a clean close");
  },
};
