// A worker's script of another build than the page's: an address that caches keep longer than the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { World } from "../world/world.mjs";

const dist = new URL("../../../dist/", import.meta.url);
const program = readFileSync(new URL("browser/worker.js", dist), "utf8");
const build = /"([0-9a-f]{16})"/.exec(readFileSync(new URL("js/ground/build.js", dist), "utf8"))?.[1] ?? "none";

const world = new World({
  "/other-worker.js": program.replaceAll(build, "0123456789abcdef"),
  // One from before there were marks refuses what it is asked before it has opened its engine.
  "/older-worker.js": `
    importScripts("/browser/worker.js");
    const newer = onmessage;
    onmessage = (event) => newer({ data: { ...event.data, question: event.data.question === "build" ? "check" : event.data.question } });`,
});

// Contract: storage.version.
test("a worker of another build is told with what to do, takes no files, and the right one opens", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const refused = [];
    for (const workerUrl of ["/other-worker.js", "/older-worker.js"])
      refused.push(await refusal(open("mixed", { fallback: "memory" }, { workerUrl })));
    const names = await sdk.listDatabases();
    const engine = await open("mixed", { waitMs: 0 }, { workerUrl: "/browser/worker.js" });
    await engine.close();
    return { refused, names };
  });
  assert.deepEqual(
    seen.refused.map(({ code, typed, details }) => [code, typed, details["found"], details["needed"]]),
    [
      ["engine.version", true, "0123456789abcdef", build],
      ["engine.version", true, "none", build],
    ],
  );
  for (const { message } of seen.refused) assert.match(message, /deploy all files of the package together/);
  assert.ok(!seen.names.includes("mixed"));
});
