// `npm run bench`: measures the engine against the least SQL that does the same, natively, in WebAssembly and in Chromium,
// prints one table and writes JSON to benches/out. Ratios are taken within one run, lap by lap; nothing fails for a time.
// --quick small numbers; --native, --wasm, --chromium only what is named; --filter=<text> only lines that contain it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureChromium } from "./bench/chromium.mjs";
import { environment } from "./bench/environment.mjs";
import { buildNative, measureNative } from "./bench/native.mjs";
import { Table } from "./bench/table.mjs";
import { buildWasm, measureSize, measureWasm } from "./bench/wasm.mjs";
import { buildPackage } from "./package.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

/**
 * One line of the table, as the Rust half writes it; times in ns for one operation.
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ wanted: string, found: Spread, met: boolean }} Target
 * @typedef {{ engine: Spread, rows: Spread, excess: Spread }} Growth
 * @typedef {{ place: string, scenario: string, rounds?: number, engine?: Spread | null, rows?: Spread | null,
 *   bare?: Spread | null, raw?: Spread | null, shareOfRows?: Spread | null, shareOfBare?: Spread | null, shareOfRaw?: Spread | null,
 *   counts?: Record<string, import("./bench/browser/counting.mjs").Counts>, growth?: Growth | null,
 *   target?: Target | null }} Line
 * @typedef {{ quick: boolean, filter: string, folder: string }} Plan
 */

const folder = join(root, "benches/out");

const PLACES = ["native", "wasm", "chromium"];

function options() {
  const chosen = { quick: false, filter: "" };
  /** @type {Set<string>} */
  const places = new Set();
  for (const option of process.argv.slice(2)) {
    if (option === "--quick") chosen.quick = true;
    else if (PLACES.includes(option.slice(2))) places.add(option.slice(2));
    else if (option.startsWith("--filter=")) chosen.filter = option.slice("--filter=".length);
    else
      throw new Failure(
        `there is no option ${option}: name any of --quick, --filter=<text>, --${PLACES.join(", --")}.`,
      );
  }
  const [native, wasm, chromium] = PLACES.map((place) => places.size === 0 || places.has(place));
  return { ...chosen, native, wasm, chromium };
}

/** @param {Line[]} lines */
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
