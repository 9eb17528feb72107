// A browser over a profile on disk: launching it, its pages, and killing it in mid-work. A Chromium, or where
// TIDEGATE_BROWSER=firefox says so, a Firefox.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { find } from "../../../scripts/setup/child.mjs";
import { launchFirefox } from "./firefox.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */
/** @typedef {{ context: Context, kill: () => Promise<void>, close: () => Promise<void> }} Chromium */

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** An origin that is no secure context leads to this machine as well. */
export const INSECURE_HOST = "insecure.example";

const args = ["--no-sandbox", `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`];

/** A folder for a profile, and its end. */
export async function profile() {
  const folder = await mkdtemp(join(tmpdir(), "tidegate-profile-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) };
}

/** What playwright-core switches off that visitors have on. */
const ignoreDefaultArgs = ["--disable-back-forward-cache"];

/**
 * Launches a browser over a profile. Other contexts than a profile's keep the origin's files in memory.
 * @param {string} folder
 * @returns {Promise<Chromium>}
 */
export async function launch(folder) {
  if (process.env["TIDEGATE_BROWSER"] === "firefox") return launchFirefox(folder, INSECURE_HOST);
  const executablePath = names.map((name) => find(name)).find((path) => path !== undefined);
  if (executablePath === undefined) throw new Error(`none of ${names.join(", ")} is in PATH`);
  const options = { executablePath, headless: true, args, ignoreDefaultArgs };
  const context = await chromium.launchPersistentContext(folder, options);
  const group = await processGroup(context);
  let isOpen = true;
  const closed = new Promise((resolve) => context.once("close", resolve)).then(() => {
    isOpen = false;
  });
  return {
    context,
    kill: async () => {
      if (isOpen) process.kill(-group, "SIGKILL");
      await closed;
    },
    close: () => context.close(),
  };
}

/**
 * The browser leads the group of all its processes.
 * @param {Context} context
 */
async function processGroup(context) {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = (await session?.send("SystemInfo.getProcessInfo")) ?? { processInfo: [] };
  const browser = processInfo.find(({ type }) => type === "browser");
  if (browser === undefined) throw new Error("the browser did not tell its process");
  return browser.id;
}

/**
 * A tab with the package and the helpers of client.mjs loaded.
 * @param {Context} context
 * @param {string} url
 */
export async function tab(context, url) {
  const page = await context.newPage();
  await visit(page, url);
  return page;
}

/**
 * @param {Page} page
 * @param {string} url
 */
export async function visit(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.client !== undefined);
}
