// Sends photos to a server that is not always there. What was chosen is kept before anything is sent: a reload, a
// closed tab or a dead battery later, the rest goes on from where it was.

import { openEngine } from "tidegate";
import { PhotoList, say } from "./list.mjs";
import { upload } from "./upload.mjs";

const DAY_MS = 86_400_000;

/** A server that never answers is given up after so long, and asked again. */
const ATTEMPT_MS = 5 * 60_000;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [form, trouble, tidings] = [element("form"), element("trouble"), element("tidings")];
const files = /** @type {HTMLInputElement} */ (element("files"));

/** Where a server fails, a photo is tried again after half a second, a second, two seconds, up to a minute. */
const retry = /** @type {const} */ ({
  maxRetries: 100,
  backoff: { type: "exponential", initialDelayMs: 500, maxDelayMs: 60_000, jitter: true },
});

/** @param {import("tidegate").Engine} engine @param {File[]} photos */
async function send(engine, photos) {
  const members = await Promise.all(
    photos.map(async (photo, at) => ({
      name: String(at),
      lane: "uploads",
      kind: "upload",
      input: new Uint8Array(await photo.arrayBuffer()),
      encoding: photo.type || "application/octet-stream",
      tags: { "photo.name": photo.name },
      attemptTimeoutMs: ATTEMPT_MS,
      retry,
    })),
  );
  // It begins when every photo has ended, whatever became of each.
  const after = members.map(({ name }) => ({ name, on: /** @type {const} */ ("end") }));
  await engine.flows.submit({
    kind: "album",
    members: [...members, { name: "tell", lane: "uploads", kind: "tell", after }],
  });
}

/** The last of an album: one notification for all of it. @param {import("tidegate").Task} task */
function tell({ upstream, flowId = "" }) {
  const arrived = upstream.filter(({ outcome }) => outcome === "success").length;
  const left = upstream.length - arrived;
  const text = `${arrived} of ${upstream.length} photos have arrived${left ? `, ${left} could not be sent` : ""}.`;
  say(tidings, text);
  // The tag makes a second one for the same album, should this run twice, take the place of the first.
  if (globalThis.Notification?.permission === "granted") new Notification("Photos", { body: text, tag: flowId });
  return text;
}

/** What the newest album that is over was told. @param {import("tidegate").Engine} engine */
async function recall(engine) {
  const { executions } = await engine.executions.search({ kind: "tell", states: ["completed"], limit: 1 });
  const [last] = executions;
  if (last) say(tidings, String((await engine.executions.result(last.executionId))?.result ?? ""));
}

try {
  const engine = await openEngine({
    storage: { kind: "opfs", name: "photos", waitMs: 3_000 },
    payloadBytesMax: 16 * 1_048_576,
    retention: { executionsMs: DAY_MS, eventsMs: DAY_MS },
  });
  await recall(engine);
  void new PhotoList(engine, element("photos"), element("totals")).follow();
  engine.work({ lanes: ["uploads"], concurrency: 3, leaseTtlMs: 5_000, when: "online" }, { upload, tell });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const place of [trouble, tidings]) say(place, "");
    // Asked at a click, as browsers want it; the photos do not wait for the answer.
    void globalThis.Notification?.requestPermission();
    try {
      await send(engine, [...(files.files ?? [])]);
      files.value = "";
    } catch (error) {
      say(trouble, `The photos could not be kept: ${/** @type {Error} */ (error).message}`);
    }
  });
  document.documentElement.dataset["ready"] = "yes";
} catch (error) {
  const { code, message } = /** @type {import("tidegate").TidegateError} */ (error);
  const taken = code === "storage.taken";
  say(trouble, taken ? "This page is open in another tab: go on there, or close it and reload." : message);
}
