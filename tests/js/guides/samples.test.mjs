// The samples of the guides run as they stand there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.mjs";
import { run } from "./run.mjs";
import { pages, samplesOf } from "./samples.mjs";
import { scenes } from "./scenes.mjs";

/** @typedef {import("./samples.mjs").Sample} Sample */

/** A sample as JavaScript: one in TypeScript has to be right for the compiler. @param {Sample} sample @param {number} count */
function typed(sample, count) {
  if (sample.language === "js") return sample;
  const { errors, script } = compile(`${sample.page} ${sample.heading} ${count}`.replaceAll(/\W+/g, "-"), sample.code);
  assert.equal(errors, "", `what the compiler says of ${sample.page}, ${sample.heading}`);
  return { ...sample, code: script() };
}

/** @param {string} page */
async function runAll(page) {
  const samples = samplesOf(page);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const sample of samples) {
    const { heading, place } = sample;
    const count = counts.get(heading) ?? 0;
    counts.set(heading, count + 1);
    const scene = scenes[page]?.[heading];
    if (place === "node") await run(typed(sample, count), Array.isArray(scene) ? scene[count] : scene);
  }
  const unknown = Object.keys(scenes[page] ?? {}).filter((heading) => !counts.has(heading));
  assert.deepEqual(unknown, [], `scenes without a sample in ${page}`);
}

test("the samples of the guide to flows run, and leave their flows as the guide says", () => runAll("docs/flows.md"));

for (const page of pages.filter((one) => one !== "docs/flows.md"))
  test(`the samples of ${page} run, and print what they say`, { timeout: 60_000 }, () => runAll(page));

test("a sample that is not run says why", () => {
  const silent = pages.flatMap(samplesOf).filter(({ place, why }) => place === "nowhere" && why.length < 20);
  assert.deepEqual(silent, []);
});
