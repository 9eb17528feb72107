// Whatever a method is given, what it throws or rejects with is an error of the package, in the caller's words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TidegateError } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */

const worker = { id: "w" };
const id = "{fp:0}:00000000-0000-4000-8000-000000000001";
const uuid = "00000000-0000-4000-8000-000000000002";
const fence = { executionId: id, leaseId: uuid, leaseEpoch: 1, attemptId: uuid, attemptIndex: 0 };
const grant = { executionId: id, worker: { id: "w", instanceId: "i" } };

/** Every method with arguments that it takes. An iterable is asked for its first item. */
const calls = /** @type {Record<string, unknown[]>} */ ({
  claim: [{ lanes: ["l"], worker, kinds: ["k"], capabilities: ["c"], leaseTtlMs: 1_000, maxWaitMs: 0 }],
  complete: ["handle", { result: 1, requestId: "r" }],
  fail: ["handle", { reason: { message: "m" }, class: "transient", category: "c" }],
  renew: ["handle", { leaseTtlMs: 1_000 }],
  progress: ["handle", { percent: 1, message: "m" }],
  append: ["handle", "data", { frameType: "t", requestId: "r" }],
  delay: ["handle", 2_000_000, { requestId: "r" }],
  cancel: ["handle", { reason: "r" }],
  waitChildren: ["handle", { edges: [], timeoutMs: 1 }],
  recordStep: ["handle", "name", { result: 1, tookMs: 1 }],
  readEvents: [{ after: "start", streams: ["completion"], limit: 1 }],
  events: [{ after: "start", executionId: id, streams: ["completion"] }],
  "executions.create": [{ lane: "l", kind: "k", input: 1, tags: { a: "b" }, retry: { maxRetries: 1 }, priority: 1 }],
  "executions.describe": [id],
  "executions.result": [id, { attemptIndex: 0 }],
  "executions.input": [id],
  "executions.attempts": [id, { limit: 1 }],
  "executions.step": [id, "name"],
  "executions.wait": [id, { timeoutMs: 1 }],
  "executions.watch": [id, {}],
  "executions.history": [id, { limit: 1 }],
  "executions.list": [{ limit: 1 }],
  "executions.search": [{ limit: 1, states: ["waiting"], tags: { a: "b" } }],
  "executions.counts": [{ namespace: "n" }],
  "executions.setTag": [id, "key", "value", { requestId: "r" }],
  "executions.getTag": [id, "key"],
  "executions.explainClaim": [id, { lanes: ["l"], capabilities: ["c"] }],
  "executions.changePriority": [id, 1, { requestId: "r" }],
  "executions.wake": [id, { reason: "r" }],
  "executions.replay": [id, { reason: "r" }],
  "executions.cancel": [id, { reason: "r" }],
  "flows.submit": [{ members: [{ name: "a", lane: "l", kind: "k", input: 1, after: [] }], kind: "f" }],
  "flows.create": [{ kind: "f" }],
  "flows.addExecution": [uuid, id, { requestId: "r" }],
  "flows.stageEdge": [uuid, { upstreamExecutionId: id, downstreamExecutionId: id }],
  "flows.applyEdge": [uuid, uuid, { requestId: "r" }],
  "flows.setPolicy": [uuid, id, { type: "all_of" }, { requestId: "r" }],
  "flows.seal": [uuid, { requestId: "r" }],
  "flows.cancel": [uuid, { reason: "r", waitMs: 1 }],
  "flows.describe": [uuid],
  "flows.list": [{ limit: 1 }],
  "flows.edges": [uuid, { limit: 1 }],
  "flows.edge": [uuid, uuid],
  "flows.ofExecution": [id],
  "flows.eligibility": [id],
  "flows.setTag": [uuid, "key", "value", { requestId: "r" }],
  "flows.getTag": [uuid, "key"],
  "flows.graph": [uuid, { limit: 1 }],
  "flows.wait": [uuid, { timeoutMs: 1 }],
  "leases.revoke": [id, { reason: "r" }],
  "leases.listExpired": [{ limit: 1 }],
  "lanes.setState": ["l", "active", { requestId: "r" }],
  "lanes.list": [{ limit: 1 }],
  "streams.read": [{ executionId: id, limit: 1 }],
  "streams.tailPage": [{ executionId: id, blockMs: 1 }],
  "streams.summary": [id, 0],
  "streams.tail": [id, { after: "0-0" }],
  "workers.register": [{ worker, lanes: ["l"], livenessTtlMs: 1 }],
  "workers.heartbeat": [{ workerInstanceId: "i" }],
  "workers.markDead": ["i", { reason: "r" }],
  "workers.list": [{ limit: 1 }],
  "protocol.renewLease": [{ fence, leaseTtlMs: 1 }],
  "protocol.failExecution": [{ executionId: id, reason: { message: "m" }, class: "transient" }],
  "protocol.claimForWorker": [{ lanes: ["l"], worker }],
  "protocol.issueClaimGrant": [grant],
  "protocol.issueReclaimGrant": [grant],
  "protocol.scanEligibleExecutions": [{ lane: "l", limit: 1 }],
  "protocol.blockRoute": [{ executionId: id }],
  "protocol.blockExecutionForAdmission": [{ executionId: id, reason: "r" }],
  "protocol.unblockExecution": [{ executionId: id, expectedReason: "waiting_for_budget" }],
  "protocol.claimExecution": [grant],
  "protocol.claimResumedExecution": [grant],
  "protocol.issueGrantAndClaim": [grant],
  "protocol.claimFromResumeGrant": [grant],
  "protocol.reclaimExecution": [grant],
  "protocol.cancelFlowHeader": [{ flowId: uuid, policy: "cancel_all" }],
  "protocol.ackCancelMember": [{ flowId: uuid, executionId: id }],
  "protocol.completeExecution": [{ executionId: id, result: 1 }],
});

const nested = Array.from({ length: 100_000 }).reduce((within) => [within], "l");
const circle = /** @type {Record<string, unknown>} */ ({});
circle.self = circle;
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const throws = () => {
  throw new Error("not for you");
};

/** @type {[string, () => unknown][]} */
const nonsense = [
  ["null", () => null],
  ["undefined", () => undefined],
  ["NaN", () => Number.NaN],
  ["infinite", () => Number.POSITIVE_INFINITY],
  ["minus one", () => -1],
  ["a fraction", () => 0.5],
  ["true", () => true],
  ["a text", () => "two\nlines"],
  ["empty", () => ""],
  ["half a character", () => "\ud800"],
  ["huge", () => "x".repeat(100_000)],
  ["a symbol", () => Symbol("s")],
  ["symbols", () => [Symbol("s")]],
  ["a bigint", () => 1n],
  ["a function", () => () => 1],
  ["an object", () => ({})],
  ["nobody's object", () => Object.create(null)],
  ["a list", () => []],
  ["a hole", () => new Array(3)],
  ["deep", () => nested],
  ["a circle", () => circle],
  ["a date", () => new Date(0)],
  ["a map", () => new Map([["a", 1]])],
  ["an error", () => new Error("x")],
  ["bytes", () => new Uint8Array(3)],
  ["a revoked proxy", () => revoked],
  ["a throwing proxy", () => new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws, has: throws })],
  [
    "a throwing getter",
    () => ({
      get limit() {
        return throws();
      },
      get lanes() {
        return throws();
      },
    }),
  ],
  ["a toJSON that throws", () => ({ toJSON: throws })],
  ["no text", () => ({ toString: throws, [Symbol.toPrimitive]: throws })],
];

/** Words that are Rust's, a parser's or JavaScript's own, and no caller's. */
const foreign =
  /\bmap\b|ident\b|symbol 0x|serde|expected\b|integer|sequence|\bunit\b|EOF|column|undefined is|Cannot [rcd]|properties of|not iterable|call stack|\[object|circular structure/;

/** @param {Engine} engine @param {string} name @param {unknown[]} args */
async function made(engine, name, args) {
  const [method, noun] = /** @type {[string, string | undefined]} */ (name.split(".").reverse());
  const holder = /** @type {any} */ (noun === undefined ? engine : engine[/** @type {"executions"} */ (noun)]);
  const answer = await holder[method](...args);
  // Where nothing is wrong with its options, nothing has happened yet either.
  if (typeof answer?.next !== "function") return;
  const first = answer.next();
  await Promise.race([first, new Promise((end) => setTimeout(end, 50))]);
  await answer.return();
}

/**
 * @typedef {{ where: string, what: string, args: unknown[] }} Spoilt arguments with another value in one place, or in one
 * field of the options
 */

/** @param {unknown[]} args @returns {Spoilt[]} */
function spoilt(args) {
  return args.flatMap((arg, place) => [
    ...nonsense.map(([what, value]) => ({ where: String(place), what, args: args.with(place, value()) })),
    ...(typeof arg === "object" && arg !== null && !Array.isArray(arg) ? spoiltOptions(args, arg, place) : []),
  ]);
}

/** @param {unknown[]} args @param {object} options @param {number} place @returns {Spoilt[]} */
function spoiltOptions(args, options, place) {
  /** @param {string} where @param {string} what @param {unknown} value */
  const one = (where, what, value) => ({ where, what, args: args.with(place, { ...options, [where]: value }) });
  const fields = [...Object.keys(options), "signal", "toJSON", "input", "members", "bytes"];
  return [
    ...fields.flatMap((field) => nonsense.map(([what, value]) => one(field, what, value()))),
    one("mispelt", "unknown", 1),
  ];
}

/** What is wrong with what a call was refused with, if anything. @param {any} error */
function faultOf(error) {
  if (!(error instanceof TidegateError)) return `${error?.name}: ${error?.message}`;
  if (foreign.test(error.message)) return error.message;
  if (error.category === "bug" || error.category === "engine") return error.code;
  if (error.message.length > 1_200) return "told at length";
  const { field } = error.details;
  return error.code === "validation.invalid_input" && (field === "arguments" || field === "") ? "no field" : undefined;
}

/** @param {Engine} engine @param {string} name @param {Spoilt} spoilt */
async function fault(engine, name, { what, args }) {
  const call = made(engine, name, args).then(
    () => (what === "unknown" ? "taken" : undefined),
    (error) => faultOf(error),
  );
  return Promise.race([call, new Promise((end) => setTimeout(end, 5_000, "never settled"))]);
}

for (const [name, valid] of Object.entries(calls)) {
  // Contract: errors.nonsense, values.options.
  test(`whatever ${name} is given, it is refused with an error of the package in the caller's words`, async () => {
    const { engine } = await openTestEngine();
    const cases = spoilt(valid);
    const faults = await Promise.all(cases.map((one) => fault(engine, name, one)));
    const wrong = cases.flatMap(({ where, what }, place) => {
      const found = faults[place];
      return found === undefined ? [] : [`${where}: ${what}: ${String(found).slice(0, 300)}`];
    });
    assert.deepEqual(wrong, []);
    await engine.close();
  });
}
