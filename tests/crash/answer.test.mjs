// What is answered after the end of a worker survives the loss of power, also where the answer tells of what that worker
// had written and not flushed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seeded } from "../browser/laws/churn.mjs";
import { Order } from "./disk/faults.mjs";
import { Replay } from "./disk/image.mjs";
import { Log } from "./disk/log.mjs";
import { Origin } from "./disk/origin.mjs";
import { Database, engineOver } from "./world/database.mjs";
import { become } from "./world/host.mjs";
import { Reopening } from "./world/reopening.mjs";

const bytes = readFileSync(new URL("../../dist/wasm/tidegate_bg.wasm", import.meta.url));

/** A new strict database that is watched, and what opens it once more after the end of its worker. */
async function watched() {
  const origin = new Origin();
  become(origin, seeded(1));
  const opening = { module: await WebAssembly.compile(bytes), strict: true, limits: {} };
  const log = new Log();
  origin.log = log;
  const database = new Database(origin);
  const open = async () => engineOver(await database.open(opening)).engine;
  return { origin, opening, log, open };
}

// Contract: storage.power-loss.
test("a completion that is repeated after the end of a worker, and answered, survives the loss of power", async () => {
  const { origin, opening, log, open } = await watched();
  const engine = await open();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" } });
  assert.ok(claim);
  // The commit is written, and the worker ends before it is flushed.
  origin.order = new Order("invalid handle", 1);
  await assert.rejects(engine.complete(claim.handle, { result: "done" }), { code: "storage.unknown" });
  assert.equal(origin.order.met, "flush");
  origin.order = undefined;
  const next = await open();
  await next.complete(claim.handle, { result: "done" });
  const replay = new Replay(log.entries);
  replay.advance(log.length);
  const { files } = replay.image("none", () => 0);
  await new Reopening(origin).of(files, opening, async (reopen) => {
    const { engine: last } = engineOver(await reopen());
    assert.equal((await last.executions.describe(executionId))?.publicState, "completed");
  });
});

// Contract: storage.unknown.
test("a call of unknown outcome is made once, when it is made again with its request id", async () => {
  const { origin, open } = await watched();
  const engine = await open();
  const create = { lane: "l", kind: "k", requestId: "once" };
  const first = await engine.executions.create({ lane: "l", kind: "k" });
  origin.order = new Order("invalid handle", 1);
  await assert.rejects(engine.executions.create(create), { code: "storage.unknown", retryable: true });
  origin.order = undefined;
  const next = await open();
  const { executionId } = await next.executions.create(create);
  const { executions } = await next.executions.list();
  assert.deepEqual(
    executions.map((one) => one.executionId),
    [first.executionId, executionId],
  );
});

// Contract: storage.failed-file, storage.unknown.
test("a call that is refused because its flush failed is not found after the end of its worker", async () => {
  for (const fault of /** @type {const} */ (["flush that took effect", "flush that did not"])) {
    const { origin, open } = await watched();
    const engine = await open();
    origin.order = new Order(fault, 0);
    await assert.rejects(engine.executions.create({ lane: "l", kind: "k" }), { code: "storage.io" }, fault);
    assert.equal(origin.order.met, "flush");
    origin.order = undefined;
    assert.deepEqual((await (await open()).executions.list()).executions, [], fault);
  }
});
