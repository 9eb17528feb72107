// The crash lab itself: a seed does the same twice, and a disk that breaks its word is found out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Occurrences } from "../world/occurrences.mjs";
import { EXPECTED, plans, TEARING } from "./plans.mjs";
import { walked } from "./threads.mjs";

const SEED = Number(process.env["TIDEGATE_SEED"] ?? Date.now() % 1_000_000);

/** A short walk by a plan. @param {string} name */
function short(name) {
  const plan = plans.find((one) => one.name === name);
  assert.ok(plan, name);
  return { ...plan, steps: 40, cuts: 8, vanishing: false };
}

test("a seed does the same twice, and another one something else", async (t) => {
  t.diagnostic(`TIDEGATE_SEED=${SEED}`);
  const plan = short("all faults, relaxed");
  const one = await walked(plan, SEED);
  assert.deepEqual(await walked(plan, SEED), one);
  assert.notEqual((await walked(plan, SEED + 1)).trace, one.trace);
});

test("a disk that only says that it has flushed loses what a strict engine answered, and that is seen", async (t) => {
  t.diagnostic(`TIDEGATE_SEED=${SEED}`);
  const plan = short("work, strict");
  assert.deepEqual((await walked(plan, SEED)).wrong, []);
  const { wrong } = await walked({ ...plan, lies: true }, SEED);
  assert.notDeepEqual(wrong, []);
});

test("a sector that spoils what was flushed is seen where nobody expects it", async (t) => {
  t.diagnostic(`TIDEGATE_SEED=${SEED}`);
  const plan = { ...short("work over large sectors that spoil, strict"), steps: 50, cuts: 20, policies: TEARING };
  assert.deepEqual((await walked(plan, SEED)).wrong, []);
  const { wrong } = await walked({ ...plan, trusted: true }, SEED);
  assert.match(wrong.join(), /found version \d+/);
});

test("a run in which something never occurred says what", () => {
  const occurrences = new Occurrences();
  occurrences.join(EXPECTED.slice(1).map((what) => [what, 1]));
  occurrences.add(String(EXPECTED[0]), 0);
  assert.deepEqual(occurrences.missing(EXPECTED), [EXPECTED[0]]);
  assert.deepEqual(new Set(EXPECTED).size, EXPECTED.length);
});
