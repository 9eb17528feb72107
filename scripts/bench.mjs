// `npm run bench`: measures the engine against the least SQL that does the same, natively and in WebAssembly, prints one
// table and writes JSON to benches/out. Ratios are taken within one run, lap by lap; nothing fails for a time.
// --quick small numbers, --native or --wasm one of the two, --filter=<text> only lines that contain it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./bench/environment.mjs";
import { buildNative, measureNative } from "./bench/native.mjs";
import { Table } from "./bench/table.mjs";
import { buildWasm, measureSize, measureWasm } from "./bench/wasm.mjs";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";
import { setUp } from "./setup.mjs";

/**
 * One line of the table, as the Rust half writes it; times in ns for one operation.
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ wanted: string, found: Spread, met: boolean }} Target
 * @typedef {{ engine: Spread, rows: Spread, excess: Spread }} Growth
 * @typedef {{ place: string, scenario: string, rounds?: number, engine?: Spread | null, rows?: Spread | null,
 *   bare?: Spread | null, shareOfRows?: Spread | null, shareOfBare?: Spread | null, growth?: Growth | null,
 *   target?: Target | null }} Line
 * @typedef {{ quick: boolean, filter: string, folder: string }} Plan
 */

const folder = join(root, "benches/out");

function options() {
  const chosen = { quick: false, native: true, wasm: true, filter: "" };
  for (const option of process.argv.slice(2)) {
    if (option === "--quick") chosen.quick = true;
    else if (option === "--native") chosen.wasm = false;
    else if (option === "--wasm") chosen.native = false;
    else if (option.startsWith("--filter=")) chosen.filter = option.slice("--filter=".length);
    else throw new Failure(`there is no option ${option}: name any of --quick, --native, --wasm, --filter=<text>.`);
  }
  return chosen;
}

/** @param {Line[]} lines */
function verdict(lines) {
  const targets = lines.flatMap(({ target }) => target ?? []);
  const missed = targets.filter(({ met }) => !met).length;
  return `${targets.length - missed} targets met, ${missed} missed`;
}

await asProgram(import.meta.url, async () => {
  const { quick, native, wasm, filter } = options();
  const env = await setUp("build");
  mkdirSync(folder, { recursive: true });
  const plan = { quick, filter, folder };
  const table = new Table();
  /** @type {Record<string, string>} */
  const sqlite = {};
  if (native) await buildNative(env);
  if (wasm) await buildWasm(env);
  if (native) sqlite["native"] = await measureNative(plan, table);
  if (wasm) sqlite["wasm"] = await measureWasm(plan, table);
  if (wasm) measureSize(plan, table);
  const measuredIn = environment(env, sqlite, quick);
  console.log(`\n${verdict(table.lines)}`);
  for (const [fact, value] of Object.entries(measuredIn)) console.log(`${fact}: ${value}`);
  const file = join(folder, quick ? "quick.json" : "bench.json");
  writeFileSync(file, `${JSON.stringify({ environment: measuredIn, lines: table.lines }, null, 2)}\n`);
});
