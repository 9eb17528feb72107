// The demonstration page: work survives reloads, kills and second tabs, and everyone can use it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "../laws/laws.mjs";
import { launch, profile, visit } from "../world/browser.mjs";
import { serve } from "../world/server.mjs";
import { World } from "../world/world.mjs";
import {
  attempts,
  controls,
  focused,
  meddle,
  meddling,
  PRINTS,
  RECEIPTS,
  reach,
  ready,
  rows,
  shopTab,
  submit,
  until,
  width,
} from "./shop.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */

const world = new World();

/** @param {string} query */
const at = (query) => `${world.site.origin}/www/${query}`;

/**
 * Holds a database that no tab has open against the laws.
 * @param {Page} page
 * @param {string} name
 */
function lookInto(page, name) {
  return page.evaluate(
    async ({ name, ledger }) => {
      const engine = await window.client.open(name);
      const { executions, wrong } = await window.client.inspect(engine, ledger);
      await engine.close();
      return { executions, wrong };
    },
    { name, ledger: new Ledger() },
  );
}

/**
 * What is true of work that was interrupted, once all of it is done.
 * @param {Page} page
 * @param {string[]} ids what was submitted
 */
async function finished(page, ids) {
  await until(page, "completed", ids.length);
  const all = await rows(page);
  assert.deepEqual(all.map(({ id }) => id).sort(), ids);
  const counted = await attempts(page);
  assert.deepEqual(counted, { ended_success: ids.length }, "each in the attempt that it was in");
}

test("a reload in mid-work loses nothing: what was under way goes on and is finished", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=reload"));
  await ready(page);
  await submit(page, PRINTS, 8);
  await until(page, "completed", 1);
  await until(page, "active", 1);
  const before = (await rows(page)).map(({ id }) => id).sort();
  await page.reload();
  await ready(page);
  assert.equal(await page.locator("[data-inherited]").count(), 1, "the visitor is told");
  await finished(page, before);
  await visit(page, `${world.site.origin}/`);
  assert.deepEqual(await lookInto(page, "reload"), { executions: 8, wrong: [] });
});

test("a kill of the browser in mid-work loses nothing: the next visit finishes the work", async (t) => {
  const [site, { folder, remove }] = await Promise.all([serve(), profile()]);
  let browser = await launch(folder);
  t.after(async () => {
    await browser.kill();
    await site.close();
    await remove();
  });
  const address = `${site.origin}/www/?name=killed`;
  const first = await shopTab(t, browser.context);
  await first.goto(address);
  await ready(first);
  await submit(first, PRINTS, 6);
  await until(first, "completed", 1);
  await until(first, "active", 1);
  const before = (await rows(first)).map(({ id }) => id).sort();
  await browser.kill();
  browser = await launch(folder);
  const second = await shopTab(t, browser.context);
  await second.goto(address);
  await ready(second);
  await finished(second, before);
  await visit(second, `${site.origin}/`);
  assert.deepEqual(await lookInto(second, "killed"), { executions: 6, wrong: [] });
});

test("a second tab is told that the first has the shop, and opens it once that one is closed", async (t) => {
  const first = await shopTab(t, world.context);
  await first.goto(at("?name=tabs"));
  await ready(first);
  await submit(first, RECEIPTS, 3);
  await until(first, "completed", 3);
  const second = await shopTab(t, world.context);
  await second.goto(at("?name=tabs"));
  const alert = second.locator('[role="alert"][data-alert="storage.taken"]');
  await alert.waitFor();
  const again = second.getByRole("button", { name: "Try again" });
  await again.click();
  await alert.waitFor();
  assert.equal(await second.locator("[data-execution-id]").count(), 0);
  await first.close();
  await again.click();
  await ready(second);
  await until(second, "completed", 3);
});

test("work is submitted and its details are opened with the keyboard alone", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=keyboard"));
  await ready(page);
  await reach(page, "Kind of work");
  await page.keyboard.press("m");
  await reach(page, "How many");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("2");
  await page.keyboard.press("Enter");
  await until(page, "completed", 2);
  assert.equal((await rows(page)).length, 2);
  assert.equal(await page.locator('[data-execution-id][data-kind="receipt"]').count(), 2);
  await reach(page, "Details of");
  await page.keyboard.press("Enter");
  await page.locator("[data-attempt-lifecycle]").first().waitFor();
});

test("every control has a name, in each state of the page", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=names"));
  await ready(page);
  await submit(page, PRINTS, 3);
  await until(page, "active", 1);
  const working = await controls(page);
  await until(page, "completed", 3);
  await attempts(page);
  const done = await controls(page);
  await page.getByRole("button", { name: "Delete everything" }).first().click();
  const asking = await controls(page);
  const other = await shopTab(t, world.context);
  await other.goto(at("?name=names"));
  await other.locator('[role="alert"]').waitFor();
  const refused = await controls(other);
  for (const found of [working, done, asking, refused]) {
    assert.ok(found.length > 0);
    for (const { role, name } of found) assert.notEqual(name.trim(), "", `a ${role} has no name`);
  }
  assert.ok(working.some(({ name }) => name.startsWith("Cancel ")));
});

test("nothing is wider than a screen of 360 pixels", async (t) => {
  const page = await shopTab(t, world.context);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(at("?name=narrow"));
  await ready(page);
  const widths = [await width(page)];
  await submit(page, PRINTS, 2);
  await until(page, "active", 1);
  widths.push(await width(page));
  await until(page, "completed", 2);
  await attempts(page);
  widths.push(await width(page));
  const other = await shopTab(t, world.context);
  await other.setViewportSize({ width: 360, height: 740 });
  await other.goto(at("?name=narrow"));
  await other.locator('[role="alert"]').waitFor();
  widths.push(await width(other));
  assert.deepEqual(widths, [360, 360, 360, 360]);
});

test("the address chooses memory or durability, and is told what is wrong with it", async (t) => {
  const page = await shopTab(t, world.context);
  const panel = page.locator("[data-storage-kind]");
  const told = async (/** @type {string} */ query) => {
    await page.goto(at(query));
    await ready(page);
    return [await panel.getAttribute("data-storage-kind"), await panel.getAttribute("data-storage-durability")];
  };
  assert.deepEqual(await told("?storage=memory"), ["memory", "none"]);
  assert.deepEqual(await told("?name=choice&durability=relaxed"), ["opfs", "relaxed"]);
  assert.deepEqual(await told("?name=choice"), ["opfs", "strict"]);
  for (const query of ["?name=No%20Name", "?storage=cloud", "?durability=best"]) {
    await page.goto(at(query));
    await page.locator('[role="alert"]').waitFor();
    assert.equal(await page.locator('[data-ready="true"]').count(), 0);
  }
});

test("deleting everything begins anew", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=deleted"));
  await ready(page);
  await submit(page, RECEIPTS, 4);
  await until(page, "completed", 4);
  await page.getByRole("button", { name: "Delete everything" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete everything" }).click();
  await page.locator('[data-ready="true"][data-count-all="0"]').waitFor();
  await submit(page, RECEIPTS, 1);
  await until(page, "completed", 1);
  assert.equal((await rows(page)).length, 1);
});

test("a batch that is refused in part or whole says so, and new orders have numbers of their own after a reload", async (t) => {
  const page = await shopTab(t, world.context);
  await meddle(page);
  await page.goto(at("?name=refused"));
  await ready(page);
  await submit(page, RECEIPTS, 2);
  const again = page.getByRole("button", { name: "Submit", exact: true });
  await page.getByLabel("How many").fill("12");
  await meddling(page, "refuse", 1);
  await again.click();
  assert.match(await page.locator('[data-batch="refused"]').innerText(), /^The batch was refused: .*lane/);
  await meddling(page, "refuse", 0.25);
  await again.click();
  const partly = await page.locator('[data-batch="partly"]').innerText();
  assert.match(partly, /^9 created of 12 in one commit, [\d.]+ ms: among orders 1015 to 1026\. 3 refused: lane/);
  await page.reload();
  await ready(page);
  await submit(page, RECEIPTS, 4);
  assert.match(await page.locator("[data-batch]").innerText(), /^4 created .*: orders 1027 to 1030\.$/);
  await until(page, "completed", 15);
  assert.equal((await rows(page)).length, 15);
});

test("a control that goes away leaves the focus beside it", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=focus"));
  await ready(page);
  await submit(page, PRINTS, 12);
  await page.getByRole("button", { name: "Cancel Print 1012" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Enter");
  await until(page, "cancelled", 1);
  await page.locator('[aria-label="Details of Print 1012"]:focus').waitFor();
  await page.getByRole("button", { name: /^Waiting/ }).click();
  await page.getByRole("button", { name: "Cancel Print 1011" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Enter");
  await page.locator('[data-order="1011"]').waitFor({ state: "detached" });
  await page.locator('[aria-label="Details of Print 1010"]:focus').waitFor();
  const other = await shopTab(t, world.context);
  await other.goto(at("?name=focus"));
  const again = other.getByRole("button", { name: "Try again" });
  await again.press("Enter");
  await again.waitFor({ state: "detached" });
  await again.waitFor();
  assert.equal(await focused(other), "The shop is open in another tab");
  await page.close();
  await again.press("Enter");
  await ready(other);
  assert.equal(await focused(other), "Submit a batch");
});

test("a full storage is said calmly, for as long as it is full; what is under way ends", async (t) => {
  const page = await shopTab(t, world.context);
  await page.goto(at("?name=full"));
  await ready(page);
  await page.locator('[data-storage-checked="sound"]').waitFor();
  await submit(page, PRINTS, 2);
  await until(page, "active", 2);
  // The limit holds for as long as the session that set it.
  const session = await world.context.newCDPSession(page);
  const { origin } = world.site;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  const form = page.getByRole("button", { name: "Submit", exact: true });
  await page.getByLabel("How many").fill("100");
  for (let batches = 0; (await page.locator('[data-batch="refused"]').count()) === 0; batches++) {
    assert.ok(batches < 100, "the storage never was full");
    await form.click();
    await page.locator('[aria-disabled="false"]', { hasText: "Submit" }).waitFor();
  }
  await page.locator('[data-full="true"]', { hasText: /new orders are refused until there is room/ }).waitFor();
  await page.locator('[data-storage-full="true"]').waitFor();
  await page.getByRole("button", { name: /^Completed/ }).click();
  await until(page, "completed", 2);
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await page.locator('[data-full="false"]:empty').waitFor({ state: "attached" });
  await submit(page, RECEIPTS, 1);
});

test("deleting everything right after damage ended the engine waits until the files are let go", async (t) => {
  const page = await shopTab(t, world.context);
  await meddle(page);
  await visit(page, `${world.site.origin}/`);
  await page.evaluate(async () => {
    const { bytesOf, open, put } = window.client;
    const engine = await open("lost");
    const inputs = Array.from({ length: 200 }, (_, index) => `${index} ${"x".repeat(900)}`);
    await Promise.all(inputs.map((input) => engine.executions.create({ lane: "l", kind: "k", input })));
    await engine.close();
    const bytes = await bytesOf("lost");
    const needle = new TextEncoder().encode('"100 xxxx');
    const found = bytes.findIndex((_, start) => needle.every((byte, index) => bytes[start + index] === byte));
    await put("lost", new Uint8Array(64).fill(0xff), found - (found % 4096));
  });
  await page.goto(at("?name=lost"));
  await ready(page);
  await meddling(page, "slowClose", 500);
  await page.locator('[data-alert="storage.damaged"]').waitFor();
  await page.getByRole("button", { name: "Delete everything" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete everything" }).click();
  await page.locator('[data-ready="true"][data-count-all="0"]').waitFor();
});
