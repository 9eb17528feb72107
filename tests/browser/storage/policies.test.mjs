// Pages that allow less than others: what they name or give opens the engine, and what they refuse is told with its remedy.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const body = readFileSync(new URL("../../../dist/browser/worker.js", import.meta.url), "utf8");

const world = new World({
  "/isolated-worker.js": { body, headers: { "cross-origin-embedder-policy": "require-corp" } },
  "/worker-as-a-page.js": { body, type: "text/html", headers: { "x-content-type-options": "nosniff" } },
  "/no-such-worker.js": { body: "", status: 410 },
});

/** What is seen of an open: the kind of its storage, or its refusal. @param {{ name: string, workerUrl?: string, trusted?: boolean }} options */
async function opened({ name, workerUrl, trusted }) {
  const { open, sdk } = window.client;
  /** @type {any} */
  const { trustedTypes } = window;
  const policy = trusted && trustedTypes.createPolicy("shop", { createScriptURL: (/** @type {string} */ url) => url });
  const address = policy ? policy.createScriptURL(workerUrl) : workerUrl;
  try {
    const engine = await open(name, { waitMs: 10_000 }, address === undefined ? {} : { workerUrl: address });
    const { outcome } = await engine.executions.create({ lane: "l", kind: "k" });
    await engine.destroy();
    return `${engine.storage.kind} ${outcome}`;
  } catch (thrown) {
    return thrown instanceof sdk.TidegateError ? `${thrown.code}: ${thrown.message}` : `untyped: ${thrown}`;
  }
}

// Contract: storage.trusted.
for (const path of ["/trusted", "/trusted-by-name"])
  test(`files are opened where no text is trusted as a script: ${path}`, async (t) => {
    const page = await world.tab(t, path);
    assert.equal(await page.evaluate(opened, { name: "trusted" }), "opfs created");
    assert.equal(await page.evaluate(opened, { name: "trusted" }), "opfs created", "once more");
  });

// Contract: storage.trusted.
test("a TrustedScriptURL of the page's own policy is taken as it is", async (t) => {
  const page = await world.tab(t, "/trusted-by-other-names");
  const workerUrl = "/browser/worker.js";
  assert.equal(await page.evaluate(opened, { name: "given", workerUrl, trusted: true }), "opfs created");
});

// Contract: storage.trusted.
test("a page that trusts neither the package's policy nor a text is told both ways out", async (t) => {
  const page = await world.tab(t, "/trusted-by-other-names");
  for (const options of [{ name: "none" }, { name: "none", workerUrl: "/browser/worker.js" }])
    assert.match(
      await page.evaluate(opened, options),
      /^storage\.unavailable: .*TrustedScriptURL.*trusted-types tidegate.*workerUrl/,
    );
});

// Contract: storage.unavailable.
test("a worker that a content policy refuses is told so by its directive, with the remedy", async (t) => {
  const guarded = await world.tab(t, "/guarded");
  assert.match(
    await guarded.evaluate(opened, { name: "guarded" }),
    /^storage\.unavailable: .*content policy.*worker-src.*set workerUrl/,
  );
  const without = await world.tab(t, "/no-workers");
  assert.match(
    await without.evaluate(opened, { name: "guarded", workerUrl: "/browser/worker.js" }),
    /^storage\.unavailable: .*content policy.*worker-src.*\/browser\/worker\.js/,
  );
});

// Contract: storage.unavailable.
test("a worker's script without the header that an isolated page needs is told so, and opens with it", async (t) => {
  const page = await world.tab(t, "/isolated");
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  const without = await page.evaluate(opened, { name: "isolated", workerUrl: "/browser/worker.js" });
  assert.match(without, /^storage\.unavailable: .*\/browser\/worker\.js.*Cross-Origin-Embedder-Policy/);
  assert.equal(await page.evaluate(opened, { name: "isolated", workerUrl: "/isolated-worker.js" }), "opfs created");
  assert.equal(await page.evaluate(opened, { name: "isolated" }), "opfs created", "from the program carried along");
});

// Contract: storage.unavailable.
test("what is answered in the place of a worker's script is told", async (t) => {
  const page = await world.tab(t);
  const answers = [
    ["/no-such-worker.js", /^storage\.unavailable: .*no-such-worker\.js.*410/],
    ["/worker-as-a-page.js", /^storage\.unavailable: .*worker-as-a-page\.js.*text\/html/],
  ];
  for (const [workerUrl, told] of answers)
    assert.match(
      await page.evaluate(opened, { name: "none", workerUrl: String(workerUrl) }),
      /** @type {RegExp} */ (told),
    );
});
