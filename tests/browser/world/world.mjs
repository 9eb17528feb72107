// One server and one browser for the tests of a file, and tabs that close with their test.

import { after, before } from "node:test";
import { launch, profile, tab } from "./browser.mjs";
import { serve } from "./server.mjs";

/** @typedef {import("./browser.mjs").Chromium} Chromium */
/** @typedef {import("./server.mjs").Site} Site */
/** @typedef {import("node:test").TestContext} TestContext */

export class World {
  /** @type {Site | undefined} */
  #site;
  /** @type {Chromium | undefined} */
  #browser;

  /**
   * To be made at the top of a file.
   * @param {Record<string, import("./server.mjs").Program>} programs scripts of the tests' own, by address
   */
  constructor(programs = {}) {
    /** @type {Awaited<ReturnType<typeof profile>> | undefined} */
    let folder;
    before(async () => {
      this.#site = await serve({ programs });
      folder = await profile();
      this.#browser = await launch(folder.folder);
    });
    after(async () => {
      await this.#browser?.close();
      await this.#site?.close();
      await folder?.remove();
    });
  }

  get site() {
    if (this.#site === undefined) throw new Error("the server is not up");
    return this.#site;
  }

  get context() {
    if (this.#browser === undefined) throw new Error("the browser is not up");
    return this.#browser.context;
  }

  /**
   * A tab with the helpers of client.mjs, for as long as the test runs.
   * @param {TestContext} test
   */
  async tab(test, path = "/") {
    const page = await tab(this.context, `${this.site.origin}${path}`);
    test.after(() => page.close());
    return page;
  }
}
