// The photo application as somebody uses it: photos are chosen, the server fails, the page is reloaded in the middle.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { servePhotos } from "../../../examples/photos/server.mjs";
import { launch, profile } from "../world/browser.mjs";

/** @typedef {import("../../../examples/photos/server.mjs").Mood} Mood */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string, type: string, byteCount: number, sha256: string }} Photo */

const PHOTO_BYTES = 3_000_000;
const PATIENCE_MS = 120_000;

/** @type {Awaited<ReturnType<typeof launch>>} */
let browser;
/** @type {Awaited<ReturnType<typeof profile>>} */
let home;
/** @type {string} */
let folder;

before(async () => {
  [home, folder] = await Promise.all([profile(), mkdtemp(join(tmpdir(), "tidegate-photos-"))]);
  browser = await launch(home.folder);
  await browser.context.addInitScript(recordNotifications);
});
after(async () => {
  await browser?.close();
  await home?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Notifications are written down where a reload does not reach. */
function recordNotifications() {
  const told = () => JSON.parse(localStorage.getItem("told") ?? "[]");
  window.Notification = /** @type {any} */ (
    class {
      static permission = "granted";
      static requestPermission = async () => "granted";
      /** @param {string} _ @param {{ body: string }} options */
      constructor(_, { body }) {
        localStorage.setItem("told", JSON.stringify([...told(), body]));
      }
    }
  );
}

/** @param {Page} page @returns {Promise<string[]>} */
const told = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("told") ?? "[]"));

/** Photos on disk, and what the server must have of them. @param {number} count @param {number} bytes */
async function photos(count, bytes) {
  const made = Array.from({ length: count }, (_, at) => ({
    path: join(folder, `photo ${at} é.jpg`),
    body: randomBytes(bytes),
  }));
  await Promise.all(made.map(({ path, body }) => writeFile(path, body)));
  const paths = made.map(({ path }) => path);
  const wanted = made.map(({ body }, at) => ({
    name: `photo ${at} é.jpg`,
    type: "image/jpeg",
    byteCount: bytes,
    sha256: createHash("sha256").update(body).digest("hex"),
  }));
  return { paths, wanted };
}

/** @param {Page} page @param {string[]} paths */
async function choose(page, paths) {
  await page.getByLabel("Photos to send").setInputFiles(paths);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** @param {Page} page @param {string} origin */
async function visit(page, origin) {
  await page.goto(origin);
  await page.waitForSelector("html[data-ready]");
}

/** @param {Iterable<Photo>} found */
const byName = (found) => [...found].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Every photo meets a failure of its own first: of each sort, and some of them twice. @type {Mood[][]} */
const courses = [["busy"], ["hangs up"], ["mute"], [], ["busy", "hangs up", "mute"]];

test("twenty photos reach a failing server byte by byte, once each, over a reload, and are told of once", async (t) => {
  /** @type {Map<string, Mood[]>} */
  const course = new Map();
  const mood = (/** @type {string} */ key, /** @type {number} */ turn) => {
    if (!course.has(key)) course.set(key, courses[course.size % courses.length] ?? []);
    return course.get(key)?.[turn] ?? "well";
  };
  const site = await servePhotos({ mood });
  t.after(() => site.close());
  const { paths, wanted } = await photos(20, PHOTO_BYTES);
  const page = await browser.context.newPage();
  await visit(page, site.origin);
  await choose(page, paths);
  await page.waitForFunction(() => document.querySelectorAll("li[data-state=completed]").length >= 5, undefined, {
    timeout: PATIENCE_MS,
  });
  const atReload = site.ledger.size;
  assert.ok(atReload < 20, `the reload comes in the middle, not after ${atReload}`);
  await page.reload();
  await page.getByText("20 of 20 photos have arrived.", { exact: true }).waitFor({ timeout: PATIENCE_MS });
  assert.deepEqual(byName(site.ledger.values()), byName(wanted));
  await page.getByText("20 of 20 photos have arrived", { exact: true }).waitFor();
  assert.equal(await page.getByRole("progressbar").count(), 20);
  await visit(page, site.origin);
  await page.getByText("20 of 20 photos have arrived.", { exact: true }).waitFor();
  assert.deepEqual(await told(page), ["20 of 20 photos have arrived."]);
  await page.close();
});

test("a photo that is refused for good does not keep the others from arriving, nor the notification", async (t) => {
  const mood = (/** @type {string} */ _, /** @type {number} */ turn, /** @type {string} */ name) =>
    name.startsWith("photo 1") ? "refuses" : turn === 0 ? "busy" : "well";
  const site = await servePhotos({ mood: /** @type {(key: string, turn: number, name: string) => Mood} */ (mood) });
  t.after(() => site.close());
  const { paths, wanted } = await photos(3, 1_000);
  const page = await browser.context.newPage();
  await visit(page, site.origin);
  await choose(page, paths);
  const text = "2 of 3 photos have arrived, 1 could not be sent.";
  await page.getByText(text, { exact: true }).waitFor({ timeout: PATIENCE_MS });
  await page.getByText("not sent: this is no photo").waitFor();
  assert.deepEqual(byName(site.ledger.values()), byName(wanted.filter((_, at) => at !== 1)));
  assert.deepEqual(await told(page), [text]);
  await page.close();
});
