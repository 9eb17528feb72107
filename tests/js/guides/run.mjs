// Running a sample in this process, with what stands around it.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as front from "../../../dist/js/index.js";
import * as testing from "../../../dist/js/testing.js";
import { body, promised } from "./samples.mjs";

/** @typedef {import("./samples.mjs").Sample} Sample */
/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

/**
 * What stands around a sample: names that it uses without saying where they are from, and what is true afterwards. One
 * that goes on for ever ends as its engine is closed, when `until` resolves.
 * @typedef {{
 *   around?: (engine: Engine) => unknown,
 *   until?: (engine: Engine) => Promise<unknown>,
 *   after?: (engine: Engine) => unknown,
 * }} Scene
 */

/** @type {new (...parameters: string[]) => (...given: unknown[]) => Promise<void>} */
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

/** As a reader writes it: texts inside of something in double quotes. @param {unknown[]} values */
function shown(values) {
  return values
    .map((value) =>
      typeof value === "string" ? value : inspect(value, { breakLength: Infinity }).replaceAll("'", '"'),
    )
    .join(" ");
}

/** What a sample may import, with the engines that it opens; tests of a sample are run as it comes to them. */
function doors() {
  /** @type {Engine[]} */
  const opened = [];
  /** @type {Promise<unknown>[]} */
  const tests = [];
  const keep = (/** @type {Engine} */ engine) => {
    opened.push(engine);
    return engine;
  };
  const modules = /** @type {Record<string, object>} */ ({
    tidegate: {
      ...front,
      openEngine: async (/** @type {import("../../../dist/js/index.js").OpenOptions} */ options) =>
        keep(await front.openEngine(options)),
    },
    "tidegate/testing": {
      ...testing,
      openTestEngine: async (/** @type {Parameters<typeof testing.openTestEngine>} */ ...options) => {
        const made = await testing.openTestEngine(...options);
        keep(made.engine);
        return made;
      },
    },
    "node:test": {
      test: (/** @type {string} */ _, /** @type {() => unknown} */ run) => tests.push(Promise.resolve().then(run)),
    },
  });
  modules["./dist/js/index.js"] = /** @type {object} */ (modules["tidegate"]);
  const load = async (/** @type {string} */ name) => modules[name] ?? (await import(name));
  return { opened, tests, load: Object.assign(load, { resolve: import.meta.resolve }) };
}

/**
 * Runs a sample over an engine in memory, and compares what it prints with what it says.
 * @param {Sample} sample
 * @param {Scene} scene
 */
export async function run({ code, page, heading }, { around, until, after } = {}) {
  const engine = await front.openEngine({ storage: { kind: "memory" } });
  const { opened, tests, load } = doors();
  /** @type {string[]} */
  const printed = [];
  const console = { log: (/** @type {unknown[]} */ ...values) => printed.push(shown(values)) };
  const names = /** @type {object} */ ((await around?.(engine)) ?? {});
  const parameters = { engine, console, load, ...names };
  try {
    const whole = new AsyncFunction(...Object.keys(parameters), body(code))(...Object.values(parameters));
    if (until) void until(engine).then(() => engine.close());
    await whole.catch((thrown) => {
      if (!until || thrown.code !== "engine.closed") throw thrown;
    });
    await Promise.all(tests);
    assert.deepEqual(printed.sort(), promised(code).sort(), `what is printed in ${page}, ${heading}`);
    await after?.(engine);
  } catch (thrown) {
    throw new Error(`the sample of ${page}, ${heading}: ${thrown}`, { cause: thrown });
  } finally {
    await Promise.all([engine, ...opened].map((one) => one.close()));
  }
}
