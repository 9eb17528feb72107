// The laws find what is broken: each of these pictures breaks one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broken, Ledger, lost } from "./laws.mjs";

const id = "{fp:0}:00000000-0000-7000-8000-000000000000";
const done = { lifecyclePhase: "terminal" };

/** An execution that was created, claimed and completed. */
function picture() {
  const claimed = { cause: "claimed", publicState: "active", state: {}, lease: "acquired", leaseEpoch: 1 };
  const completed = { cause: "completed", publicState: "completed", state: done, lease: "revoked", leaseEpoch: 1 };
  const events = [
    { cause: "created", publicState: "waiting", state: {} },
    claimed,
    { ...completed, completion: "success" },
  ].map((event, index) => ({ executionId: id, cursor: `e${index + 1}`, at: index, ...event }));
  const attempt = { attemptIndex: 0, lifecycle: "ended_success", leaseEpoch: 1 };
  const known = { executionId: id, publicState: "completed" };
  const counts = { leaseEpoch: 1, totalAttemptCount: 1, leaseReclaimCount: 0 };
  return /** @type {any} */ ({
    summaries: [known],
    snapshots: [{ ...known, ...counts, state: done, attempts: [attempt] }],
    events,
  });
}

/** @type {[string, RegExp, (picture: any) => void][]} */
const breaks = [
  ["a lost execution", /1 histories, 0 executions/, ({ snapshots }) => snapshots.pop()],
  ["a position that does not rise", /follows/, ({ events }) => Object.assign(events[2], { cursor: "e2" })],
  ["an instant that goes back", /goes back/, ({ events }) => Object.assign(events[2], { at: 0 })],
  [
    "another state than the log's",
    /the log says/,
    ({ snapshots }) => Object.assign(snapshots[0], { publicState: "failed" }),
  ],
  [
    "other dimensions than the log's",
    /is not the log's/,
    ({ snapshots }) => Object.assign(snapshots[0], { state: {} }),
  ],
  ["an epoch that does not rise", /epochs/, ({ events }) => Object.assign(events[1], { leaseEpoch: 0 })],
  ["a lease that ended unissued", /leases were/, ({ events }) => Object.assign(events[1], { lease: undefined })],
  ["a second completion", /2 completion events/, ({ events }) => Object.assign(events[1], { completion: "success" })],
  [
    "an end without its event",
    /0 completion events/,
    ({ events }) => Object.assign(events[2], { completion: undefined }),
  ],
  ["no creation", /begins with/, ({ events }) => Object.assign(events[0], { cause: "claimed" })],
  [
    "a gap in the attempts",
    /stands at/,
    ({ snapshots }) => Object.assign(snapshots[0].attempts[0], { attemptIndex: 1 }),
  ],
  [
    "a completion by no attempt",
    /0 successful/,
    ({ snapshots }) => Object.assign(snapshots[0].attempts[0], { lifecycle: "started" }),
  ],
  [
    "a listing that differs",
    /listed in another/,
    ({ summaries }) => Object.assign(summaries[0], { publicState: "active" }),
  ],
];

test("a sound picture breaks no law", () => {
  const ledger = Object.assign(new Ledger(), { created: [id], completed: [[id, 0, "r"]] });
  assert.deepEqual(broken(picture()), []);
  assert.deepEqual(
    lost(picture(), ledger, () => "r"),
    [],
  );
});

for (const [what, expected, smash] of breaks) {
  test(`the laws find ${what}`, () => {
    const one = picture();
    smash(one);
    assert.match(broken(one).join("\n"), expected);
  });
}

test("what was answered and is not there is found", () => {
  const lostCreate = Object.assign(new Ledger(), { created: [id, "another"] });
  assert.match(lost(picture(), lostCreate, () => "r").join(), /another: its create/);
  const otherResult = Object.assign(new Ledger(), { completed: [[id, 0, "r"]] });
  assert.match(lost(picture(), otherResult, () => "s").join(), /has the result s/);
  const otherAttempt = Object.assign(new Ledger(), { completed: [[id, 1, "r"]] });
  assert.match(lost(picture(), otherAttempt, () => "r").join(), /attempt 1 completed, found undefined/);
  const twice = Object.assign(new Ledger(), { completed: Array(2).fill([id, 0, "r"]) });
  assert.match(lost(picture(), twice, () => "r").join(), /completed twice/);
});
