// What `npm run simulate` may be told, and the command that it says repeats a failure.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../scripts/simulate/options.mjs";
import { commandOf, occurredIn, stepsIn, suiteNames, suites } from "../../../scripts/simulate/suites.mjs";

test("a simulation takes half an hour and a seed by the clock where nothing is said", () => {
  assert.deepEqual(read([], 1_700_000_123_456), { minutes: 30, seed: 123_456, only: suiteNames });
});

test("a simulation takes minutes, a seed and suites in any order", () => {
  const options = read(["--only=crashes,walks", "--seed=0", "--minutes=120"], 5);
  assert.deepEqual(options, { minutes: 120, seed: 0, only: ["crashes", "walks"] });
  assert.deepEqual(read(["--seconds=90", "--only=power"], 5), { minutes: 1.5, seed: 5, only: ["power"] });
});

test("what a simulation cannot take is refused by name", () => {
  for (const [given, words] of [
    ["--minutes=0", /--minutes takes a whole number from 1 to 10080, not "0"/],
    ["--minutes=soon", /not "soon"/],
    ["--minutes=1.5", /not "1.5"/],
    ["--seconds=0", /--seconds takes a whole number from 1 to 604800, not "0"/],
    ["--seed=-1", /--seed takes a whole number from 0 to 4294967295, not "-1"/],
    ["--seed=4294967296", /not "4294967296"/],
    ["--only=walks,dreams", /not "dreams"/],
    ["--only=", /not ""/],
    ["--seed", /takes --minutes= or --seconds=, --seed= and --only=, not "--seed"/],
    ["walks", /not "walks"/],
  ])
    assert.throws(() => read([String(given)], 0), { message: /** @type {RegExp} */ (words) });
  assert.throws(() => read(["--seed=1", "--seed=2"], 0), { message: "--seed is given twice." });
  assert.throws(() => read(["--minutes=1", "--seconds=2"], 0), { message: "--minutes and --seconds say the same." });
});

test("every suite says how to repeat a run of it", () => {
  const commands = Object.fromEntries(suites.map((suite) => [suite.name, commandOf(suite, 7)]));
  assert.equal(commands["walks"], "TIDEGATE_SEED=7 TIDEGATE_STEPS=10000 cargo test --test laws -- walks::walk::");
  assert.equal(commands["whole"], "TIDEGATE_WHOLE=1 cargo test --test faults -- failing:: refusing::");
  assert.match(String(commands["crashes"]), /^TIDEGATE_SEED=7 node --test tests\/browser\/\S*crash\.test\.mjs$/);
  assert.match(
    String(commands["firefox"]),
    /^TIDEGATE_BROWSER=firefox node --test tests\/browser\/engine\/crash\S* .*taken/,
  );
});

test("what occurred in a run is read from what it printed", () => {
  const suite = suites.find(({ name }) => name === "power");
  assert.ok(suite);
  const output =
    "seed 7, work, strict: 96 images\nseed 8, work, strict: 4 images\n\u2139 12 faults: quota\n\u2139 tests 7\n";
  assert.equal(stepsIn(suite, output), 100);
  assert.deepEqual(occurredIn(suite, output), [["faults: quota", 12]]);
});
