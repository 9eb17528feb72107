// Hosts and pages without the origin's files: a typed refusal, or the engine in memory where the caller allowed it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { INSECURE_HOST, visit } from "../world/browser.mjs";
import { World } from "../world/world.mjs";

/** A worker that is refused its files, as in some private windows. @param {string} name */
function refusing(name) {
  return `
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("no files today", "${name}"));
    importScripts("/browser/worker.js");`;
}

const world = new World({
  "/worker-without-files.js": `
    delete StorageManager.prototype.getDirectory;
    importScripts("/browser/worker.js");`,
  "/worker-refused-unknown.js": refusing("UnknownError"),
  "/worker-refused-security.js": refusing("SecurityError"),
  "/broken-worker.js": "throw new Error('no worker today');",
  "/panicking-worker.js": `
    crypto.getRandomValues = () => { throw new Error("no entropy today"); };
    importScripts("/browser/worker.js");`,
});

// Contract: storage.unavailable.
test("a worker without files is refused, and allowed to fall back it says why", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const workerUrl = "/worker-without-files.js";
    const refused = await refusal(open("none", {}, { workerUrl }));
    const engine = await open("none", { fallback: "memory" }, { workerUrl });
    const { outcome } = await engine.executions.create({ lane: "l", kind: "k" });
    const { storage } = engine;
    await engine.close();
    return { refused, storage, outcome, names: await sdk.listDatabases() };
  });
  assert.equal(seen.refused.code, "storage.unavailable", seen.refused.message);
  assert.ok(seen.refused.typed);
  assert.equal(seen.refused.class, "terminal");
  assert.match(seen.refused.message, /files/);
  assert.equal(seen.storage.kind, "memory");
  assert.equal(seen.storage.durability, "none");
  assert.equal(seen.storage.fallback?.code, "storage.unavailable");
  assert.equal(seen.storage.fallback?.message, seen.refused.message);
  assert.equal(seen.outcome, "created");
  assert.deepEqual(seen.names, []);
});

// Contract: storage.unavailable, storage.fallback.
test("a browser that has files and hands out none is refused for good, and may fall back", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const seen = [];
    for (const name of ["UnknownError", "SecurityError"]) {
      const workerUrl = `/worker-refused-${name.replace("Error", "").toLowerCase()}.js`;
      const refused = await refusal(open("private", {}, { workerUrl }));
      const engine = await open("private", { fallback: "memory" }, { workerUrl });
      const { outcome } = await engine.executions.create({ lane: "l", kind: "k" });
      const { kind, fallback } = engine.storage;
      await engine.destroy();
      StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("no files today", name));
      const others = [sdk.listDatabases(), sdk.destroyDatabase({ name: "x" }), sdk.rescueDatabase({ name: "x" })];
      const codes = await Promise.all(others.map(async (one) => (await refusal(one)).code));
      seen.push({ refused, outcome, kind, fallback: fallback?.code, codes });
    }
    return seen;
  });
  for (const { refused, outcome, kind, fallback, codes } of seen) {
    assert.deepEqual([refused.code, refused.class], ["storage.unavailable", "terminal"], refused.message);
    assert.match(refused.message, /private window.*no files today/);
    assert.deepEqual([outcome, kind, fallback], ["created", "memory", "storage.unavailable"]);
    assert.deepEqual(codes, ["storage.unavailable", "storage.unavailable", "storage.unavailable"]);
  }
  assert.equal(seen.length, 2);
});

test("a page that is no secure context is refused, and may fall back", async (t) => {
  const page = await world.context.newPage();
  t.after(() => page.close());
  await visit(page, `http://${INSECURE_HOST}:${world.site.port}/`);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const refused = await refusal(open("insecure"));
    const engine = await open("insecure", { fallback: "memory" });
    const { kind, fallback } = engine.storage;
    await engine.close();
    const others = [sdk.listDatabases(), sdk.destroyDatabase({ name: "x" }), sdk.rescueDatabase({ name: "x" })];
    const codes = await Promise.all(others.map(async (one) => (await refusal(one)).code));
    return { secure: isSecureContext, refused, kind, fallback: fallback?.code, codes };
  });
  assert.equal(seen.secure, false);
  assert.equal(seen.refused.code, "storage.unavailable", seen.refused.message);
  assert.match(seen.refused.message, /secure context/);
  assert.deepEqual({ kind: seen.kind, fallback: seen.fallback }, { kind: "memory", fallback: "storage.unavailable" });
  assert.deepEqual(seen.codes, ["storage.unavailable", "storage.unavailable", "storage.unavailable"]);
});

// Contract: storage.fallback.
test("a fallback is for want of files alone: other refusals stay refusals", async (t) => {
  const page = await world.tab(t);
  const codes = await page.evaluate(async () => {
    const { open, refusal } = window.client;
    const holder = await open("held");
    const taken = await refusal(open("held", { fallback: "memory", waitMs: 0 }));
    const name = await refusal(open("../x", { fallback: "memory" }));
    await holder.close();
    return [taken.code, name.code];
  });
  assert.deepEqual(codes, ["storage.taken", "validation.invalid_input"]);
});

test("a worker that is not there, or falls at once, is a typed refusal", async (t) => {
  const page = await world.tab(t);
  const [absent, broken] = await page.evaluate(() => {
    const { open, refusal } = window.client;
    const urls = ["/nowhere/worker.js", "/broken-worker.js"];
    return Promise.all(urls.map((workerUrl) => refusal(open("workerless", {}, { workerUrl }))));
  });
  assert.equal(absent?.code, "storage.unavailable");
  assert.match(String(absent?.message), /worker/);
  assert.equal(broken?.code, "storage.unavailable");
  assert.match(String(broken?.message), /no worker today/);
});

// Contract: storage.unavailable.
test("a wasm file that is not there is refused by its address, and a right one opens afterwards", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const refused = await refusal(open("wasmless", {}, { wasmUrl: "/nowhere/tidegate.wasm" }));
    const names = await sdk.listDatabases();
    const engine = await open("wasmless", {}, { wasmUrl: "/wasm/tidegate_bg.wasm" });
    const { kind } = engine.storage;
    await engine.close();
    return { refused, names, kind };
  });
  const url = `${world.site.origin}/nowhere/tidegate.wasm`;
  assert.equal(seen.refused.code, "storage.unavailable");
  assert.equal(seen.refused.details["url"], url);
  assert.match(seen.refused.message, /nowhere.*404/);
  assert.ok(!seen.names.includes("wasmless"));
  assert.equal(seen.kind, "opfs");
});

test("a page with a strict content policy opens with workerUrl, and without it is told so", async (t) => {
  const page = await world.tab(t, "/guarded");
  const seen = await page.evaluate(async () => {
    const { open, refusal } = window.client;
    const refused = await refusal(open("guarded"));
    const engine = await open("guarded", {}, { workerUrl: "/browser/worker.js" });
    const { outcome } = await engine.executions.create({ lane: "l", kind: "k" });
    const { kind } = engine.storage;
    await engine.close();
    return { refused, outcome, kind };
  });
  assert.equal(seen.refused.code, "storage.unavailable");
  assert.match(seen.refused.message, /workerUrl/);
  assert.deepEqual([seen.kind, seen.outcome], ["opfs", "created"]);
});

test("a page whose content policy forbids WebAssembly is told so", async (t) => {
  const page = await world.tab(t, "/no-wasm");
  const refused = await page.evaluate(() => {
    const { open, refusal } = window.client;
    return refusal(open("no-wasm", {}, { workerUrl: "/browser/worker.js" }));
  });
  assert.equal(refused.code, "storage.unavailable", refused.message);
  assert.match(refused.message, /WebAssembly/);
});

test("addresses that lead nowhere, to another origin or to something else are typed refusals", async (t) => {
  const page = await world.tab(t);
  const elsewhere = `http://${INSECURE_HOST}:${world.site.port}`;
  const seen = await page.evaluate(async (elsewhere) => {
    const { open, refusal } = window.client;
    /** @type {Record<string, { workerUrl?: string, wasmUrl?: string }>} */
    const wrong = {
      "another origin's worker": { workerUrl: `${elsewhere}/browser/worker.js` },
      "another origin's wasm": { wasmUrl: `${elsewhere}/wasm/tidegate_bg.wasm` },
      "a page as the worker": { workerUrl: "/" },
      "a script as the wasm": { wasmUrl: "/browser/index.js" },
      "no address of a worker": { workerUrl: "http://[" },
      "no address of a wasm": { wasmUrl: "http://[" },
    };
    /** @type {Record<string, string>} */
    const codes = {};
    for (const [what, options] of Object.entries(wrong)) {
      const { typed, code, message } = await refusal(open("nowhere", {}, options));
      codes[what] = typed ? code : `untyped: ${message}`;
    }
    return codes;
  }, elsewhere);
  for (const [what, code] of Object.entries(seen))
    assert.match(code, /^(storage\.unavailable|validation\.invalid_input)$/, what);
});

// Contract: storage.names.
test("options that mean nothing are refused by name before anything is made", async (t) => {
  const page = await world.tab(t);
  const { fields, names } = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const wrong = [
      open(""),
      open(".hidden"),
      open("a/b"),
      open("x".repeat(65)),
      open("wrong", { waitMs: -1 }),
      open("wrong", { waitMs: Number.NaN }),
      open("wrong", /** @type {any} */ ({ durability: "best" })),
      open("wrong", /** @type {any} */ ({ fallback: "disk" })),
      open("wrong", {}, { payloadBytesMax: 0 }),
      open("wrong", {}, /** @type {any} */ ({ import: "file" })),
      open(/** @type {any} */ (5)),
      sdk.openEngine(/** @type {any} */ ({ storage: { kind: "cloud" } })),
    ];
    const refusals = await Promise.all(wrong.map((call) => refusal(call)));
    return { fields: refusals.map(({ code, details }) => [code, details["field"]]), names: await sdk.listDatabases() };
  });
  const expected = ["name", "name", "name", "name", "waitMs", "waitMs", "durability", "fallback"].map(
    (field) => `storage.${field}`,
  );
  assert.deepEqual(
    fields,
    [...expected, "payloadBytesMax", "import", "storage.name", "storage.kind"].map((field) => [
      "validation.invalid_input",
      field,
    ]),
  );
  for (const name of names) assert.notEqual(name, "wrong");
});

// Contract: storage.fallback.
test("a fallback never passes over a database that is there", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal } = window.client;
    const engine = await open("kept");
    await engine.executions.create({ lane: "l", kind: "k" });
    await engine.close();
    const codes = [];
    for (const workerUrl of ["/broken-worker.js", "/nowhere.js", "/panicking-worker.js"])
      codes.push((await refusal(open("kept", { fallback: "memory" }, { workerUrl }))).code);
    const again = await open("kept", { fallback: "memory" });
    const { executions } = await again.executions.list();
    await again.close();
    return { codes, kind: again.storage.kind, count: executions.length };
  });
  assert.deepEqual(seen.codes, ["storage.unavailable", "storage.unavailable", "engine.poisoned"]);
  assert.deepEqual([seen.kind, seen.count], ["opfs", 1]);
});
