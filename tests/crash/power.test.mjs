// The power is lost, and files fail, while the real engine works over an origin in memory: what it left is opened again
// and held against every version that there was. TIDEGATE_SECONDS says for how long, TIDEGATE_SEED from which seed on,
// TIDEGATE_PLAN which walk alone.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { EXPECTED } from "./walks/plans.mjs";
import { Rounds } from "./walks/rounds.mjs";

const SEED = Number(process.env["TIDEGATE_SEED"] ?? Date.now() % 1_000_000);
const SECONDS = Number(process.env["TIDEGATE_SECONDS"] ?? 60);
const PLAN = process.env["TIDEGATE_PLAN"];

const rounds = new Rounds();

before(() => rounds.walk({ seed: SEED, seconds: SECONDS, only: PLAN }, (line) => console.log(line)));

// Contract: storage.power-loss.
test("what a strict engine answered survives the loss of power, and what it did not is there whole or not at all", () => {
  assert.deepEqual(rounds.wrong("strict"), []);
});

// Contract: storage.power-loss, storage.durability.
test("a relaxed engine is some version of itself after a loss of power, and loses nothing with its worker", () => {
  assert.deepEqual(rounds.wrong("relaxed"), []);
});

// Contract: storage.spoiled-sector.
test("a disk that spoils the sector of a torn write takes one commit that was answered at most", () => {
  assert.deepEqual(rounds.wrong("spoiled"), []);
});

// Contract: storage.import-empty.
test("an import that loses power can be made again", () => {
  assert.deepEqual(rounds.wrong("import"), []);
});

// Contract: storage.failed-file.
test("files that fail refuse calls, which leave nothing, and take nothing that was answered", () => {
  assert.deepEqual(rounds.wrong("faults"), []);
});

// Contract: storage.vanished.
test("what is opened after files vanished is sound, and works", () => {
  assert.deepEqual(rounds.wrong("vanished"), []);
});

test("everything occurred that has to", (t) => {
  t.diagnostic(`TIDEGATE_SEED=${SEED}`);
  for (const line of rounds.occurrences.lines()) t.diagnostic(line);
  if (PLAN === undefined) assert.deepEqual(rounds.occurrences.missing(EXPECTED), []);
});
