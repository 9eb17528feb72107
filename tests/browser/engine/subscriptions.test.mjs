// Subscriptions over an engine in a worker: whoever follows a stream or the log gets everything once and in order, however
// the worker ends and however slow the reader is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const FRAMES = 600;
const ENDS = 5;
const EVENTS = 2_000;

const world = new World({
  "/worker-to-fall.js": `
    new BroadcastChannel("fall").onmessage = () => queueMicrotask(() => { throw new Error("fell today"); });
    importScripts("/browser/worker.js");`,
});

const all = Array.from({ length: FRAMES }, (_, number) => String(number));

test("a tail goes on over engines whose workers were terminated: every frame once and in order", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(
    async ({ frames, ends }) => {
      const { open, Reading } = window.client;
      /** @type {Worker[]} */
      const workers = [];
      const Native = Worker;
      window.Worker = class extends Native {
        /** @param {ConstructorParameters<typeof Native>} args */
        constructor(...args) {
          super(...args);
          workers.push(this);
        }
      };
      const engine = await open("tail");
      const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
      /** Each opening gives back what the one before it held. @param {typeof engine} from */
      const claimed = async (from) => {
        const claim = await from.claim({ lanes: ["l"], worker: { id: "w" }, leaseTtlMs: 120_000 });
        if (claim === null) throw new Error("nothing was claimed");
        return claim.handle;
      };
      let handle = await claimed(engine);
      const reading = new Reading();
      /** Appends ten at a time; what was asked for twice is kept once. @param {typeof engine} to @param {number} ten */
      const append = (to, ten) =>
        Promise.all(
          Array.from({ length: 10 }, (_, one) => {
            const number = String(ten * 10 + one);
            return to.append(handle, number, { kind: "stdout", requestId: `frame ${number}` });
          }),
        );
      let current = engine;
      let following = reading.follow(current, executionId);
      /** @type {number[]} */
      const readAtEnds = [];
      for (let ten = 0; ten < frames / 10; ten++) {
        const appended = append(current, ten);
        if (ten % (frames / 10 / (ends + 1)) !== 0 || ten === 0) {
          await appended;
          continue;
        }
        // Before the batch is under way, in the middle of it, or after it.
        await new Promise((resolve) => setTimeout(resolve, workers.length - 1));
        workers.at(-1)?.terminate();
        readAtEnds.push(reading.texts.length);
        current = await open("tail", { waitMs: 30_000 });
        handle = await claimed(current);
        // The one before never hears of its end.
        following = reading.follow(current, executionId);
        await append(current, ten);
      }
      await current.complete(handle);
      await following;
      await current.close();
      return { texts: reading.texts, workers: workers.length, readAtEnds };
    },
    { frames: FRAMES, ends: ENDS },
  );
  assert.deepEqual(seen.texts, all);
  assert.equal(seen.workers, ENDS + 1);
  t.diagnostic(`the tail had given ${seen.readAtEnds.join(", ")} frames when its worker was ended`);
  assert.ok(
    seen.readAtEnds.every((read) => read < FRAMES),
    "each end came in the middle",
  );
});

test("a tail goes on over a worker that falls and is replaced: every frame once and in order", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async (frames) => {
    const { open, overFalls, Reading } = window.client;
    const engine = await open("tail-falls", {}, { workerUrl: "/worker-to-fall.js" });
    const channel = new BroadcastChannel("fall");
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
    const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" }, leaseTtlMs: 120_000 });
    if (claim === null) throw new Error("nothing was claimed");
    const reading = new Reading();
    /** What was asked for twice is kept once. @param {number} number */
    const append = (number) =>
      overFalls(() => engine.append(claim.handle, String(number), { requestId: `frame ${number}` }));
    let refused = 0;
    // Two falls upon one call end a tail; it is taken up after its last frame.
    const following = overFalls(() => reading.follow(engine, executionId));
    for (let number = 0; number < frames; number++) {
      if (number % 100 === 50) channel.postMessage("fall");
      refused += await append(number);
    }
    await engine.complete(claim.handle);
    const resumed = await following;
    await engine.close();
    return { texts: reading.texts, resumed, refused };
  }, FRAMES);
  t.diagnostic(`${seen.refused} appends met a fall; the tail had to be taken up ${seen.resumed} times`);
  assert.deepEqual(seen.texts, all);
});

test(`a slow reader of events() loses none of ${EVENTS}, and reads no more once it has left`, async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async (many) => {
    const { heardSlowly, open } = window.client;
    let reads = 0;
    const send = Worker.prototype.postMessage;
    /** @param {any} message */
    Worker.prototype.postMessage = function (message) {
      if (message.question === "batch") reads += message.args[0].split('"op":"read_events"').length - 1;
      send.call(this, message);
    };
    const engine = await open("events");
    const events = engine.events();
    /** @type {string[]} */
    const created = [];
    const create = async () => {
      for (let batch = 0; batch < many / 100; batch++) {
        const calls = Array.from({ length: 100 }, () => engine.executions.create({ lane: "l", kind: "k" }));
        created.push(...(await Promise.all(calls)).map(({ executionId }) => executionId));
      }
    };
    const [heard] = await Promise.all([heardSlowly(events, many), create()]);
    const before = reads;
    for (let calls = 0; calls < 50; calls++) await engine.executions.create({ lane: "l", kind: "k" });
    const after = await events.next();
    await engine.close();
    const cursors = new Set(heard.map(({ cursor }) => cursor)).size;
    return { created, heard: heard.map(({ executionId }) => executionId), cursors, before, reads, after };
  }, EVENTS);
  assert.deepEqual(seen.heard, seen.created);
  assert.equal(seen.cursors, EVENTS);
  assert.ok(seen.before > 0);
  assert.equal(seen.reads, seen.before, "nothing is read for a reader that has left");
  assert.equal(seen.after.done, true);
});
