// A database as a file: what is exported can be imported whole, and nothing else can.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const world = new World();

// Contract: storage.import.
test("what is exported and imported keeps executions, results, attempts and events", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { checked, listed, logged, open } = window.client;
    const first = await open("source");
    const create = (/** @type {number} */ index) => first.executions.create({ lane: "l", kind: "k", input: { index } });
    await Promise.all(Array.from({ length: 30 }, (_, index) => create(index)));
    for (let claims = 0; claims < 10; claims++) {
      const claim = await first.claim({ lanes: ["l"], worker: { id: "w" } });
      if (claim) await first.complete(claim.handle, { result: new Uint8Array([claims, 0, 255]) });
    }
    const picture = async (/** @type {import("../world/client.mjs").Engine} */ engine) => {
      const executions = await listed(engine);
      const snapshots = await Promise.all(executions.map(({ executionId }) => engine.executions.describe(executionId)));
      const results = await Promise.all(executions.map(({ executionId }) => engine.executions.result(executionId)));
      return JSON.stringify({ executions, snapshots, results, events: await logged(engine) });
    };
    const before = await picture(first);
    const image = await first.export();
    await first.executions.create({ lane: "l", kind: "later" });
    await first.close();
    const second = await open("target", {}, { import: image });
    const after = await picture(second);
    const sound = await checked(second);
    const { outcome } = await second.executions.create({ lane: "l", kind: "k" });
    await second.close();
    const again = await open("target");
    const kept = (await listed(again)).length;
    await again.close();
    const head = [...image.subarray(0, 20)];
    return { head, before, after, sound, outcome, kept, length: image.length, left: image.length % 4096 };
  });
  assert.equal(String.fromCharCode(...seen.head.slice(0, 16)), "SQLite format 3\0");
  assert.deepEqual(seen.head.slice(18), [1, 1]);
  assert.ok(seen.length > 0);
  assert.equal(seen.left, 0);
  assert.equal(seen.after, seen.before);
  assert.match(seen.before, /completed/);
  assert.deepEqual([seen.sound, seen.outcome, seen.kept], ["sound", "created", 31]);
});

// Contract: storage.import-empty.
test("an image is not for a name that holds a database", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { listed, open, refusal } = window.client;
    const first = await open("there");
    await first.executions.create({ lane: "l", kind: "k" });
    const image = await first.export();
    await first.executions.create({ lane: "l", kind: "k" });
    await first.close();
    const refused = await refusal(open("there", {}, { import: image }));
    const again = await open("there");
    const kept = (await listed(again)).length;
    await again.close();
    return { refused, kept };
  });
  assert.equal(seen.refused.code, "validation.invalid_input", seen.refused.message);
  assert.equal(seen.refused.details["field"], "import");
  assert.equal(seen.kept, 2);
});

test("an image that is no whole database of this engine is refused and leaves none", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const source = await open("whole");
    await Promise.all(
      Array.from({ length: 50 }, () => source.executions.create({ lane: "l", kind: "k", input: "x".repeat(900) })),
    );
    const whole = await source.export();
    await source.close();
    const smashed = whole.slice();
    smashed.fill(0xff, 5 * 4096, 15 * 4096);
    const images = {
      empty: new Uint8Array(0),
      garbage: new Uint8Array(10_000).fill(7),
      header: whole.slice(0, 100),
      half: whole.slice(0, whole.length / 2),
      odd: whole.slice(0, whole.length - 1),
      smashed,
    };
    /** @type {Record<string, string>} */
    const codes = {};
    for (const [name, image] of Object.entries(images)) {
      const opening = open(`image-${name}`, {}, { import: image }).then((engine) => engine.close());
      codes[name] = await refusal(opening).then(
        ({ code }) => code,
        () => "accepted",
      );
    }
    const names = await sdk.listDatabases();
    const fresh = await open("image-half");
    const { outcome } = await fresh.executions.create({ lane: "l", kind: "k" });
    await fresh.close();
    return { codes, names: names.filter((name) => name.startsWith("image-")), outcome };
  });
  const refused = "storage.damaged";
  const all = { empty: refused, garbage: refused, header: refused, half: refused, odd: refused, smashed: refused };
  assert.deepEqual({ codes: seen.codes, names: seen.names }, { codes: all, names: [] });
  assert.equal(seen.outcome, "created");
});

// Contract: storage.import-empty.
test("an import whose worker was ended in the middle can be made again", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { listed, open, refusal } = window.client;
    const source = await open("half-source");
    const input = new Uint8Array(500_000);
    await Promise.all(Array.from({ length: 20 }, () => source.executions.create({ lane: "l", kind: "k", input })));
    const image = await source.export();
    await source.close();
    /** @type {Worker[]} */
    const workers = [];
    const { Worker } = window;
    window.Worker = class extends Worker {
      /** @param {string | URL} url */
      constructor(url) {
        super(url);
        workers.push(this);
      }
    };
    const counts = [];
    for (const waitMs of [20, 60, 120]) {
      const name = `half-${waitMs}`;
      void open(name, {}, { import: image }).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      workers.at(-1)?.terminate();
      // What was ended too late is a whole database; anything else is none, and takes the image.
      const again = await open(name, { waitMs: 5_000 }, { import: image }).catch(async (error) => {
        if (error.details?.field !== "import") throw error;
        return open(name);
      });
      counts.push((await listed(again)).length);
      await again.close();
    }
    window.Worker = Worker;
    const taken = await refusal(open("half-source", {}, { import: image }));
    return { counts, field: taken.details.field };
  });
  assert.deepEqual(seen.counts, [20, 20, 20]);
  assert.equal(seen.field, "import");
});
