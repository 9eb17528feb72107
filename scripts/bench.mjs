// `npm run bench`: measures the engine against the least SQL that does the same, natively, in WebAssembly and in Chromium,
// prints one table and writes JSON to benches/out. Ratios are taken within one run, lap by lap; nothing fails for a time.
// --quick small numbers; --native, --wasm, --chromium only what is named; --filter=<text> only lines that contain it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureChromium } from "./bench/chromium.mjs";
import { environment } from "./bench/environment.mjs";
import { buildNative, measureNative } from "./bench/native.mjs";
import { options } from "./bench/plan.mjs";
import { Table } from "./bench/table.mjs";
import { buildWasm, measureSize, measureWasm } from "./bench/wasm.mjs";
import { buildPackage } from "./package.mjs";
import { asProgram } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

const folder = join(root, "benches/out");

/** @param {import("./bench/table.mjs").Line[]} lines */
function verdict(lines) {
  const targets = lines.flatMap(({ target }) => target ?? []);
  const missed = targets.filter(({ met }) => !met).length;
  return `${targets.length - missed} targets met, ${missed} missed`;
}

await asProgram(import.meta.url, async () => {
  const { quick, native, wasm, chromium, filter } = options();
  const env = await setUp("build", ...(chromium ? ["browser"] : []));
  mkdirSync(folder, { recursive: true });
  const plan = { quick, filter, folder };
  const table = new Table();
  /** @type {Record<string, string>} */
  const sqlite = {};
  if (native) await buildNative(env);
  if (wasm || chromium) await buildWasm(env);
  if (chromium) await buildPackage(env);
  if (native) sqlite["native"] = await measureNative(plan, table);
  if (wasm) sqlite["wasm"] = await measureWasm(plan, table);
  if (wasm) measureSize(plan, table);
  /** @type {Record<string, string>} */
  const browser = {};
  if (chromium) {
    const { sqlite: inChromium, version } = await measureChromium(plan, table);
    sqlite["Chromium"] = inChromium;
    browser["Chromium"] = version;
  }
  const measuredIn = { ...environment(env, sqlite, quick), ...browser };
  console.log(`\n${verdict(table.lines)}`);
  for (const [fact, value] of Object.entries(measuredIn)) console.log(`${fact}: ${value}`);
  const file = join(folder, quick ? "quick.json" : "bench.json");
  writeFileSync(file, `${JSON.stringify({ environment: measuredIn, lines: table.lines }, null, 2)}\n`);
});
