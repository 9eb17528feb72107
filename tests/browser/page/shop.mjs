// The demonstration page as its visitor uses it.

import assert from "node:assert/strict";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("../world/browser.mjs").Context} Context */
/** @typedef {import("node:test").TestContext} TestContext */

/** Work on prints takes seconds each: time to interrupt it. */
export const PRINTS = "Develop prints";
export const RECEIPTS = "Mail receipts";

/** How long a lease that was left behind may take to lapse, and the work after it, in ms. */
const PATIENCE_MS = 60_000;

/**
 * Opens a tab that goes to the page next; once the test is over, what went wrong on its console fails it.
 * @param {TestContext} test
 * @param {Context} context
 */
export async function shopTab(test, context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  test.after(async () => {
    await page.close().catch(() => {});
    assert.deepEqual(complaints, [], "the console says nothing");
  });
  return page;
}

/** @param {Page} page */
export async function ready(page) {
  await page.locator('[data-ready="true"]').waitFor();
}

/**
 * @param {Page} page
 * @param {string} kind
 * @param {number} many
 */
export async function submit(page, kind, many) {
  await page.getByLabel("Kind of work").selectOption({ label: kind });
  await page.getByLabel("How many").fill(String(many));
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  await page.locator('[data-batch="created"]').waitFor();
}

/**
 * Waits until at least so many rows are in a state.
 * @param {Page} page
 * @param {string} state
 * @param {number} many
 */
export async function until(page, state, many) {
  await page
    .locator(`[data-execution-id][data-state="${state}"]`)
    .nth(many - 1)
    .waitFor();
}

/**
 * The rows that the page shows.
 * @param {Page} page
 */
export function rows(page) {
  return page.locator("[data-execution-id]").evaluateAll((found) =>
    found.map((row) => {
      const { executionId = "", state = "", attempts = "", reclaims = "" } = /** @type {HTMLElement} */ (row).dataset;
      return { id: executionId, state, attempts: Number(attempts), reclaims: Number(reclaims) };
    }),
  );
}

/**
 * Opens all details, and counts the attempts by what became of them.
 * @param {Page} page
 */
export async function attempts(page) {
  for (const button of await page.getByRole("button", { name: /^Details of/ }).all())
    if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  const lifecycles = await page
    .locator("[data-attempt-lifecycle]")
    .evaluateAll((found) => found.map((one) => /** @type {HTMLElement} */ (one).dataset["attemptLifecycle"] ?? ""));
  /** @type {Record<string, number>} */
  const counted = {};
  for (const one of lifecycles) counted[one] = (counted[one] ?? 0) + 1;
  return counted;
}

/**
 * Lets the test meddle with what the page's next document sends to its engine: `refuse` makes a share of the creates
 * such as the engine refuses, `slowClose` keeps it from its files a while longer.
 * @param {Page} page
 */
export async function meddle(page) {
  await page.addInitScript(() => {
    const send = Worker.prototype.postMessage;
    /** @param {any} message */
    Worker.prototype.postMessage = function (message) {
      const { dataset } = document.documentElement;
      if (message.question === "close" && dataset["slowClose"]) {
        setTimeout(() => send.call(this, message), Number(dataset["slowClose"]));
        return;
      }
      if (message.question === "batch" && dataset["refuse"]) {
        const calls = JSON.parse(message.args[0]);
        const creates = calls.filter((/** @type {any} */ { op }) => op === "create_execution");
        for (const { args } of creates.slice(0, creates.length * Number(dataset["refuse"]))) args.lane = "";
        message.args[0] = JSON.stringify(calls);
      }
      send.call(this, message);
    };
  });
}

/**
 * Counts what the page's next document asks of its engine, and how often it reads the flow that it shows; with `rewind`
 * it has the next reading of events begin before all that is kept.
 * @param {Page} page
 */
export async function eavesdrop(page) {
  await page.addInitScript(() => {
    const send = Worker.prototype.postMessage;
    /** @param {string} what */
    const count = (what) => {
      const { dataset } = document.documentElement;
      dataset[what] = String(Number(dataset[what] ?? 0) + 1);
    };
    /** @param {any} message */
    Worker.prototype.postMessage = function (message) {
      const { dataset } = document.documentElement;
      if (message.question !== "sleep") count("asked");
      if (message.question === "batch" && message.args[0].includes('"op":"describe_flow"')) count("flows");
      const reads = message.question === "batch" && message.args[0].includes('"op":"read_events"');
      if (reads && dataset["rewind"]) {
        delete dataset["rewind"];
        message.args[0] = message.args[0].replace(/"after":"e\d+"/, '"after":"e0"');
      }
      send.call(this, message);
    };
  });
}

/**
 * Sets what `meddle` or `eavesdrop` does from now on.
 * @param {Page} page
 * @param {"refuse" | "rewind" | "slowClose"} how
 * @param {number | undefined} amount
 */
export function meddling(page, how, amount) {
  return page.evaluate(
    ([how, amount]) => {
      if (amount === undefined) delete document.documentElement.dataset[how];
      else document.documentElement.dataset[how] = String(amount);
    },
    /** @type {const} */ ([how, amount]),
  );
}

/**
 * What has the focus, as it is called.
 * @param {Page} page
 */
export function focused(page) {
  return page.evaluate(() => {
    const held = document.activeElement;
    return held === document.body ? "" : (held?.getAttribute("aria-label") ?? held?.textContent ?? "").trim();
  });
}

/**
 * Presses Tab until the control of this name has the focus, which must show.
 * @param {Page} page
 * @param {string} name
 */
export async function reach(page, name) {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const control = /** @type {HTMLInputElement | null} */ (document.activeElement);
      const label = control?.getAttribute("aria-label") ?? control?.labels?.[0]?.textContent ?? control?.textContent;
      const { outlineStyle, boxShadow } = getComputedStyle(control ?? document.body);
      return { label: label ?? "", shows: outlineStyle !== "none" || boxShadow !== "none" };
    });
    if (!focused.label.trim().startsWith(name)) continue;
    assert.ok(focused.shows, `the focus on ${name} shows`);
    return;
  }
  throw new Error(`Tab never reached ${name}`);
}

/**
 * The controls as assistive technology gets them.
 * @param {Page} page
 */
export async function controls(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const roles = [
    "button",
    "tab",
    "link",
    "combobox",
    "spinbutton",
    "textbox",
    "checkbox",
    "switch",
    "progressbar",
    "dialog",
  ];
  return nodes
    .filter((node) => !node.ignored && roles.includes(String(node.role?.value)))
    .map((node) => ({ role: String(node.role?.value), name: String(node.name?.value ?? "") }));
}

/**
 * How wide the page is, with all it holds.
 * @param {Page} page
 */
export function width(page) {
  return page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
}
