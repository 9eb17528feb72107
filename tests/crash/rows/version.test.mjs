// What the crash lab reads of a SQLite file is all of its rows: whatever differs is seen, and what does not is the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { SqliteFile } from "./file.mjs";
import { Version } from "./version.mjs";

const LONG = 100_000;

/** A database with long and short rows, and how many executions it has. */
async function filled(executions = 300) {
  const { engine } = await openTestEngine({});
  for (let index = 0; index < executions; index += 1) {
    const input = "x".repeat(index % 50 === 0 ? LONG : index);
    await engine.executions.create({ lane: "l", kind: `kind ${index}`, input, tags: { number: String(index) } });
  }
  return engine;
}

/** The rows of a table. @param {Uint8Array} bytes @param {string} table */
function rows(bytes, table) {
  const file = new SqliteFile(bytes);
  const found = file.tables().find(({ name }) => name === table);
  assert.ok(found, table);
  return [...file.rows(found.root)];
}

test("every row of every sort of table is read, long ones to their ends", async () => {
  const engine = await filled();
  const bytes = await engine.export();
  assert.equal(rows(bytes, "execution").length, 300);
  assert.equal(rows(bytes, "tag").length, 300);
  const payloads = rows(bytes, "payload").map((row) => new TextDecoder().decode(row));
  assert.equal(payloads.length, 300);
  for (const index of [0, 7, 50, 299])
    assert.equal(payloads[index]?.match(/x*/g)?.join("").length, index % 50 === 0 ? LONG : index, `payload ${index}`);
  await engine.close();
});

test("a version is equal to itself, and to no other", async () => {
  const engine = await filled(20);
  const before = new Version(await engine.export());
  assert.ok(before.equals(new Version(await engine.export())));
  await engine.executions.create({ lane: "l", kind: "one more" });
  const after = new Version(await engine.export());
  assert.ok(!after.equals(before));
  assert.match(after.differs(before).join(), /execution \(21, not 20\)/);
  await engine.close();
});

test("a byte that is another is seen, wherever in a row it stands", async () => {
  const engine = await filled(60);
  const bytes = await engine.export();
  await engine.close();
  const known = new Version(bytes);
  const text = Buffer.from(bytes).indexOf("x".repeat(3_000));
  for (const at of [text, text + 2_999]) {
    const other = bytes.slice();
    other[at] = 0x79;
    assert.deepEqual(new Version(other).differs(known), ["payload (60, not 60)"]);
  }
});

test("pages that lead back to themselves are no rows", async () => {
  const engine = await filled(300);
  const bytes = await engine.export();
  await engine.close();
  const { root = 0 } = new SqliteFile(bytes).tables().find(({ name }) => name === "event") ?? {};
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = (root - 1) * view.getUint16(16);
  assert.equal(view.getUint8(start), 5, "the table has inner pages");
  view.setUint32(start + view.getUint16(start + 12), root);
  assert.throws(() => new Version(bytes), /leads back to itself/);
});
