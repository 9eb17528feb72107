import assert from "node:assert/strict";
import { test } from "node:test";
import { openEngine, TaskFailure, TidegateError } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { rejection } from "../world/rejection.mjs";

const worker = { id: "w" };

// Contract: values.json.
test("JSON values and bytes arrive as they were given", async () => {
  const { engine } = await openTestEngine();
  const values = [{ to: "a@b", n: [1, null, "ü"] }, "text", 0, null, false, new Uint8Array([0, 255])];
  for (const input of values) {
    const { executionId } = await engine.executions.create({ lane: "l", kind: "k", input });
    const claim = await engine.claim({ lanes: ["l"], worker });
    assert.deepEqual(claim?.input, input);
    await engine.complete(claim.handle, { result: input });
    assert.deepEqual((await engine.executions.result(executionId))?.result, input);
  }
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  const claim = await engine.claim({ lanes: ["l"], worker });
  assert.ok(claim);
  assert.equal(claim.input, undefined);
  await engine.complete(claim.handle);
  assert.deepEqual(await engine.executions.result(executionId), { attemptIndex: 0, result: undefined });
  await engine.close();
});

// Contract: time.gathered, values.json-refused.
test("calls of one turn go in one batch, in order, and one that is refused leaves the others", async () => {
  const { engine } = await openTestEngine();
  const made = await Promise.allSettled([
    engine.executions.create({ lane: "l", kind: "first" }),
    engine.executions.create({ lane: "", kind: "refused" }),
    engine.executions.create({ lane: "l", kind: "unwritable", input: { deep: Number.NaN } }),
    engine.executions.create({ lane: "l", kind: "bad", priority: Number.NaN }),
    engine.executions.create({ lane: "l", kind: "second" }),
  ]);
  assert.deepEqual(
    made.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected", "rejected", "fulfilled"],
  );
  const fields = made.flatMap((one) => (one.status === "rejected" ? [one.reason.details.field] : []));
  assert.deepEqual(fields, ["lane", "input.deep", "priority"]);
  const { executions } = await engine.executions.list();
  assert.deepEqual(
    executions.map(({ kind }) => kind),
    ["first", "second"],
  );
  await engine.close();
});

test("a request id makes a repeated call answer what the first answered", async () => {
  const { engine } = await openTestEngine();
  const args = { lane: "l", kind: "k", input: "in", requestId: "r-1" };
  const first = await engine.executions.create(args);
  assert.deepEqual(await engine.executions.create(args), first);
  const claimed = await engine.claim({ lanes: ["l"], worker, requestId: "r-2" });
  assert.deepEqual(await engine.claim({ lanes: ["l"], worker, requestId: "r-2" }), claimed);
  const error = await rejection(() => engine.executions.cancel(first.executionId, { requestId: "r-2" }));
  assert.equal(error.details.field, "requestId");
  await engine.close();
});

// Contract: claims.parked.
test("parked claims are served first come first, and end by time, abort and close", async () => {
  const { engine, clock } = await openTestEngine();
  /** @param {AbortSignal} [signal] */
  const park = (signal) => engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000, ...(signal && { signal }) });
  const [first, second] = [park(), park()];
  await engine.executions.create({ lane: "other", kind: "k" });
  await engine.executions.create({ lane: "l", kind: "one" });
  assert.equal((await first)?.kind, "one");
  await engine.executions.create({ lane: "l", kind: "two" });
  assert.equal((await second)?.kind, "two");
  const timed = engine.claim({ lanes: ["l"], worker, maxWaitMs: 20 });
  await clock.advance(20);
  assert.equal(await timed, null);
  const giveUp = new AbortController();
  const given = rejection(() => park(giveUp.signal));
  await engine.executions.list();
  giveUp.abort(new Error("enough"));
  assert.equal((await given).message, "enough");
  const closed = rejection(() => park());
  await engine.executions.list();
  await engine.close();
  assert.equal((await closed).code, "engine.closed");
});

// Contract: claims.parked, time.alarm.
test("the alarm applies what is due and wakes a parked claim", async () => {
  const { engine, clock } = await openTestEngine();
  await engine.executions.create({ lane: "l", kind: "k", delayUntil: clock.now + 5_000 });
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  await engine.executions.list();
  await clock.advance(5_000);
  assert.equal((await parked)?.leaseExpiresAt, clock.now + 30_000);
  await engine.close();
});

// Contract: storage.report.
test("with the host's own clock and timers a delay is over by itself", async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  const { databaseBytes, ...storage } = engine.storage;
  assert.ok(databaseBytes > 4096);
  assert.deepEqual(storage, {
    kind: "memory",
    name: null,
    freeBytes: null,
    freeable: null,
    durability: "none",
    persisted: null,
    bytesUsed: null,
    quotaBytes: null,
    full: false,
    checked: "sound",
    fallback: null,
  });
  await engine.executions.create({ lane: "l", kind: "k", delayUntil: Date.now() + 30 });
  const claim = await engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  assert.equal(claim?.attemptIndex, 0);
  await engine.close();
});

// Contract: workers.loop, workers.loop-failure.
test("workers run handlers, complete with what they return and fail with what they throw", async () => {
  const { engine, clock } = await openTestEngine();
  /** @type {string[]} */
  const ids = [];
  for (const kind of ["ok", "flaky", "broken", "unknown"]) {
    const retry = { maxRetries: 2, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 10 }) };
    ids.push((await engine.executions.create({ lane: "l", kind, input: kind, retry })).executionId);
  }
  const runs = { flaky: 0 };
  const loop = engine.work(
    { lanes: ["l"], concurrency: 3 },
    {
      ok: async (task) => {
        await task.progress(50, "half");
        return { got: task.input ?? null };
      },
      flaky: () => {
        if (runs.flaky++ === 0) throw new Error("not yet");
        return "done";
      },
      broken: () => {
        throw new TaskFailure("never", { class: "permanent", category: "bad_input", detail: "why" });
      },
    },
  );
  const settled = async () => {
    for (;;) {
      const states = (await Promise.all(ids.map((id) => engine.executions.describe(id)))).map(
        (one) => one?.publicState,
      );
      if (states.slice(0, 3).every((state) => state === "completed" || state === "failed")) return states;
      await clock.advance(10);
    }
  };
  assert.deepEqual(await settled(), ["completed", "completed", "failed", "waiting"]);
  assert.deepEqual((await engine.executions.result(String(ids[0])))?.result, { got: "ok" });
  const broken = await engine.executions.describe(String(ids[2]));
  const { message, category, detail } = broken?.attempts[0]?.failure ?? {};
  assert.deepEqual({ message, category, detail }, { message: "never", category: "bad_input", detail: "why" });
  await loop.stop();
  await engine.close();
});

// Contract: workers.loop-signal, workers.loop-stop.
test("a cancelled execution aborts its handler, a stopping worker lets handlers finish", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  /** @type {(value?: unknown) => void} */
  let started = () => {};
  const running = new Promise((resolve) => (started = resolve));
  /** @type {string[]} */
  const reasons = [];
  const loop = engine.work(
    { lanes: ["l"] },
    {
      async k(task) {
        started();
        await new Promise((resolve) => task.signal.addEventListener("abort", resolve));
        reasons.push(task.signal.reason.reason);
        return undefined;
      },
      quick: () => "done",
    },
  );
  await running;
  assert.equal(loop.running, 1);
  await engine.executions.cancel(executionId, { reason: "enough" });
  const quick = await engine.executions.create({ lane: "l", kind: "quick" });
  while ((await engine.executions.describe(quick.executionId))?.publicState !== "completed")
    await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual(reasons, ["ended"]);
  assert.equal((await engine.executions.describe(executionId))?.publicState, "cancelled");
  await loop.stop({ drainMs: 1_000 });
  await engine.close();
});

test("a closed engine refuses every call with one typed error", async () => {
  const engine = await openEngine({ storage: { kind: "memory" } });
  await engine.close();
  await engine.close();
  const error = await rejection(() => engine.executions.list());
  assert.ok(error instanceof TidegateError);
  assert.equal(error.code, "engine.closed");
});

test("what cannot be opened says why", async () => {
  /** @type {any[]} */
  const refused = [{}, { storage: { kind: "cloud" } }];
  for (const options of refused)
    assert.equal((await rejection(() => openEngine(options))).details.field, "storage.kind");
  const storage = /** @type {const} */ ({ kind: "memory" });
  const missing = await rejection(() => openEngine({ storage, wasmUrl: new URL("nowhere.wasm", import.meta.url) }));
  assert.equal(missing.code, "storage.unavailable");
  const large = await rejection(() => openEngine({ storage, payloadBytesMax: 2 ** 30 }));
  assert.equal(large.details.field, "payloadBytesMax");
});

test("the clock is reported, and one that was put back can be accepted", async () => {
  const { engine, clock } = await openTestEngine();
  await engine.executions.create({ lane: "l", kind: "k" });
  assert.deepEqual(await engine.clock(), { hostNow: clock.now, engineNow: clock.now, aheadMs: 0 });
  await clock.set(clock.now - 500, { back: true });
  assert.equal((await engine.clock()).aheadMs, 500);
  assert.equal(await engine.acceptClock(), 500);
  await engine.close();
});

// Contract: workers.loop-refused, values.garbled.
test("work that can never be kept or read fails for good instead of being tried for ever", async () => {
  const { engine } = await openTestEngine();
  /** @type {[string, any][]} */
  const broken = [
    ["large", {}],
    ["unwritable", {}],
    ["wordy", {}],
    ["garbled", { input: new Uint8Array([0xff]), encoding: "json" }],
  ];
  /** @type {string[]} */
  const ids = [];
  for (const [kind, rest] of broken) {
    const made = await engine.executions.create({ lane: "l", kind, ...rest, retry: { maxRetries: 0 } });
    ids.push(made.executionId);
  }
  const raw = await engine.executions.create({
    lane: "raw",
    kind: "k",
    input: new Uint8Array([0xff]),
    encoding: "json",
  });
  const claim = await engine.claim({ lanes: ["raw"], worker });
  assert.equal(claim?.executionId, raw.executionId);
  assert.deepEqual(claim?.input, new Uint8Array([0xff]));
  const loop = engine.work(
    { lanes: ["l"] },
    {
      large: () => "x".repeat(2 ** 20),
      unwritable: () => /** @type {any} */ ({ deep: { count: 5n } }),
      wordy: () => {
        throw new Error("ü".repeat(70_000));
      },
      garbled: (task) => task.input ?? null,
    },
  );
  const failures = [];
  for (const id of ids) {
    for (;;) {
      const it = await engine.executions.describe(id);
      if (it?.publicState === "failed") {
        failures.push(it.attempts[0]?.failure);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  assert.match(failures[0]?.message ?? "", /result was refused/);
  assert.match(failures[1]?.message ?? "", /result was refused/);
  assert.ok(Buffer.byteLength(failures[2]?.message ?? "") <= 65_536);
  assert.match(failures[3]?.message ?? "", /not the JSON/);
  assert.equal(failures[3]?.class, "permanent");
  await loop.stop();
  await engine.close();
});

test("after a clock was accepted the alarm is set anew", async () => {
  const { engine, clock } = await openTestEngine({ startAt: 10_000_000 });
  await clock.advance(5_000_000);
  await engine.executions.create({ lane: "l", kind: "k", delayUntil: clock.now + 1_000 });
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  await clock.set(clock.now - 5_000_000, { back: true });
  assert.equal(await engine.acceptClock(), 5_000_000);
  await clock.advance(1_000);
  assert.equal((await parked)?.kind, "k");
  await engine.close();
});

// Contract: values.snapshot.
test("bytes are those of the call, whatever their owner does with them afterwards", async () => {
  const { engine } = await openTestEngine();
  const bytes = new Uint8Array(2);
  const made = [1, 2, 3].map((n) => {
    bytes[0] = n;
    return engine.executions.create({ lane: "l", kind: "k", input: bytes });
  });
  await Promise.all(made);
  for (const n of [1, 2, 3]) {
    const claim = await engine.claim({ lanes: ["l"], worker });
    assert.deepEqual(claim?.input, new Uint8Array([n, 0]));
  }
  await engine.close();
});

// Contract: values.snapshot.
test("bytes that cannot be read are refused alone", async () => {
  const { engine } = await openTestEngine();
  const gone = new Uint8Array(4);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  const [bad, good] = await Promise.allSettled([
    engine.executions.create({ lane: "l", kind: "k", input: gone }),
    engine.executions.create({ lane: "l", kind: "k" }),
  ]);
  assert.equal(good.status, "fulfilled");
  assert.equal(bad.status === "rejected" && bad.reason.details.field, "input");
  await engine.close();
});

// Contract: storage.names, values.options.
test("options that are not known or not of their type are refused by name", async () => {
  const open = /** @type {(options: any) => Promise<unknown>} */ (openEngine);
  const opfs = { kind: "opfs", name: "a" };
  const cases = /** @type {const} */ ([
    [undefined, "options"],
    [{}, "storage.kind"],
    [{ storage: { kind: "disk" } }, "storage.kind"],
    [{ storage: { kind: "memory", name: "a" } }, "storage.name"],
    [{ storage: { kind: "opfs" } }, "storage.name"],
    [{ storage: { ...opfs, durabilty: "strict" } }, "storage.durabilty"],
    [{ storage: { ...opfs, durability: "loose" } }, "storage.durability"],
    [{ storage: { ...opfs, fallback: 1 } }, "storage.fallback"],
    [{ storage: { ...opfs, waitMs: -1 } }, "storage.waitMs"],
    [{ storage: { ...opfs, persist: "yes" } }, "storage.persist"],
    [{ storage: { kind: "memory" }, module: {} }, "module"],
    [{ storage: { kind: "memory" }, import: [1] }, "import"],
    [{ storage: { kind: "memory" }, payloadBytesMax: "1000" }, "payloadBytesMax"],
    [{ storage: { kind: "memory" }, payloadMax: 5 }, "payloadMax"],
  ]);
  for (const [options, field] of cases) {
    const error = await rejection(() => open(options));
    assert.deepEqual([error.code, error.details.field], ["validation.invalid_input", field]);
  }
});

// Contract: values.options.
test("arguments that are no objects are refused by name", async () => {
  const { engine } = await openTestEngine();
  const bad = /** @type {any} */ (engine);
  assert.equal((await rejection(() => bad.claim())).details.field, "claim");
  assert.equal((await rejection(() => bad.claim({ lanes: 5 }))).details.field, "lanes");
  assert.equal((await rejection(() => bad.fail("h"))).details.field, "failure");
  assert.equal((await rejection(() => bad.executions.create())).details.field, "execution");
  await engine.close();
});

test("an engine in memory is exported and begun with again", async () => {
  const { engine } = await openTestEngine();
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k", input: { deep: [1] } });
  const file = await engine.export();
  await engine.close();
  const again = await openEngine({ storage: { kind: "memory" }, import: file });
  assert.equal((await again.executions.describe(executionId))?.publicState, "waiting");
  assert.deepEqual((await again.claim({ lanes: ["l"], worker }))?.input, { deep: [1] });
  await again.close();
  const error = await rejection(() => openEngine({ storage: { kind: "memory" }, import: file.subarray(0, -1) }));
  assert.equal(error.code, "storage.damaged");
});

// Contract: storage.unavailable, storage.fallback.
test("in Node a browser's own files are missing, and say so", async () => {
  const storage = /** @type {const} */ ({ kind: "opfs", name: "a" });
  const error = await rejection(() => openEngine({ storage }));
  assert.deepEqual([error.code, error.details.reason], ["storage.unavailable", "unsupported"]);
  const engine = await openEngine({ storage: { ...storage, fallback: "memory" } });
  assert.equal(engine.storage.kind, "memory");
  assert.equal(engine.storage.fallback?.code, "storage.unavailable");
  await engine.close();
});
