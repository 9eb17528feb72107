// One rule for text at every door, and names before the effect.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

// Contract: values.half.
test("a text with half a character is refused by its field at every door", async () => {
  const { engine } = await openTestEngine();
  const half = "a\ud800";
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const { handle } = await claimed(engine);
  const worker = { id: half };
  /** @type {[string, () => Promise<unknown>][]} */
  const doors = [
    ["lane", () => engine.executions.create({ lane: half, kind: "k" })],
    ["kind", () => engine.executions.create({ lane: "l", kind: half })],
    ["tags.a", () => engine.executions.create({ lane: "l", kind: "k", tags: { a: half } })],
    [`tags.${half}`, () => engine.executions.create({ lane: "l", kind: "k", tags: { [half]: "a" } })],
    ["requestId", () => engine.executions.create({ lane: "l", kind: "k", requestId: half })],
    ["executionId", () => engine.executions.describe(half)],
    ["executionId", () => engine.executions.wait(half)],
    ["value", () => engine.executions.setTag(executionId, "a", half)],
    ["lanes[0]", () => engine.claim({ lanes: [half], worker })],
    ["worker.id", () => engine.claim({ lanes: ["l"], worker })],
    ["handle", () => engine.renew(half)],
    ["reason.message", () => engine.fail(handle, { reason: { message: half }, class: "transient" })],
    ["reason", () => engine.cancel(handle, { reason: half })],
    ["message", () => engine.progress(handle, { message: half })],
    ["name", () => engine.recordStep(handle, half)],
    ["data", () => engine.append(handle, half)],
    ["data.a", () => engine.append(handle, { a: half }, { mode: "summary" })],
    ["members[0].name", () => engine.flows.submit({ members: [{ name: half, lane: "l", kind: "k" }] })],
  ];
  for (const [field, call] of doors) {
    const { code, details } = await rejection(call);
    assert.deepEqual(
      [code, details.field, details.limit],
      ["validation.invalid_input", field, "a text without halves of characters"],
    );
  }
  await engine.complete(handle);
  await engine.close();
});

// Contract: attempts.step-name, values.name-first.
test("a step whose name cannot be kept does not begin", async () => {
  const { engine } = await openTestEngine();
  const names = ["two\nlines", "\u0085", "half\ud800", "", "n".repeat(257), /** @type {any} */ (Symbol("s"))];
  let sent = 0;
  const loop = engine.work(
    { lanes: ["l"] },
    {
      k: async (task) => {
        for (const name of names)
          await assert.rejects(
            task.step(name, () => void sent++),
            /a step's name/,
          );
        return task.step(/** @type {any} */ (undefined), () => void sent++);
      },
    },
  );
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const end = await engine.executions.wait(executionId);
  assert.deepEqual([end?.outcome, end?.reason, sent], ["failed", "a step's name is a text, not undefined", 0]);
  await loop.stop();
  await engine.close();
});

// Contract: attempts.progress-limits.
test("progress takes one object, with fractions, of which whole percents are kept", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const { handle } = await claimed(engine);
  const seen = async () => {
    const { percent, message } = (await engine.executions.describe(executionId))?.progress ?? {};
    return [percent, message];
  };
  await engine.progress(handle, { percent: 99.9, message: "nearly" });
  assert.deepEqual(await seen(), [99, "nearly"]);
  await engine.progress(handle, 12.5);
  assert.deepEqual(await seen(), [12, "nearly"]);
  for (const percent of [-0.5, 100.5 + 1, Number.NaN])
    assert.equal((await rejection(() => engine.progress(handle, { percent }))).details.field, "percent");
  await engine.close();
});

// Contract: values.one-word.
test("a lease runs out at leaseExpiresAt wherever it is told, and a reason may be a text", async () => {
  const { engine, clock } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", retry: { maxRetries: 0 } });
  const { handle, leaseExpiresAt } = await claimed(engine);
  assert.equal(leaseExpiresAt, clock.now + 30_000);
  await clock.advance(1_000);
  assert.deepEqual(await engine.renew(handle), { leaseExpiresAt: clock.now + 30_000, leaseEpoch: 1 });
  await engine.fail(handle, { reason: "declined", class: "permanent" });
  assert.equal((await engine.executions.wait(executionId))?.reason, "declined");
  await engine.close();
});

// Contract: errors.meant, errors.argument.
test("an unknown option near a known one is told with the one that was meant, and numbers are numbers", async () => {
  const { engine } = await openTestEngine();
  /** @type {[any, string | undefined][]} */
  const written = [
    [{ retri: {} }, "retry"],
    [{ retry: { maxRetrys: 1 } }, "maxRetries"],
    [{ Priority: 1 }, "priority"],
    [{ delayuntil: 1 }, "delayUntil"],
    [{ colour: 1 }, undefined],
    [{ x: 1 }, undefined],
  ];
  for (const [options, meant] of written) {
    const error = await rejection(() => engine.executions.create({ lane: "l", kind: "k", ...options }));
    assert.equal(error.details.meant, meant);
    assert.equal(error.message.endsWith(`: did you mean \`${meant}\`?`), meant !== undefined);
  }
  const late = await rejection(() => engine.executions.wait("x", /** @type {any} */ ({ timeoutMS: 1 })));
  assert.match(late.message, /^timeoutMS: .*: did you mean timeoutMs\?$/);
  const { details } = await rejection(() => engine.executions.wait("x", { timeoutMs: -1 }));
  assert.deepEqual(details, { field: "timeoutMs", limit: 0, found: -1 });
  await engine.close();
});
