// The samples of the guides that need a browser run in one, as they stand there. React's hooks are those of Preact.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { body, pages, promised, samplesOf } from "../../js/guides/samples.mjs";
import { World } from "../world/world.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {{ engine: Engine, exported: Record<string, any> }} Ran */

const world = new World({ "/react.js": await hooks() });

async function hooks() {
  const made = await rolldown({ input: fileURLToPath(import.meta.resolve("preact/compat")), platform: "browser" });
  const { output } = await made.generate({ format: "esm" });
  await made.close();
  return output[0].code;
}

/** What is done before a sample and after it. @typedef {{ before?: () => Promise<void>, after: (tab: Page) => Promise<void> }} Scene */

/** By page and heading. @type {Record<string, Record<string, Scene>>} */
const scenes = {
  "docs/react-pwa-offline.md": {
    "How does a component show how something stands?": {
      after: async (tab) => assert.deepEqual(await tab.evaluate(drawn), ["waiting", "50 %", "completed"]),
    },
    "How do I go on without a network?": {
      before: () => world.context.setOffline(true),
      async after(tab) {
        await tab.evaluate(until, "waiting");
        await world.context.setOffline(false);
        await tab.evaluate(until, "completed");
      },
    },
  },
};

/** Runs a sample over an engine in memory, and leaves it there. @param {{ script: string }} sample */
async function run({ script }) {
  const { sdk } = window.client;
  const AsyncFunction = /** @type {any} */ (async () => {}).constructor;
  const engine = await sdk.openEngine({ storage: { kind: "memory" } });
  /** @type {Engine[]} */
  const opened = [];
  /** @type {string[]} */
  const printed = [];
  const load = async (/** @type {string} */ name) => {
    if (name === "react") return import(String("/react.js"));
    const openEngine = async (/** @type {import("../../../dist/js/index.js").OpenOptions} */ options) => {
      const one = await sdk.openEngine(options);
      opened.push(one);
      return one;
    };
    return { ...sdk, openEngine };
  };
  const console = { log: (/** @type {unknown[]} */ ...values) => printed.push(values.map(String).join(" ")) };
  const exported = await new AsyncFunction("engine", "load", "console", script)(engine, load, console);
  Object.assign(window, { ran: { engine, exported } });
  for (const one of opened) await one.destroy();
  return printed;
}

/** What a component shows of an execution, each time that it is something else. */
async function drawn() {
  const { engine, exported } = /** @type {{ ran: Ran }} */ (/** @type {unknown} */ (window)).ran;
  const { createElement, render } = await import(String("/react.js"));
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const place = document.body.appendChild(document.createElement("p"));
  /** @type {string[]} */
  const shown = [];
  const look = () => place.textContent !== "…" && shown.push(String(place.textContent));
  new MutationObserver(look).observe(place, { childList: true, characterData: true, subtree: true });
  render(createElement(exported["Standing"], { engine, executionId }), place);
  const seen = async (/** @type {string} */ text) => {
    while (shown.at(-1) !== text) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await seen("waiting");
  engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        await task.progress(50);
        await seen("50 %");
      },
    },
  );
  await seen("completed");
  return [...new Set(shown)].filter((text) => text !== "active");
}

/** Resolves once the newest execution is in a state. @param {string} state */
async function until(state) {
  const { engine } = /** @type {{ ran: Ran }} */ (/** @type {unknown} */ (window)).ran;
  for (;;) {
    const { executions } = await engine.executions.search({ limit: 1 });
    if (executions[0]?.publicState === state) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const page of pages) {
  const samples = samplesOf(page).filter(({ place }) => place === "browser");
  if (samples.length === 0) continue;
  test(`the samples of ${page} run in a browser, and print what they say`, { timeout: 120_000 }, async (t) => {
    const tab = await world.tab(t);
    for (const { code, heading } of samples) {
      const scene = scenes[page]?.[heading];
      await scene?.before?.();
      const printed = await tab.evaluate(run, { script: body(code) });
      assert.deepEqual(printed.sort(), promised(code).sort(), `${page}, ${heading}`);
      await scene?.after(tab);
    }
  });
}
