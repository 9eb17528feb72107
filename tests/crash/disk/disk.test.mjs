// The disk of the crash lab does what browsers do, and its images leave what their policies say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../browser/laws/churn.mjs";
import { FAULTS, Order } from "./faults.mjs";
import { HONEST, POLICIES, Replay } from "./image.mjs";
import { Log } from "./log.mjs";
import { Origin } from "./origin.mjs";

/** An origin with one open file, and what is done to it. */
async function opened() {
  const origin = new Origin();
  origin.log = new Log();
  const file = await origin.root.getFileHandle("file", { create: true });
  return { origin, log: origin.log, file, handle: await file.createSyncAccessHandle() };
}

/** @param {number} value @param {number} length */
const bytes = (value, length) => new Uint8Array(length).fill(value);

/**
 * What a crash at the end of a log leaves of its only file.
 * @param {Log} log @param {string} policy @param {number} seed
 */
function left(log, policy, seed, disk = HONEST) {
  const replay = new Replay(log.entries, disk);
  replay.advance(log.length);
  const image = replay.image(policy, seeded(seed));
  return { ...image, view: image.files[0]?.content.view ?? new Uint8Array() };
}

test("a handle reads what was written, and zeros where nothing was", async () => {
  const { handle } = await opened();
  handle.write(bytes(7, 10), { at: 5 });
  const into = bytes(1, 20);
  assert.equal(handle.read(into, { at: 0 }), 15);
  assert.deepEqual([...into.subarray(0, 6), into[15]], [0, 0, 0, 0, 0, 7, 1]);
  handle.truncate(6);
  handle.truncate(8);
  assert.equal(handle.read(into, { at: 5 }), 3);
  assert.deepEqual([...into.subarray(0, 3)], [7, 0, 0]);
});

test("a file has one holder, and a closed handle is of no use", async () => {
  const { file, handle } = await opened();
  await assert.rejects(file.createSyncAccessHandle(), { name: "NoModificationAllowedError" });
  handle.close();
  assert.throws(() => handle.getSize(), { name: "InvalidStateError" });
  assert.equal((await file.createSyncAccessHandle()).getSize(), 0);
});

test("each fault strikes once it is due, and does what its name says", async () => {
  for (const fault of FAULTS) {
    const { origin, log, handle } = await opened();
    origin.order = new Order(fault, 1);
    const act = () => {
      const written = handle.write(bytes(1, 10), { at: 0 });
      handle.flush();
      return written;
    };
    const flushes = () => log.entries.filter(({ did }) => did === "flush").length;
    if (fault === "invalid handle") {
      handle.write(bytes(1, 10), { at: 0 });
      assert.throws(act, { name: "InvalidStateError" });
      assert.throws(() => handle.getSize(), { name: "InvalidStateError" });
      continue;
    }
    assert.equal(act(), 10, fault);
    if (fault === "short write") assert.equal(act(), 5);
    if (fault === "quota") assert.throws(act, { name: "QuotaExceededError" });
    if (fault.startsWith("flush")) assert.throws(act, { name: "InvalidStateError" });
    assert.equal(flushes(), fault === "quota" || fault === "flush that did not" ? 1 : 2, fault);
  }
});

test("what was flushed is in every image, what was not in some", async () => {
  const { log, handle } = await opened();
  handle.write(bytes(1, 1_024), { at: 0 });
  handle.flush();
  handle.write(bytes(2, 1_024), { at: 1_024 });
  handle.write(bytes(3, 1_024), { at: 2_048 });
  for (const policy of POLICIES)
    for (let seed = 0; seed < 20; seed += 1) {
      const { view, pending } = left(log, policy, seed);
      assert.ok(view.subarray(0, 1_024).every((byte) => byte === 1));
      assert.equal(pending, 2);
    }
  assert.equal(left(log, "none", 1).view.length, 1_024);
  assert.deepEqual(left(log, "all", 1).view.subarray(1_024), new Uint8Array([...bytes(2, 1_024), ...bytes(3, 1_024)]));
  assert.equal(left(log, "all", 1, { ...HONEST, lies: true }).pending, 3);
});

test("a torn write leaves whole sectors, and spoils what lies beside it only where disks do", async () => {
  const { log, handle } = await opened();
  handle.write(bytes(1, 2_000), { at: 0 });
  handle.flush();
  handle.write(bytes(2, 1_500), { at: 2_000 });
  let [torn, spoiled] = [0, 0];
  for (let seed = 0; seed < 40; seed += 1) {
    const whole = left(log, "prefix", seed);
    torn += whole.torn;
    assert.equal(whole.spoiled, 0);
    assert.ok(whole.view.subarray(0, 2_000).every((byte) => byte === 1));
    for (let at = 2_048; at < whole.view.length; at += 512)
      assert.equal(new Set(whole.view.subarray(at, at + 512)).size, 1);
    const bad = left(log, "prefix", seed, { ...HONEST, powersafe: false });
    spoiled += bad.spoiled;
    assert.ok(bad.view.subarray(0, 1_536).every((byte) => byte === 1));
    assert.equal(
      bad.spoiled > 0,
      bad.view.subarray(1_536, 2_000).some((byte) => byte !== 1),
    );
  }
  assert.ok(torn > 0 && spoiled > 0);
});

test("the head of a slot is torn between its name and its flags", async () => {
  const { log, handle } = await opened();
  handle.write(bytes(1, 4_096), { at: 0 });
  handle.flush();
  handle.write(bytes(2, 516), { at: 0 });
  const heads = Array.from({ length: 40 }, (_, seed) => left(log, "random", seed).view);
  assert.ok(heads.some((head) => head[511] !== head[512]));
});
