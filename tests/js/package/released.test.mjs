// Databases that releases left behind, opened in WebAssembly by the import of their bytes; and migrations that never change.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { Engine } from "../world/engine.mjs";

const fixtures = new URL("../../fixtures/", import.meta.url);
const migrations = new URL("../../../migrations/", import.meta.url);

/** Every release that left a database. */
const releases = ["0006-flow"];

/** When the story that they tell has been told. */
const end = 1_767_225_600_000 + 400_000;

/** @param {number} number */
const id = (number) => `{fp:0}:00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** @param {string} release */
const bytes = (release) => new Uint8Array(readFileSync(new URL(`${release}.sqlite`, fixtures)));

/**
 * Puts payload bytes, in hex, where their places stand.
 * @param {any} value
 * @param {Uint8Array[]} payloads
 * @returns {any}
 */
function withHex(value, payloads) {
  if (Array.isArray(value)) return value.map((item) => withHex(item, payloads));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const isPlace = ["input", "result", "bytes"].includes(name) && typeof member === "number";
    return [name, isPlace ? Buffer.from(payloads[member] ?? []).toString("hex") : withHex(member, payloads)];
  });
  return Object.fromEntries(members);
}

/**
 * What was answered then, as far as it is answered now: a member that answers have gained since is no difference.
 * @param {any} then
 * @param {any} now
 * @returns {any}
 */
function known(then, now) {
  if (Array.isArray(then) && Array.isArray(now))
    return now.map((item, index) => (index < then.length ? known(then[index], item) : item));
  // A staged edge had a word of its own once.
  if (then === "staged" && now === "pending") return then;
  if (typeof then !== "object" || typeof now !== "object" || then === null || now === null) return now;
  return Object.fromEntries(Object.keys(then).map((name) => [name, known(then[name], now[name] ?? null)]));
}

for (const release of releases) {
  test(`what ${release} wrote reads as then`, () => {
    const engine = Engine.openMemory(() => end, null, bytes(release));
    const lines = readFileSync(new URL(`${release}.reads.jsonl`, fixtures), "utf8")
      .trimEnd()
      .split("\n");
    for (const line of lines) {
      const { op, args, answer } = JSON.parse(line);
      const { text, payloads } = engine.batch(JSON.stringify([{ op, args }]), []);
      const found = withHex(JSON.parse(text).answers[0].ok, payloads);
      assert.deepEqual(known(answer, found), answer, `${op} ${JSON.stringify(args)}`);
    }
    assert.ok(lines.length > 100);
    engine.close();
  });

  test(`what ${release} wrote goes on, and what comes of it opens again`, async () => {
    const { engine, clock } = await openTestEngine({ startAt: end, import: bytes(release) });
    const claim = await engine.claim({ lanes: ["open"], worker: { id: "w" }, leaseTtlMs: 60_000 });
    assert.equal(claim?.executionId, id(123));
    await engine.complete(claim.handle, { result: { ok: true } });
    await clock.advance(10_000_000);
    const delayed = await engine.executions.describe(id(15));
    assert.equal(delayed?.publicState, "waiting");
    const before = await engine.executions.counts();
    const again = await openTestEngine({ startAt: clock.now, import: await engine.export() });
    await engine.close();
    assert.deepEqual(await again.engine.executions.counts(), before);
    await again.engine.close();
  });
}

test("a released migration never changes", () => {
  const lines = readFileSync(new URL("migrations.txt", fixtures), "utf8").trimEnd().split("\n");
  const released = lines.map((line) => line.split("  "));
  for (const [hash, name] of released) {
    const text = readFileSync(new URL(String(name), migrations));
    assert.equal(createHash("sha256").update(text).digest("hex"), hash, `${name} was released: write a new migration`);
  }
  const names = readdirSync(migrations).sort();
  const last = released.length;
  assert.deepEqual(
    names.slice(0, last),
    released.map(([, name]) => name),
  );
});
