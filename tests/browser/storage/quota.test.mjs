// An origin that is full: typed refusals, nothing answered is lost, and work goes on once there is room again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../world/world.mjs";

/** @typedef {import("../world/browser.mjs").Page} Page */
/** @typedef {import("../world/client.mjs").Engine} Engine */

const world = new World();

/**
 * Answers how to set what the origin may keep, in bytes; without a number, what the browser gives.
 * @param {Page} page
 */
async function limiter(page) {
  // The limit holds for as long as the session that set it.
  const session = await world.context.newCDPSession(page);
  const { origin } = world.site;
  /** @param {number} [quotaSize] */
  return async (quotaSize) => {
    await session.send("Storage.overrideQuotaForOrigin", quotaSize === undefined ? { origin } : { origin, quotaSize });
  };
}

/**
 * Creates executions with large inputs, four calls at a time, until one is refused.
 * @param {Engine} engine
 */
async function fill(engine) {
  /** @type {string[]} */
  const answered = [];
  const create = async () => {
    const { executionId } = await engine.executions.create({
      lane: "l",
      kind: "k",
      input: crypto.getRandomValues(new Uint8Array(60_000)),
    });
    answered.push(executionId);
  };
  for (let rounds = 0; rounds < 1_000; rounds++) {
    const calls = await Promise.allSettled([create(), create(), create(), create()]);
    const refused = calls.filter((call) => call.status === "rejected").map(({ reason }) => reason.toJSON());
    if (refused.length > 0) return { answered, refused };
  }
  throw new Error("the origin never was full");
}

// Contract: storage.full-browser.
test("a full origin refuses writes by name, answers reads, loses nothing, and works on when there is room", async (t) => {
  const page = await world.tab(t);
  const limit = await limiter(page);
  await limit(8_000_000);
  const engine = await page.evaluateHandle(() => window.client.open("full"));
  const { answered, refused } = await engine.evaluate(fill);
  for (const error of refused) {
    assert.equal(error.code, "storage.quota", error.message);
    assert.equal(error.class, "terminal");
    assert.match(error.message, /full/);
    assert.ok(Number(error.details.bytesUsed) > 1_000_000, JSON.stringify(error.details));
    assert.ok(Number(error.details.quotaBytes) > 1_000_000, JSON.stringify(error.details));
  }
  const full = await engine.evaluate(async (one, id) => {
    const described = await one.executions.describe(id);
    const ids = (await window.client.listed(one)).map(({ executionId }) => executionId);
    const image = await one.export();
    return { described: described?.publicState, ids, image: image.length, over: one.over === undefined };
  }, String(answered[0]));
  assert.deepEqual(full.ids.sort(), [...answered].sort());
  assert.deepEqual([full.described, full.over], ["waiting", true]);
  assert.ok(full.image > 0);

  await limit();
  const after = await engine.evaluate(async (one) => {
    const { checked, listed, logged, open } = window.client;
    const claim = await one.claim({ lanes: ["l"], worker: { id: "w" } });
    if (claim) await one.complete(claim.handle, { result: "done" });
    while (one.storage.full) await new Promise((resolve) => setTimeout(resolve, 50));
    await one.executions.create({ lane: "l", kind: "k", input: new Uint8Array(60_000) });
    await one.close();
    const again = await open("full");
    const sound = await checked(again);
    const executions = await listed(again);
    const created = (await logged(again)).filter(({ cause }) => cause === "created").length;
    const completed = executions.filter(({ publicState }) => publicState === "completed").length;
    await again.close();
    return { sound, executions: executions.length, created, completed };
  });
  const count = answered.length + 1;
  assert.deepEqual(after, { sound: "sound", executions: count, created: count, completed: 1 });
});

test("what is under way when the origin becomes full can be ended, and is ended after a reopening too", async (t) => {
  const page = await world.tab(t);
  const limit = await limiter(page);
  await limit(16_000_000);
  const engine = await page.evaluateHandle(async () => {
    const engine = await window.client.open("ending");
    // Room for the day when there is none is made before the search for damage.
    await window.client.checked(engine);
    const create = () => engine.executions.create({ lane: "early", kind: "k" });
    const early = await Promise.all(Array.from({ length: 16 }, create));
    window.claims = [];
    for (const _ of early) {
      const claim = await engine.claim({ lanes: ["early"], worker: { id: "w" }, leaseTtlMs: 600_000 });
      if (claim) window.claims.push(claim);
    }
    return engine;
  });
  const { answered } = await engine.evaluate(fill);
  const seen = await engine.evaluate(async (one, ids) => {
    const { checked, inspect, listed, open, refusal } = window.client;
    const { full } = one.storage;
    const refused = await refusal(one.executions.create({ lane: "l", kind: "k" }));
    const endings = (window.claims ?? []).map(({ handle }, index) => {
      if (index % 2 === 0) return one.complete(handle, { result: { index } });
      return one.fail(handle, { reason: { message: "no" }, class: "permanent" });
    });
    await Promise.all([...endings, ...ids.slice(0, 8).map((id) => one.executions.cancel(id))]);
    await one.close();
    const again = await open("ending");
    await Promise.all(ids.slice(8, 16).map((id) => again.executions.cancel(id)));
    const states = (await listed(again)).map(({ publicState }) => publicState);
    const { wrong } = await inspect(again, { created: ids, completed: [] });
    const sound = await checked(again);
    await again.close();
    return { full, refused: refused.code, states, wrong, sound };
  }, answered);
  const count = (/** @type {string} */ state) => seen.states.filter((one) => one === state).length;
  assert.deepEqual([count("completed"), count("failed"), count("cancelled")], [8, 8, 16]);
  assert.equal(seen.states.length, answered.length + 16);
  assert.deepEqual([seen.full, seen.refused, seen.wrong, seen.sound], [true, "storage.quota", [], "sound"]);
});

// Contract: storage.full-browser.
test("a database for which there is no room is refused by name and opens once there is", async (t) => {
  const page = await world.tab(t);
  const limit = await limiter(page);
  await limit(1);
  const refused = await page.evaluate(() => {
    const { open, refusal } = window.client;
    return refusal(open("roomless"));
  });
  assert.equal(refused.code, "storage.quota", refused.message);
  assert.ok(refused.typed);
  await limit();
  const outcome = await page.evaluate(async () => {
    const engine = await window.client.open("roomless");
    const answer = await engine.executions.create({ lane: "l", kind: "k" });
    await engine.close();
    return answer.outcome;
  });
  assert.equal(outcome, "created");
});
