// What a separate scheduler uses: grants, reclaiming, admission, and calls by fence, through the front door.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Protocol } from "../../../dist/js/operations/protocol.js";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

/** @typedef {import("../../../dist/js/index.js").ClaimedExecution} ClaimedExecution */
/** @typedef {import("../../../dist/js/index.js").GrantAnswer} GrantAnswer */

const worker = { id: "w" };
const other = { id: "other" };

/** An engine with its protocol, and an execution to begin with. */
async function opened(create = {}) {
  const { engine, clock } = await openTestEngine();
  const make = async () =>
    (await engine.executions.create({ lane: "l", kind: "k", input: { to: "a" }, ...create })).executionId;
  return { engine, clock, protocol: engine.protocol, make, executionId: await make() };
}

/** @param {ClaimedExecution} claim */
function fenceOf({ executionId, attemptIndex, leaseId, leaseEpoch, attemptId }) {
  return { executionId, attemptIndex, fence: { leaseId, leaseEpoch, attemptId } };
}

/** A claim whose worker recorded a step and then lost its lease. @param {Awaited<ReturnType<typeof opened>>} it */
async function lapsed({ engine, clock }) {
  const claim = await claimed(engine);
  await engine.recordStep(claim.handle, "part", { result: [1] });
  await clock.advance(30_000);
  return claim;
}

/** @param {string} code @param {() => Promise<unknown>} call */
async function refused(code, call) {
  const error = await rejection(call);
  assert.equal(error.name, "TidegateError");
  assert.equal(error.code, code, error.message);
  return error;
}

test("every method refuses what is no object, and an id that nobody has", async () => {
  const { engine, protocol } = await opened();
  const names = Object.getOwnPropertyNames(Protocol.prototype).filter((name) => name !== "constructor");
  assert.equal(names.length, 17);
  const executionId = "{fp:0}:00000000-0000-0000-0000-000000000000";
  const uuid = "00000000-0000-0000-0000-000000000000";
  const fence = { leaseId: uuid, leaseEpoch: 1, attemptId: uuid };
  const reason = { message: "no" };
  const typed = { executionId, attemptIndex: 0, fence };
  const granted = { executionId, worker };
  /** @type {Record<string, object | null>} */
  const unknown = {
    renewLease: { ...typed, leaseTtlMs: 1 },
    completeExecution: { ...typed, result: { n: 1 } },
    failExecution: { ...typed, reason, class: "transient" },
    issueClaimGrant: granted,
    issueReclaimGrant: granted,
    claimExecution: granted,
    claimResumedExecution: granted,
    claimFromResumeGrant: { ...granted, grantKey: uuid },
    reclaimExecution: granted,
    issueGrantAndClaim: { executionId },
    blockRoute: { executionId },
    blockExecutionForAdmission: { executionId, reason: "paused_by_operator" },
    unblockExecution: { executionId, expectedReason: "paused_by_operator" },
    cancelFlowHeader: { flowId: uuid, policy: "cancel_all" },
    ackCancelMember: null,
    claimForWorker: null,
    scanEligibleExecutions: null,
  };
  assert.deepEqual(Object.keys(unknown).sort(), names.sort());
  for (const [name, args] of Object.entries(unknown)) {
    const method = (/** @type {unknown} */ options) => /** @type {any} */ (protocol)[name](options);
    assert.equal((await refused("validation.invalid_input", () => method(undefined))).details.field, "options");
    const extra = await refused("validation.invalid_input", () => method({ ...args, surprise: 1 }));
    assert.equal(extra.details.field, "surprise");
    const thing = name === "cancelFlowHeader" ? "flow" : "execution";
    if (args) await refused(`not_found.${thing}`, () => method(args));
  }
  await engine.close();
});

test("a lease is renewed and its attempt ended by the fence", async () => {
  const { engine, clock, protocol, make } = await opened();
  const claim = await claimed(engine);
  const fence = fenceOf(claim);
  const leaseTtlMs = 90_000;
  const renewed = { leaseExpiresAt: clock.now + leaseTtlMs, leaseEpoch: 1 };
  assert.deepEqual(await protocol.renewLease({ ...fence, leaseTtlMs }), renewed);
  const stale = { ...fence, fence: { ...fence.fence, leaseEpoch: 7 } };
  await refused("state.stale_lease", () => protocol.renewLease({ ...stale, leaseTtlMs }));
  await refused("not_found.attempt", () => protocol.renewLease({ ...fence, attemptIndex: 7, leaseTtlMs }));
  const { fence: _, ...unfenced } = fence;
  const bare = await refused("validation.invalid_input", () => protocol.renewLease({ ...unfenced, leaseTtlMs }));
  assert.equal(bare.details.field, "fence");
  await refused("state.stale_lease", () => protocol.completeExecution({ ...stale, result: 1 }));
  const done = await protocol.completeExecution({ ...fence, result: { paid: 5 }, requestId: "r" });
  assert.deepEqual(done, { executionId: claim.executionId, publicState: "completed" });
  assert.deepEqual(await protocol.completeExecution({ ...fence, result: "else", requestId: "r" }), done);
  assert.deepEqual((await engine.executions.result(claim.executionId))?.result, { paid: 5 });
  const failure = /** @type {const} */ ({ reason: { message: "no" }, class: "transient" });
  await refused("contention.execution_not_active", () => protocol.failExecution({ ...fence, ...failure }));

  const attemptIndex = 0;
  const [bytes, nothing, failed, retried] = await Promise.all([make(), make(), make(), make()]);
  for (let n = 0; n < 4; n++) await claimed(engine);
  const source = "operator_override";
  const raw = { result: new Uint8Array([1, 2]), encoding: "raw" };
  await protocol.completeExecution({ executionId: bytes, attemptIndex, source, ...raw });
  assert.deepEqual(await engine.executions.result(bytes), { attemptIndex, ...raw });
  await protocol.completeExecution({ executionId: nothing, attemptIndex, source });
  assert.equal((await engine.executions.result(nothing))?.result, undefined);
  const bad = { executionId: failed, attemptIndex, source, result: "x", encoding: "raw" };
  assert.equal((await rejection(() => protocol.completeExecution(bad))).details.field, "encoding");
  const ended = await protocol.failExecution({
    executionId: failed,
    attemptIndex,
    source,
    ...failure,
    class: "permanent",
  });
  assert.deepEqual(ended, { outcome: "terminal_failed" });
  const retry = { maxRetries: 1, backoff: /** @type {const} */ ({ type: "fixed", delayMs: 5 }) };
  const again = await protocol.failExecution({ executionId: retried, attemptIndex, source, ...failure, retry });
  assert.deepEqual(again, { outcome: "retry_scheduled", delayUntil: clock.now + 5, nextAttemptIndex: 1 });
  await engine.close();
});

test("a grant keeps an execution for one worker, who starts an attempt with it", async () => {
  const { engine, clock, protocol, make, executionId } = await opened({ requiredCapabilities: ["gpu"] });
  const capabilities = ["gpu"];
  assert.deepEqual(await protocol.scanEligibleExecutions({ lane: "l" }), { executionIds: [executionId] });
  const wide = await refused("validation.invalid_input", () => protocol.scanEligibleExecutions({ lane: "" }));
  assert.equal(wide.details.field, "lane");
  assert.deepEqual(await protocol.claimForWorker({ lanes: ["l"], worker }), { outcome: "no_work" });
  await refused("validation.invalid_input", () => protocol.claimForWorker({ lanes: [], worker }));
  await refused("validation.capability_mismatch", () => protocol.issueClaimGrant({ executionId, worker }));
  await refused("contention.invalid_claim_grant", () => protocol.claimExecution({ executionId, worker }));
  const grant = await protocol.claimForWorker({ lanes: ["l"], worker, capabilities });
  assert.equal(grant.outcome === "granted" && grant.expiresAt, clock.now + 5_000);
  assert.deepEqual(await protocol.scanEligibleExecutions({ lane: "l", limit: 5 }), { executionIds: [] });
  assert.equal(await engine.claim({ lanes: ["l"], worker, capabilities }), null);
  await refused("state.grant_already_exists", () =>
    protocol.issueClaimGrant({ executionId, worker: other, capabilities }),
  );
  await refused("contention.invalid_claim_grant", () => protocol.claimExecution({ executionId, worker: other }));
  const claim = await protocol.claimExecution({ executionId, worker, leaseTtlMs: 1_000, requestId: "r" });
  assert.deepEqual([claim.input, claim.steps, claim.handleKind], [{ to: "a" }, [], "fresh"]);
  assert.equal(claim.leaseExpiresAt, clock.now + 1_000);
  assert.deepEqual(await protocol.claimExecution({ executionId, worker, requestId: "r" }), claim);
  await refused("contention.lease_conflict", () => protocol.claimExecution({ executionId, worker }));
  await engine.complete(claim.handle);

  const late = await make();
  const { lane, grantKey } = await protocol.issueClaimGrant({
    executionId: late,
    worker,
    capabilities,
    grantTtlMs: 50,
  });
  assert.deepEqual([lane, typeof grantKey], ["l", "string"]);
  const parked = engine.claim({ lanes: ["l"], worker: other, capabilities, maxWaitMs: 60_000 });
  await clock.advance(51);
  assert.equal((await parked)?.executionId, late);
  const over = await make();
  await protocol.issueClaimGrant({ executionId: over, worker, capabilities, grantTtlMs: 50 });
  await clock.advance(51);
  await refused("contention.claim_grant_expired", () => protocol.claimExecution({ executionId: over, worker }));
  await engine.close();
});

test("an interrupted attempt goes on under a grant, with its steps", async () => {
  const it = await opened();
  const { engine, protocol, executionId } = it;
  await refused("not_found.attempt", () =>
    protocol.claimFromResumeGrant({ executionId, worker, grantKey: crypto.randomUUID() }),
  );
  await protocol.issueClaimGrant({ executionId, worker });
  await refused("contention.not_a_resumed_execution", () => protocol.claimResumedExecution({ executionId, worker }));
  const first = await protocol.claimExecution({ executionId, worker });
  await engine.recordStep(first.handle, "part", { result: { kept: true } });
  const grantKey = crypto.randomUUID();
  assert.equal(await protocol.claimFromResumeGrant({ executionId, worker, grantKey }), null);
  await engine.waitChildren(first.handle);
  await protocol.issueClaimGrant({ executionId, worker });
  await refused("contention.use_claim_resumed_execution", () => protocol.claimExecution({ executionId, worker }));
  const second = await protocol.claimResumedExecution({ executionId, worker });
  assert.deepEqual([second.attemptId, second.handleKind], [first.attemptId, "resumed"]);
  assert.deepEqual(
    second.steps.map(({ result }) => result),
    [{ kept: true }],
  ); // prettier-ignore
  assert.deepEqual(second.input, { to: "a" });
  await it.clock.advance(30_000);
  const grant = await protocol.issueClaimGrant({ executionId, worker });
  await refused("contention.invalid_claim_grant", () =>
    protocol.claimFromResumeGrant({ executionId, worker, grantKey }),
  );
  const third = await protocol.claimFromResumeGrant({ executionId, worker, grantKey: grant.grantKey });
  assert.deepEqual([third?.attemptId, third?.leaseEpoch], [first.attemptId, 3]);
  assert.deepEqual([third?.input, third?.steps[0]?.result], [{ to: "a" }, { kept: true }]);
  await engine.close();
});

test("a lapsed execution is taken over under a grant, as often as its policy allows", async () => {
  const it = await opened({ maxReclaimCount: 1 });
  const { engine, clock, protocol, executionId } = it;
  const waiting = await protocol.issueReclaimGrant({ executionId, worker });
  assert.equal(waiting.outcome, "not_reclaimable");
  assert.equal((await protocol.reclaimExecution({ executionId, worker })).outcome, "not_reclaimable");
  const first = await lapsed(it);
  assert.deepEqual(await protocol.reclaimExecution({ executionId, worker }), {
    outcome: "grant_not_found",
    executionId,
  });
  const grant = await protocol.issueReclaimGrant({ executionId, worker });
  assert.equal(grant.outcome === "granted" && grant.lane, "l");
  await refused("state.grant_already_exists", () => protocol.issueReclaimGrant({ executionId, worker: other }));
  const named = await refused("validation.invalid_input", () =>
    protocol.reclaimExecution({ executionId, worker: other }),
  );
  assert.equal(named.details.field, "worker.id");
  const claim = await protocol.reclaimExecution({ executionId, worker });
  assert.ok(claim.outcome === "claimed");
  assert.deepEqual([claim.handleKind, claim.attemptIndex, claim.input], ["reclaimed", 1, { to: "a" }]);
  assert.deepEqual(
    claim.steps.map(({ name, result }) => [name, result]),
    [["part", [1]]],
  ); // prettier-ignore
  assert.equal((await rejection(() => engine.complete(first.handle))).code, "contention.lease_conflict");
  await clock.advance(30_000);
  const capped = { outcome: "reclaim_cap_exceeded", executionId, reclaimCount: 1 };
  assert.deepEqual(await protocol.issueReclaimGrant({ executionId, worker }), capped);
  // The next plain claim, which comes after a pause, ends it and takes what waits behind it.
  await clock.advance(1_000);
  const last = await it.make();
  assert.equal((await lapsed(it)).executionId, last);
  assert.equal((await engine.executions.describe(executionId))?.publicState, "failed");
  await protocol.issueReclaimGrant({ executionId: last, worker });
  const spent = await protocol.reclaimExecution({ executionId: last, worker, maxReclaimCount: 0 });
  assert.deepEqual(spent, { outcome: "reclaim_cap_exceeded", executionId: last, reclaimCount: 0 });
  assert.equal((await engine.executions.describe(last))?.publicState, "failed");
  await engine.close();
});

test("an operator claims one execution, whatever it requires", async () => {
  const { engine, clock, protocol, executionId } = await opened({ requiredCapabilities: ["gpu"] });
  await protocol.issueClaimGrant({ executionId, worker, capabilities: ["gpu"], grantTtlMs: 10 });
  await refused("state.grant_already_exists", () => protocol.issueGrantAndClaim({ executionId }));
  await clock.advance(11);
  const claim = await protocol.issueGrantAndClaim({ executionId, leaseTtlMs: 500 });
  assert.deepEqual([claim.input, claim.steps, claim.leaseExpiresAt], [{ to: "a" }, [], clock.now + 500]);
  const { entries } = await engine.leases.listExpired({ asOf: clock.now + 500 });
  assert.equal(entries[0]?.workerId, "operator");
  await engine.close();
});

test("an execution is set aside and let go again, and a parked claim gets it then", async () => {
  const { engine, protocol, executionId } = await opened();
  const reason = "waiting_for_budget";
  const detail = "spent for today";
  const blocked = await protocol.blockExecutionForAdmission({ executionId, reason, detail });
  assert.deepEqual(blocked, { executionId, publicState: "rate_limited" });
  assert.equal((await engine.executions.explainClaim(executionId)).reason, "blocked_by_budget");
  const why = { executionId, reason: "boredom" };
  await refused("validation.invalid_blocking_reason", () => protocol.blockExecutionForAdmission(why));
  await refused("contention.execution_not_eligible", () => protocol.blockRoute({ executionId }));
  const quota = { executionId, expectedReason: "waiting_for_quota" };
  await refused("contention.execution_not_eligible", () => protocol.unblockExecution(quota));
  const parked = engine.claim({ lanes: ["l"], worker, maxWaitMs: 60_000 });
  await engine.executions.list();
  const free = await protocol.unblockExecution({ executionId, expectedReason: reason });
  assert.deepEqual(free, { executionId, publicState: "waiting" });
  assert.equal((await parked)?.executionId, executionId);

  const routed = await engine.executions.create({ lane: "m", kind: "k", requiredCapabilities: ["gpu"] });
  await protocol.blockRoute({ executionId: routed.executionId, reason: "nobody has it" });
  assert.equal((await engine.executions.explainClaim(routed.executionId)).reason, "blocked_by_route");
  assert.equal(await engine.claim({ lanes: ["m"], worker }), null);
  const claim = await claimed(engine, { lanes: ["m"], capabilities: ["gpu"] });
  assert.equal(claim.executionId, routed.executionId);
  await engine.complete(claim.handle);
  await refused("contention.execution_not_active", () => protocol.blockRoute({ executionId: routed.executionId }));
  await engine.close();
});
