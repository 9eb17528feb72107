// How a script ends when it cannot go on: one sentence that says what is missing and what to do, and exit code 1.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

export class Failure extends Error {}

/**
 * Runs a script's body if its file was started, not if it was imported.
 * @param {string} url the script's import.meta.url
 * @param {() => Promise<void>} body
 */
export async function asProgram(url, body) {
  const started = process.argv[1];
  if (started === undefined || realpathSync(started) !== fileURLToPath(url)) return;
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`tidegate: ${error.message}`);
    process.exitCode = 1;
  }
}
