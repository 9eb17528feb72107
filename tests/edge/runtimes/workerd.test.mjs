// The package in workerd, where nothing is compiled later, no file is read, and no chance is lent in the global scope.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Project } from "./project.mjs";
import { firstTells, stories, timedTells } from "./story.mjs";
import { startWorkerd } from "./workerd.mjs";

/** Handlers by path, and what each answers. @param {string} handlers @param {string} before */
const program = (handlers, before = "") => `
  import { openEngine, TidegateError } from "tidegate";
  import { openTestEngine } from "tidegate/testing";
  import { first, timed } from "./stories.js";
  const refusal = (call) =>
    call.then(() => "nothing", (thrown) => (thrown instanceof TidegateError ? thrown.toJSON() : String(thrown)));
  ${before}
  const handlers = {${handlers}};
  export default {
    async fetch(request) {
      const told = await handlers[new URL(request.url).pathname.slice(1)]().catch((thrown) => String(thrown?.stack ?? thrown));
      return Response.json(told);
    },
  };`;

const told = "async (story) => { const told = []; await story((...words) => told.push(words)); return told; }";

/** @type {Project} */
let project;
/** @type {Awaited<ReturnType<typeof startWorkerd>>} */
let workerd;

before(async () => {
  project = new Project();
  project.write("stories.js", stories);
  project.write(
    "conditioned.js",
    program(
      `first: () => (${told})(first),
       timed: () => (${told})(timed),
       global: async () => refused,
       files: async () => {
         const refused = await refusal(openEngine({ storage: { kind: "opfs", name: "n" } }));
         const engine = await openEngine({ storage: { kind: "opfs", name: "n", fallback: "memory" } });
         return { refused, kind: engine.storage.kind, fallback: engine.storage.fallback.code };
       },
       address: () => refusal(openEngine({ storage: { kind: "memory" }, wasmUrl: "https://example.org/tidegate.wasm" })),`,
      `const refused = [
         await refusal(openEngine({ storage: { kind: "memory" } })),
         await refusal(openTestEngine()),
       ];`,
    ),
  );
  project.write(
    "unconditioned.js",
    program(
      `without: async () => [await refusal(openEngine({ storage: { kind: "memory" } })), await refusal(openTestEngine())],
       given: async () => {
         const engine = await openEngine({ storage: { kind: "memory" }, module });
         const { engine: test } = await openTestEngine({ module });
         return [(await engine.executions.list()).executions, (await test.executions.list()).executions];
       },`,
      'import module from "../tidegate.wasm";',
    ),
  );
  project.write("light.js", program(`first: () => (${told})(first)`));
  const conditions = { conditioned: "workerd", light: "edge-light", unconditioned: "browser" };
  workerd = await startWorkerd(project, conditions);
});

after(async () => {
  await workerd?.stop();
  project?.remove();
});

// Contract: storage.runtimes.
test("the first program of the README runs in workerd without an option", async () => {
  assert.deepEqual(await workerd.ask("conditioned", "/first"), firstTells);
});

// Contract: storage.runtimes.
test("it runs by the condition of other edge runtimes, too", async () => {
  assert.deepEqual(await workerd.ask("light", "/first"), firstTells);
});

// Contract: storage.runtimes.
test("a test's engine opens in workerd, with a clock that is moved by hand", async () => {
  assert.deepEqual(await workerd.ask("conditioned", "/timed"), timedTells);
});

// Contract: storage.runtimes.
test("in the global scope opening is refused with what to do, and the handlers after it open", async () => {
  const refused = await workerd.ask("conditioned", "/global");
  assert.equal(refused.length, 2);
  for (const { code, message, details } of refused) {
    assert.equal(code, "storage.unavailable", message);
    assert.equal(details.reason, "global_scope");
    assert.match(message, /open the engine inside a handler/);
  }
  assert.deepEqual(await workerd.ask("conditioned", "/first"), firstTells);
});

// Contract: storage.unavailable, storage.fallback.
test("a host without files of the origin is refused, and may fall back", async () => {
  const { refused, kind, fallback } = await workerd.ask("conditioned", "/files");
  assert.equal(refused.code, "storage.unavailable");
  assert.deepEqual([kind, fallback], ["memory", "storage.unavailable"]);
});

// Contract: storage.unavailable.
test("what cannot be loaded later is told by its address", async () => {
  const { code, message } = await workerd.ask("conditioned", "/address");
  assert.equal(code, "storage.unavailable", message);
  assert.match(message, /example\.org/);
});

// Contract: storage.unavailable.
test("without the condition the compiled engine has to be given, and is asked for by its option", async () => {
  for (const { code, message } of await workerd.ask("unconditioned", "/without")) {
    assert.equal(code, "storage.unavailable", message);
    assert.match(message, /`module`.*tidegate\/tidegate\.wasm/);
  }
  assert.deepEqual(await workerd.ask("unconditioned", "/given"), [[], []]);
});
