// The samples of the guide to flows run as they stand there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openEngine } from "../../../dist/js/index.js";

const guide = readFileSync(new URL("../../../docs/flows.md", import.meta.url), "utf8");
const samples = [...guide.matchAll(/^## (.+)$|^```js\n([\s\S]*?)^```$/gm)];
/** @type {new (...parameters: string[]) => (engine: unknown) => Promise<void>} */
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

/** The state of the last flow that an engine created, by its id. @param {import("../../../dist/js/index.js").Engine} engine */
const last = async (engine) => (await engine.flows.list()).flows.at(-1)?.publicFlowState;

const ends = [
  ["Submitting a whole graph", "completed"],
  ["What a member needs", "completed"],
  ["Cleaning up after a failure", "failed"],
  ["Waiting for children", "completed"],
  ["Building step by step", "blocked"],
  ["Cancelling", "cancelled"],
  ["Running a part again", "completed"],
];

test("the samples of the guide to flows run, and leave their flows as the guide says", async () => {
  const found = [];
  let heading = "";
  for (const [, title, sample] of samples) {
    heading = title ?? heading;
    if (sample === undefined) continue;
    const engine = await openEngine({ storage: { kind: "memory" } });
    await new AsyncFunction("engine", sample)(engine);
    found.push([heading, await last(engine)]);
    await engine.close();
  }
  assert.deepEqual(found, ends);
});
