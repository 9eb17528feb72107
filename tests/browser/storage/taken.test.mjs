// One engine at a time holds a database: the second is refused, waits as long as it was told, and opens after the first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "../world/browser.mjs";
import { World } from "../world/world.mjs";

const world = new World();

// Contract: storage.taken.
test("a second engine of the same page is refused, and opens after the first has closed", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal } = window.client;
    const first = await open("same");
    const { executionId } = await first.executions.create({ lane: "l", kind: "k" });
    const refused = await refusal(open("same", { waitMs: 0 }));
    const neighbour = await open("other", { waitMs: 0 });
    const still = await first.executions.describe(executionId);
    await first.close();
    const second = await open("same", { waitMs: 0 });
    const found = await second.executions.describe(executionId);
    await Promise.all([second.close(), neighbour.close()]);
    return { refused, still: still?.publicState, found: found?.publicState };
  });
  assert.equal(seen.refused.code, "storage.taken");
  assert.equal(seen.refused.class, "retryable");
  assert.ok(seen.refused.typed);
  assert.equal(seen.refused.details["name"], "same");
  assert.match(seen.refused.message, /tab|worker/);
  assert.deepEqual([seen.still, seen.found], ["waiting", "waiting"]);
});

test("a second tab is refused, and opens once the first tab has closed", async (t) => {
  const first = await world.tab(t);
  const second = await world.tab(t);
  const engine = await first.evaluateHandle(() => window.client.open("tabs"));
  const executionId = await engine.evaluate(async (one) => {
    return (await one.executions.create({ lane: "l", kind: "k" })).executionId;
  });
  const refused = await second.evaluate(() => {
    const { open, refusal } = window.client;
    return refusal(open("tabs", { waitMs: 0 }));
  });
  assert.equal(refused.code, "storage.taken");
  const opening = second.evaluateHandle(() => window.client.open("tabs", { waitMs: 60_000 }));
  await first.close();
  const found = await (await opening).evaluate((one, id) => one.executions.describe(id), executionId);
  assert.equal(found?.executionId, executionId);
});

test("of two opens at once one is refused, or waits until the other has closed", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open } = window.client;
    const hasty = await Promise.allSettled([open("twins", { waitMs: 0 }), open("twins", { waitMs: 0 })]);
    const codes = hasty.map((one) => (one.status === "rejected" ? one.reason.code : "open"));
    await Promise.all(hasty.map((one) => one.status === "fulfilled" && one.value.close()));
    const patient = async () => {
      const engine = await open("twins", { waitMs: 60_000 });
      const { outcome } = await engine.executions.create({ lane: "l", kind: "k" });
      await engine.close();
      return outcome;
    };
    return { codes: codes.sort(), outcomes: await Promise.all([patient(), patient(), patient()]) };
  });
  assert.deepEqual(seen.codes, ["open", "storage.taken"]);
  assert.deepEqual(seen.outcomes, ["created", "created", "created"]);
});

// Contract: storage.close.
test("a close refuses the calls under way that were not made, and keeps those that were answered", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { listed, open } = window.client;
    const engine = await open("closing");
    const create = () => engine.executions.create({ lane: "l", kind: "k" });
    const calls = Array.from({ length: 300 }, create);
    await calls[0];
    calls.push(...Array.from({ length: 300 }, create));
    const parked = engine.claim({ lanes: ["none"], worker: { id: "w" }, maxWaitMs: 60_000 });
    const closing = engine.close();
    const settled = await Promise.allSettled([...calls, parked]);
    await closing;
    const refused = settled.filter((one) => one.status === "rejected").map(({ reason }) => reason.code);
    const again = await open("closing", { waitMs: 0 });
    const kept = (await listed(again)).length;
    await again.close();
    return { codes: [...new Set(refused)], answered: settled.length - refused.length, kept };
  });
  assert.deepEqual(seen.codes, ["engine.closed"]);
  assert.ok(seen.answered > 0);
  assert.ok(seen.kept >= seen.answered);
});

// Contract: storage.taken.
test("waitMs is how long an open waits for the holder, and then it is refused", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal } = window.client;
    const first = await open("waited");
    const began = performance.now();
    const refused = await refusal(open("waited", { waitMs: 300 }));
    const waited = performance.now() - began;
    const patient = open("waited", { waitMs: 60_000 });
    await first.close();
    const { kind } = (await patient).storage;
    await (await patient).close();
    return { code: refused.code, waited, kind };
  });
  assert.equal(seen.code, "storage.taken");
  assert.ok(seen.waited >= 300, `gave up after ${seen.waited} ms of 300`);
  assert.equal(seen.kind, "opfs");
});

// Contract: storage.taken.
test("a reload gets its files back without another try", async (t) => {
  const page = await world.tab(t);
  /** @type {string[]} */
  const ids = [];
  for (let visits = 0; visits < 5; visits++) {
    await visit(page, `${world.site.origin}/`);
    const found = await page.evaluate(async () => {
      const engine = await window.client.open("reloaded");
      const before = (await window.client.listed(engine)).map(({ executionId }) => executionId);
      const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
      return { before, executionId };
    });
    assert.deepEqual(found.before, ids);
    ids.push(found.executionId);
    ids.sort();
  }
});

// Contract: storage.destroy.
test("an open database is neither destroyed nor opened by another, and is destroyed once it is closed", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const engine = await open("kept");
    await engine.executions.create({ lane: "l", kind: "k" });
    const refused = await refusal(sdk.destroyDatabase({ name: "kept" }));
    const executions = (await engine.executions.list()).executions.length;
    await engine.destroy();
    const again = await sdk.destroyDatabase({ name: "kept" });
    const names = await sdk.listDatabases();
    const missing = await refusal(sdk.rescueDatabase({ name: "kept" }));
    const closed = await refusal(engine.executions.list());
    return { refused, executions, again, names, missing, closed: closed.code };
  });
  assert.equal(seen.refused.code, "storage.taken", seen.refused.message);
  assert.equal(seen.refused.details["name"], "kept");
  assert.equal(seen.executions, 1);
  assert.equal(seen.again, false);
  assert.ok(!seen.names.includes("kept"));
  assert.equal(seen.missing.code, "validation.invalid_input");
  assert.match(seen.missing.message, /kept/);
  assert.equal(seen.closed, "engine.closed");
});

// Contract: storage.destroy.
test("a destroy waits for the holder as long as an open does, or as it is told", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, refusal, sdk } = window.client;
    const holder = await open("leaving");
    const began = performance.now();
    const refused = await refusal(sdk.destroyDatabase({ name: "leaving", waitMs: 300 }));
    const waited = performance.now() - began;
    const hasty = await refusal(sdk.destroyDatabase({ name: "leaving", waitMs: 0 }));
    const destroyed = sdk.destroyDatabase({ name: "leaving" });
    setTimeout(() => void holder.close(), 200);
    const there = await destroyed;
    const patient = sdk.destroyDatabase({ name: "leaving", waitMs: 60_000 });
    return { code: refused.code, hasty: hasty.code, waited, there, again: await patient };
  });
  assert.deepEqual([seen.code, seen.hasty], ["storage.taken", "storage.taken"]);
  assert.ok(seen.waited >= 300, `gave up after ${seen.waited} ms of 300`);
  assert.deepEqual([seen.there, seen.again], [true, false]);
});

// Contract: storage.destroy.
test("an engine whose files another takes a moment to let go of is destroyed all the same", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open, sdk } = window.client;
    const engine = await open("gone");
    const remove = FileSystemDirectoryHandle.prototype.removeEntry;
    let tries = 0;
    FileSystemDirectoryHandle.prototype.removeEntry = function (...args) {
      tries += 1;
      if (tries > 3) return remove.apply(this, args);
      return Promise.reject(new DOMException("held", "NoModificationAllowedError"));
    };
    await engine.destroy();
    return { tries, names: await sdk.listDatabases() };
  });
  assert.equal(seen.tries, 4);
  assert.ok(!seen.names.includes("gone"));
});

// Contract: storage.report.
test("what an engine reports of its storage is what it was opened with", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    const { open } = window.client;
    const reports = [];
    for (const durability of /** @type {const} */ (["strict", "relaxed"])) {
      const engine = await open("reported", { durability, persist: true });
      await engine.executions.create({ lane: "l", kind: "k", input: { of: durability } });
      reports.push(engine.storage);
      const measured = await engine.measureStorage();
      if (measured !== engine.storage) throw new Error("the report is not the measured one");
      await engine.close();
    }
    return { reports, persisted: await navigator.storage.persisted() };
  });
  for (const [index, durability] of ["strict", "relaxed"].entries()) {
    const report = seen.reports[index];
    assert.deepEqual(
      [report?.kind, report?.name, report?.durability, report?.fallback, report?.persisted],
      ["opfs", "reported", durability, null, seen.persisted],
    );
    assert.ok((report?.databaseBytes ?? 0) > 0);
    assert.ok((report?.quotaBytes ?? 0) > (report?.bytesUsed ?? 0));
  }
});

// Contract: storage.report.
test("a visitor who does not answer whether the origin is kept holds up no open", async (t) => {
  const page = await world.tab(t);
  const seen = await page.evaluate(async () => {
    StorageManager.prototype.persist = () => new Promise(() => {});
    const engine = await window.client.open("asked", { persist: true });
    const { kind } = engine.storage;
    await engine.destroy();
    return kind;
  });
  assert.equal(seen, "opfs");
});
