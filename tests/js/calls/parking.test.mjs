// Parked claims and their turns, beside a simple model of an engine: nobody who could take something stays asleep, and
// nobody else is woken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Parking } from "../../../dist/js/calls/parking.js";

/** @typedef {import("../../../dist/js/calls/turns.js").Wish} Wish */
/** @typedef {{ lane: string, kind: string, required: string[], priority: number }} Execution */

const LANES = ["mail", "fax"];
const KINDS = ["send", "scan", "print"];
const TOKENS = ["gpu", "eu"];
const LONG_MS = 1e9;

/** @param {Wish} wish @param {Execution} one */
const covers = ({ lanes, kinds, capabilities = [] }, one) =>
  lanes.includes(one.lane) &&
  (kinds?.includes(one.kind) ?? true) &&
  one.required.every((token) => capabilities.includes(token));

/** Numbers of no meaning, the same for the same seed. @param {number} seed */
function chance(seed) {
  let state = seed * 2654435761 + 1;
  /** @param {number} below */
  const number = (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 8) % below;
  };
  return {
    number,
    /** @template T @param {T[]} from @returns {T[]} */
    some: (from) => from.filter(() => number(2) === 0),
    /** @template T @param {T[]} from @returns {T} */
    one: (from) => /** @type {T} */ (from[number(from.length)]),
  };
}

/** An engine that keeps executions in a list, does calls in batches, and answers and wakes like the true one. */
class Model {
  parking = new Parking();
  /** @type {Execution[]} */
  waiting = [];
  /** @type {Set<string>} */
  shut = new Set();
  attempts = 0;
  /** Attempts that fail instead of being made. */
  failing = 0;
  /** @type {{ run: (wakes: any) => unknown, resolve: (answer: any) => void, reject: (error: unknown) => void }[]} */
  #calls = [];
  #random;

  /** @param {ReturnType<typeof chance>} random */
  constructor(random) {
    this.#random = random;
  }

  /** @param {(wakes: any) => unknown} run @returns {Promise<any>} */
  #call(run) {
    return new Promise((resolve, reject) => this.#calls.push({ run, resolve, reject }));
  }

  /** @param {Partial<Execution>} set */
  create(set) {
    const one = { lane: "mail", kind: "send", required: [], priority: 0, ...set };
    return this.#call((wakes) => {
      this.waiting.push(one);
      const { lane, kind, required } = one;
      wakes.lanes.push({ lane, kind, ...(required.length > 0 && { required }), count: 1 });
    });
  }

  /** @param {string} lane @param {boolean} opens */
  turn(lane, opens) {
    return this.#call((wakes) => {
      if (!opens) this.shut.add(lane);
      else if (this.shut.delete(lane)) wakes.opened.push(lane);
    });
  }

  /** What a claim would take now. @param {Wish} wish @returns {Execution | undefined} */
  first(wish) {
    const found = this.waiting.filter((one) => !this.shut.has(one.lane) && covers(wish, one));
    return found.sort((one, other) => other.priority - one.priority)[0];
  }

  /** @param {Wish} wish @returns {Promise<Execution | null>} */
  claim(wish) {
    this.attempts += 1;
    if (this.#random.number(100) < this.failing) return Promise.reject(new Error("the disk blinked"));
    return this.#call(() => {
      const found = this.first(wish);
      if (found) this.waiting.splice(this.waiting.indexOf(found), 1);
      return found ?? null;
    });
  }

  /** @param {Wish} wish @param {AbortSignal} [signal] */
  park(wish, signal) {
    return this.parking.claim(wish, LONG_MS, () => this.claim(wish), signal);
  }

  /** Does what was called, in batches of any size, until there is no more; calls of no batch hear of its wakes. */
  async settle() {
    for (let idle = 0; idle < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      idle = this.#calls.length === 0 ? idle + 1 : 0;
      const batch = this.#calls.splice(0, 1 + this.#random.number(4));
      /** @type {any} */
      const wakes = { lanes: [], opened: [], finished: [], streams: [], events: false };
      const answers = batch.map(({ run }) => run(wakes));
      // A reply is on its way while others park.
      if (this.#random.number(2) === 0) await new Promise((resolve) => setImmediate(resolve));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
      this.parking.wake(wakes);
    }
  }
}

/** Random calls to a model: what they are is drawn, and nothing else. */
class Crowd {
  /** @type {Map<Wish, AbortController>} */
  parked = new Map();
  taken = 0;
  #random;
  #model;
  #offers;

  /** @param {number} seed */
  constructor(seed) {
    this.#random = chance(seed);
    this.#model = new Model(this.#random);
    this.#model.failing = seed % 3 === 0 ? 10 : 0;
    this.#offers = seed % 2 === 0 ? TOKENS : [];
  }

  park() {
    const random = this.#random;
    const kinds = random.number(3) === 0 ? undefined : [random.one(KINDS), random.one(KINDS)];
    const wish = { lanes: [random.one(LANES), random.one(LANES)], kinds, capabilities: random.some(this.#offers) };
    const giveUp = new AbortController();
    this.parked.set(wish, giveUp);
    const gone = (/** @type {unknown} */ found) => {
      this.taken += found && !(found instanceof Error) ? 1 : 0;
      this.parked.delete(wish);
    };
    this.#model.park(wish, giveUp.signal).then(gone, gone);
  }

  create() {
    const random = this.#random;
    const required = random.number(3) === 0 ? random.some(this.#offers) : [];
    const [lane, kind, priority] = [random.one(LANES), random.one(KINDS), random.number(3)];
    for (let n = random.number(3); n >= 0; n--) void this.#model.create({ lane, kind, required, priority });
  }

  act() {
    const random = this.#random;
    const acts = [
      () => this.park(),
      () => this.park(),
      () => this.park(),
      () => this.create(),
      () => void this.#model.claim({ lanes: LANES, capabilities: this.#offers }).catch(() => {}),
      () => random.one([...this.parked.values(), new AbortController()]).abort(new Error("enough")),
      () => void this.#model.turn(random.one(LANES), random.number(3) > 0),
    ];
    random.one(acts)();
  }

  /** Some calls; then, mostly, all is done, and those who sleep though they could take something are told. */
  async round() {
    for (let n = this.#random.number(12); n >= 0; n--) this.act();
    if (this.#random.number(2) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (this.#random.number(3) === 0) return [];
    await this.#model.settle();
    return [...this.parked.keys()].filter((wish) => this.#model.first(wish));
  }

  async end() {
    for (const giveUp of this.parked.values()) giveUp.abort(new Error("over"));
    await this.#model.settle();
  }
}

// Contract: claims.turns.
test("whatever is created, claimed, given up and shut, nobody who could take something stays asleep", async () => {
  let taken = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const crowd = new Crowd(seed);
    for (let round = 0; round < 12; round++) {
      const asleep = await crowd.round();
      if (asleep.length > 0) assert.fail(`seed ${seed}, round ${round}: ${JSON.stringify(asleep)} sleep`);
    }
    await crowd.end();
    taken += crowd.taken;
  }
  assert.ok(taken > 1_000, `only ${taken} were taken`);
});

// Contract: claims.turns, claims.parked.
test("of many parked claims one is tried again for each execution, the first first", async () => {
  const model = new Model(chance(1));
  /** @type {number[]} */
  const served = [];
  const all = Array.from({ length: 2_000 }, (_, place) =>
    model.park({ lanes: ["mail"] }).then((found) => found && served.push(place)),
  );
  await model.settle();
  assert.equal(model.attempts, 2_000);
  for (let n = 0; n < 50; n++) {
    void model.create({ priority: n });
    if (n % 7 === 0) await model.settle();
  }
  await model.settle();
  assert.deepEqual(
    served,
    Array.from({ length: 50 }, (_, place) => place),
  );
  assert.equal(model.attempts, 2_050, "nobody is tried again in vain");
  model.shut.add("mail");
  void model.turn("mail", true);
  await model.settle();
  assert.equal(model.attempts, 4_000, "an opened lane is asked by all");
  for (let n = 0; n < 1_950; n++) void model.create({});
  await model.settle();
  await Promise.all(all);
});

// Contract: claims.turns.
test("a parked claim is woken only for lanes, kinds and capabilities of its own", async () => {
  const model = new Model(chance(2));
  const wish = { lanes: ["mail", "fax"], kinds: ["scan", "print"], capabilities: ["gpu"] };
  const parked = model.park(wish);
  await model.settle();
  for (const other of [{}, { lane: "post", kind: "scan" }, { kind: "scan", required: ["eu", "gpu"] }])
    await Promise.all([model.create(other), model.settle()]);
  assert.equal(model.attempts, 1, "it could take none of them");
  await Promise.all([model.create({ lane: "fax", kind: "print", required: ["gpu"] }), model.settle()]);
  assert.deepEqual([(await parked)?.kind, model.attempts], ["print", 2]);
});

// Contract: claims.turns.
test("whoever gives up, fails or takes something else passes its turn on", async () => {
  const model = new Model(chance(3));
  const giveUp = new AbortController();
  const first = model.park({ lanes: ["mail"] }, giveUp.signal).catch((error) => error.message);
  const second = model.park({ lanes: ["mail", "fax"] });
  const third = model.park({ lanes: ["mail"], kinds: ["send"] });
  await model.settle();
  const created = model.create({});
  created.then(() => giveUp.abort(new Error("enough")));
  await model.settle();
  assert.deepEqual([await first, (await second)?.lane], ["enough", "mail"]);
  const fourth = model.park({ lanes: ["fax", "mail"], kinds: ["send", "scan"] });
  await model.settle();
  model.waiting.push({ lane: "fax", kind: "scan", required: [], priority: 9 });
  void model.create({ kind: "scan" });
  void model.create({});
  await model.settle();
  const found = await Promise.all([third, fourth]);
  assert.deepEqual([found[0]?.kind, found[1]?.lane], ["send", "fax"]);
});

// Contract: claims.turns.
test("what requires something else is not what a turn was for, though lane and kind are the same", async () => {
  const model = new Model(chance(4));
  const both = model.park({ lanes: ["mail"], capabilities: ["gpu", "eu"] });
  const eu = model.park({ lanes: ["mail"], capabilities: ["eu"] });
  const gpu = model.park({ lanes: ["mail"], capabilities: ["gpu"] });
  await model.settle();
  // The first has the turn for the second, the second that for the first; the third could take what is left.
  void model.create({ required: ["gpu"], priority: 0 });
  void model.create({ required: ["eu"], priority: 9 });
  await model.settle();
  const found = await Promise.race([Promise.all([both, gpu]), model.settle().then(() => null)]);
  assert.deepEqual(
    found?.map((one) => one?.required),
    [["eu"], ["gpu"]],
  );
  void model.create({ required: ["eu"] });
  await model.settle();
  await eu;
});
