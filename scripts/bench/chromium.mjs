// The run in Chromium: headless, with a profile on the disk, because files in a private window live in memory.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { wasmFile } from "../build.mjs";
import { findBrowser } from "../setup/browser.mjs";
import { Failure } from "../setup/failure.mjs";
import { root } from "../setup/project.mjs";
import { serve } from "./serve.mjs";
import { benchmark } from "./wasm.mjs";

/**
 * Measures in Chromium; answers the versions of SQLite and of the browser.
 * @param {import("./plan.mjs").Plan} plan
 * @param {import("./table.mjs").Table} table
 */
export async function measureChromium(plan, table) {
  const library = await import(pathToFileURL(join(root, benchmark.folder, "tidegate_bench.js")).href);
  library.initSync({ module: readFileSync(wasmFile(benchmark)) });
  const folders = { bench: "scripts/bench", wasm: benchmark.folder, dist: "dist" };
  const served = Object.entries(folders).map(([name, folder]) => [name, join(root, folder)]);
  const { url, stop } = await serve(Object.fromEntries(served));
  const profile = mkdtempSync(join(plan.folder, "profile-"));
  const context = await launched(profile);
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.exposeFunction(
      "take",
      (/** @type {import("./browser/bench.mjs").Timed | import("./browser/bench.mjs").Counted} */ timed) =>
        table.take("laps" in timed ? JSON.parse(library.line(JSON.stringify(timed))) : timed),
    );
    await page.goto(`${url}/bench/browser/page.html`);
    const sqlite = await page.evaluate(async ({ quick, filter }) => {
      const { measure } = await import(new URL("page.mjs", location.href).href);
      return measure({ quick, filter }, /** @type {any} */ (globalThis).take);
    }, plan);
    return { sqlite, version: context.browser()?.version() ?? "unknown" };
  } catch (error) {
    throw new Failure(`the benchmark in Chromium stopped: ${error}`);
  } finally {
    await context.close();
    stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** @param {string} profile */
async function launched(profile) {
  // Imported when it is wanted: its package is installed by the set-up.
  const { chromium } = await import("playwright-core");
  const executablePath = findBrowser();
  if (!executablePath) throw new Failure("Chromium is missing: install it so that it is in PATH, then run this again.");
  return chromium.launchPersistentContext(profile, { executablePath, headless: true, args: ["--no-sandbox"] });
}
