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

// Contract: storage.power-loss.
test("a completion that is repeated after the end of a worker, and answered, survives the loss of power", async () => {
  const origin = new Origin();
  become(origin, seeded(1));
  const opening = { module: await WebAssembly.compile(bytes), strict: true, limits: {} };
  const log = new Log();
  origin.log = log;
  const database = new Database(origin);
  const { engine } = engineOver(await database.open(opening));
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const claim = await engine.claim({ lanes: ["l"], worker: { id: "w" } });
  assert.ok(claim);
  // The commit is written, and the worker ends before it is flushed.
  origin.order = new Order("invalid handle", 1);
  await assert.rejects(engine.complete(claim.handle, { result: "done" }), { code: "storage.io" });
  assert.equal(origin.order.met, "flush");
  origin.order = undefined;
  const { engine: next } = engineOver(await database.open(opening));
  await next.complete(claim.handle, { result: "done" });
  const replay = new Replay(log.entries);
  replay.advance(log.length);
  const { files } = replay.image("none", () => 0);
  await new Reopening(origin).of(files, opening, async (open) => {
    const { engine: last } = engineOver(await open());
    assert.equal((await last.executions.describe(executionId))?.publicState, "completed");
  });
});
