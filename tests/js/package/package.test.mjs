// The package as its users get it: packed, installed into an empty project, imported, typed and bundled.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "tidegate-user-"));

/** @param {string} command @param {string[]} args @param {string} cwd */
const run = (command, args, cwd = project) => execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });

/** @param {string} name @param {string} text */
const write = (name, text) => writeFileSync(join(project, name), text);

/** @type {string[]} */
let packed = [];

before(() => {
  const options = ["--ignore-scripts", "--json", "--pack-destination", project];
  const [{ filename, files }] = JSON.parse(run("npm", ["pack", ...options], root));
  packed = files.map((/** @type {{ path: string }} */ { path }) => path);
  write("package.json", JSON.stringify({ name: "user", private: true, type: "module" }));
  run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", join(project, filename)]);
});

after(() => rmSync(project, { recursive: true, force: true }));

test("it holds what its doors name, and no sources", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = Object.values(exports).flatMap((door) => (typeof door === "string" ? [door] : Object.values(door)));
  assert.deepEqual(
    named.filter((path) => path !== "./package.json" && !packed.includes(path.slice(2))),
    [],
  );
  assert.deepEqual(
    packed.filter((path) => /^(?:src|js|tests|target|node_modules|www)\//.test(path)),
    [],
  );
});

test("Node runs a first program with it", () => {
  write(
    "first.js",
    `import { openEngine } from "tidegate";
     import { openTestEngine } from "tidegate/testing";
     import { createRequire } from "node:module";
     const engine = await openEngine({ storage: { kind: "memory" } });
     const worker = engine.work({ lanes: ["mail"] }, { send: (task) => ({ sent: task.input.to }) });
     const { executionId } = await engine.executions.create({ lane: "mail", kind: "send", input: { to: "a@b" } });
     while ((await engine.executions.describe(executionId)).publicState !== "completed")
       await new Promise((resolve) => setTimeout(resolve, 5));
     console.log(JSON.stringify((await engine.executions.result(executionId)).result));
     await worker.stop();
     await engine.close();
     await (await openTestEngine()).engine.close();
     console.log(createRequire(import.meta.url).resolve("tidegate/tidegate.wasm").endsWith(".wasm"));`,
  );
  assert.deepEqual(run(process.execPath, ["first.js"]).trim().split("\n"), ['{"sent":"a@b"}', "true"]);
});

test("strict TypeScript finds its types, with both ways of resolving", () => {
  write(
    "typed.ts",
    `import { type Engine, openEngine, TidegateError } from "tidegate";
     import { openTestEngine } from "tidegate/testing";
     import type {} from "tidegate/worker";
     const engine: Engine = await openEngine({ storage: { kind: "opfs", name: "a", durability: "strict" } });
     const made = await engine.executions.create({ lane: "l", kind: "k", input: { to: ["a"] } });
     const id: string = made.executionId;
     // @ts-expect-error a lane is a text
     await engine.executions.create({ lane: 1, kind: "k" });
     await engine.executions.cancel(id).catch((error) => error instanceof TidegateError && error.code);
     const bytes: number = engine.storage.databaseBytes;
     console.log(bytes, await openTestEngine());`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,dom,dom.iterable,dom.asynciterable"];
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const how = ["--module", String(module), "--moduleResolution", String(resolution), "--types", ""];
    assert.equal(run(process.execPath, [tsc, ...strict, ...how, "typed.ts"]), "");
  }
});

test("a bundler takes it without a plugin: one script with its worker inside, one wasm file beside", () => {
  write("index.html", '<script type="module" src="./page.js"></script>');
  write("page.js", 'import { openEngine } from "tidegate"; console.log(openEngine);');
  run(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"]);
  const made = readdirSync(join(project, "dist/assets"));
  assert.deepEqual(made.map((name) => name.replace(/.*\./, "")).sort(), ["js", "wasm"]);
  const script = readFileSync(join(project, "dist/assets", String(made.find((name) => name.endsWith(".js")))), "utf8");
  assert.ok(script.includes("openOpfs"), "the worker is inside");
  assert.ok(script.includes(String(made.find((name) => name.endsWith(".wasm")))), "the wasm file is named");
});
