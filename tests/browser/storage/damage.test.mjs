// Databases that are broken or of a newer version: refused or ended by name, and left as they lie there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */

const world = new World();

/**
 * Leaves a closed database with some executions, whose inputs begin with their number.
 * @param {Page} page
 * @param {string} name
 */
async function fill(page, name, executions = 20) {
  await page.evaluate(
    async ([name, executions]) => {
      const engine = await window.client.open(name);
      const creates = Array.from({ length: executions }, (_, index) =>
        engine.executions.create({ lane: "l", kind: "k", input: `${index} ${"x".repeat(900)}` }),
      );
      await Promise.all(creates);
      await engine.close();
    },
    /** @type {const} */ ([name, executions]),
  );
}

/**
 * Refuses to open, twice; answers the refusal and whether the file is as it was and can be saved.
 * @param {Page} page
 * @param {string} name
 */
function opened(page, name) {
  return page.evaluate(async (name) => {
    const { bytesOf, digest, open, refusal, sdk } = window.client;
    const before = await digest(name);
    const first = await refusal(open(name));
    const second = await refusal(open(name));
    const untouched = (await digest(name)) === before;
    const { database, wal } = await sdk.rescueDatabase({ name }).catch(() => ({ database: null, wal: null }));
    const found = await bytesOf(name).catch(() => new Uint8Array());
    const rescued = database?.length === found.length && database.every((byte, at) => byte === found[at]);
    const { databaseBytes } = await sdk
      .destroyDatabase({ name })
      .then(() => open(name))
      .then((engine) => engine.close().then(() => engine.storage));
    return { first, second: second.code, untouched, rescued, log: wal?.length ?? 0, fresh: databaseBytes > 0 };
  }, name);
}

/** @type {[string, string, number, number[]][]} */
const broken = [
  ["is no database", "header", 0, [...new TextEncoder().encode("Not a database..")]],
  ["has an impossible page size", "page-size", 16, [0, 7]],
  ["has a broken schema", "schema", 100, Array(400).fill(0xff)],
];

for (const [what, name, offset, bytes] of broken) {
  test(`a file that ${what} is refused as damaged, untouched, saved and begun anew`, async (t) => {
    const page = await world.tab(t);
    await fill(page, name);
    await page.evaluate(
      ([name, offset, bytes]) => window.client.put(name, new Uint8Array(bytes), offset),
      /** @type {const} */ ([name, offset, bytes]),
    );
    const { first, ...rest } = await opened(page, name);
    assert.equal(first.code, "storage.damaged", first.message);
    assert.equal(first.class, "terminal");
    assert.ok(first.typed);
    assert.deepEqual(rest, { second: "storage.damaged", untouched: true, rescued: true, log: 0, fresh: true });
  });
}

// Contract: storage.damaged, storage.rescue.
test("a file that was cut short is refused as damaged, untouched, saved and begun anew", async (t) => {
  const page = await world.tab(t);
  await fill(page, "cut");
  await page.evaluate(async () => {
    const bytes = await window.client.bytesOf("cut");
    await window.client.put("cut", bytes.slice(0, bytes.length / 2));
  });
  const { first, ...rest } = await opened(page, "cut");
  assert.equal(first.code, "storage.damaged", first.message);
  assert.deepEqual(rest, { second: "storage.damaged", untouched: true, rescued: true, log: 0, fresh: true });
});

// Contract: storage.damaged.
test("a slot whose own head is broken is refused as damaged, and nothing in it is thrown away", async (t) => {
  const page = await world.tab(t);
  await fill(page, "slot");
  const seen = await page.evaluate(async () => {
    const { digest, open, put, refusal } = window.client;
    // The file's name is filled up with zeros, of which there are none then.
    await put("slot", new Uint8Array(8).fill(7), 100 - 4096);
    const before = await digest("slot");
    const refused = await refusal(open("slot"));
    return { refused, untouched: (await digest("slot")) === before };
  });
  assert.equal(seen.refused.code, "storage.damaged", seen.refused.message);
  assert.ok(seen.untouched);
});

// Contract: storage.check, storage.checked.
test("damage deep in a table is found in idle moments and ends the engine", async (t) => {
  const page = await world.tab(t);
  await fill(page, "deep", 200);
  const seen = await page.evaluate(async () => {
    const { bytesOf, checked, digest, open, put, refusal, sdk } = window.client;
    const bytes = await bytesOf("deep");
    const needle = new TextEncoder().encode('"100 xxxx');
    const at = bytes.findIndex((_, start) => needle.every((byte, index) => bytes[start + index] === byte));
    await put("deep", new Uint8Array(64).fill(0xff), at - (at % 4096));
    const before = await digest("deep");
    const engine = await open("deep");
    const early = engine.storage.checked;
    const late = await checked(engine);
    const calls = [
      engine.executions.create({ lane: "l", kind: "k" }),
      engine.executions.list(),
      engine.tick(),
      engine.export(),
      engine.clock(),
      engine.measureStorage(),
    ];
    const refusals = await Promise.all(calls.map((call) => refusal(call)));
    await engine.close();
    const { database } = await sdk.rescueDatabase({ name: "deep" });
    const untouched = (await digest("deep")) === before;
    await sdk.destroyDatabase({ name: "deep" });
    const fresh = await open("deep");
    const left = (await fresh.executions.list()).executions.length;
    const sound = await checked(fresh);
    await fresh.close();
    return { at, early, late, refusals, saved: database.length === bytes.length, untouched, left, sound };
  });
  assert.ok(seen.at > 0);
  assert.deepEqual([seen.early, seen.late], ["pending", "damaged"]);
  for (const { code, typed, message } of seen.refusals) {
    assert.equal(code, "storage.damaged", message);
    assert.ok(typed);
  }
  assert.deepEqual([seen.saved, seen.untouched, seen.left, seen.sound], [true, true, 0, "sound"]);
});

// Contract: storage.newer, storage.rescue.
test("a database of a newer version is refused as such, untouched and saved", async (t) => {
  const page = await world.tab(t);
  await fill(page, "newer");
  const image = await page.evaluate(async () => {
    const bytes = await window.client.bytesOf("newer");
    const meta = [3, 0, 21, ...new TextEncoder().encode("meta")];
    const at = bytes.findIndex((_, start) => meta.every((byte, index) => bytes[start + index] === byte));
    const start = at - (at % 4096);
    // The last row of the leaf that holds the migrations: its number is the rowid, the byte after the size.
    const page = new DataView(bytes.buffer, start, 4096);
    const cell = page.getUint16(8 + 2 * (page.getUint16(3) - 1));
    const known = page.getUint8(cell + 1);
    page.setUint8(cell + 1, 100);
    await window.client.put("newer", bytes);
    return { leaf: page.getUint8(0), known };
  });
  assert.equal(image.leaf, 13);
  const imported = await page.evaluate(async () => {
    const { bytesOf, open, refusal } = window.client;
    return refusal(open("newer-import", {}, { import: await bytesOf("newer") }));
  });
  assert.equal(imported.code, "storage.newer_schema", imported.message);
  const { first, ...rest } = await opened(page, "newer");
  assert.equal(first.code, "storage.newer_schema", first.message);
  assert.deepEqual(first.details, { found: 100, known: image.known });
  assert.match(first.message, /100/);
  assert.deepEqual(rest, { second: "storage.newer_schema", untouched: true, rescued: true, log: 0, fresh: true });
});
