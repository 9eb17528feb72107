// A Firefox over a profile on disk, as far as tests of the engine use a browser: tabs that evaluate, and its end. Tests of the
// page by its elements, and of quotas, are for Chromium alone.

import { pathToFileURL } from "node:url";
import { findFirefox } from "../../../scripts/setup/browser.mjs";
import { root } from "../../../scripts/setup/project.mjs";

/** By its path: it is installed for tests alone, beside other runtimes. */
const driver = pathToFileURL(`${root}/tests/edge/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js`);

/** What tests tell outside of their pages. @typedef {(source: unknown, told: any) => void} Binding */

/**
 * @param {string} folder
 * @param {string} localHost a name that leads to this machine
 * @returns {Promise<any>} what the launch of a Chromium answers, as far as it goes
 */
export async function launchFirefox(folder, localHost) {
  const executablePath = findFirefox();
  if (executablePath === undefined) throw new Error("no firefox-esr or firefox is in PATH");
  const { default: puppeteer } = await import(driver.href);
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    userDataDir: folder,
    extraPrefsFirefox: { "network.dns.localDomains": localHost },
  });
  const group = browser.process().pid;
  const closed = new Promise((resolve) => browser.process().once("close", resolve));
  let isOpen = true;
  void closed.then(() => (isOpen = false));
  /** @type {Map<string, Binding>} */
  const bindings = new Map();
  const context = {
    async newPage() {
      const page = await browser.newPage();
      for (const [name, told] of bindings) await page.exposeFunction(name, (/** @type {any} */ it) => told(page, it));
      return page;
    },
    /** @param {string} name @param {Binding} told */
    async exposeBinding(name, told) {
      bindings.set(name, told);
    },
  };
  return {
    context,
    kill: async () => {
      // It leads the group of all its processes.
      if (isOpen) process.kill(-group, "SIGKILL");
      await closed;
    },
    close: () => browser.close(),
  };
}
