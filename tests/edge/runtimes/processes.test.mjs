// The package in JavaScript processes: Node in its versions, Deno, Bun.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findRuntime } from "../../../scripts/setup/runtimes.mjs";
import { Project } from "./project.mjs";
import { firstTells, stories, timedTells } from "./story.mjs";

/** @type {Project} */
let project;

before(() => {
  project = new Project();
  project.write("stories.js", stories);
  project.write(
    "main.js",
    `import { first, timed } from "./stories.js";
     const told = [];
     await first((...words) => told.push(words));
     await timed((...words) => told.push(words));
     console.log(JSON.stringify(told));`,
  );
});

after(() => project.remove());

/** How each is told to run a program, with nothing fetched from anywhere. */
const runs = /** @type {const} */ ([
  ["Node 20", []],
  ["Node 22", []],
  ["Node 24", []],
  ["Deno", ["run", "--cached-only", "--no-lock", "--allow-read=node_modules/tidegate"]],
  ["Bun", ["--no-install"]],
]);

// Contract: storage.runtimes.
for (const [name, options] of runs)
  test(`the first program of the README runs in ${name}, and so does a test's`, async () => {
    const program = findRuntime(name);
    assert.ok(program, `${name} is not installed: npm ci in tests/edge installs it`);
    const told = await project.run(program, [...options, "main.js"], { DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" });
    assert.deepEqual(JSON.parse(told), [...firstTells, ...timedTells]);
  });

test("Deno without leave to read is told which file and which option", async () => {
  const program = findRuntime("Deno");
  assert.ok(program);
  project.write(
    "refused.js",
    `import { openEngine } from "tidegate";
     console.log(await openEngine({ storage: { kind: "memory" } }).catch(({ code, message }) => code + ": " + message));`,
  );
  const told = await project.run(program, ["run", "--cached-only", "--no-lock", "--no-prompt", "refused.js"], {});
  assert.match(told, /^storage\.unavailable: .*tidegate_bg\.wasm.*--allow-read/);
});
