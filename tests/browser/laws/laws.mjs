// The laws that any database of the engine keeps, held against all that an engine tells of itself. Nothing of a host is
// used here, so that pages check them as well as Node does.

/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").ExecutionSnapshot} Snapshot */
/** @typedef {import("../../../dist/js/index.js").ExecutionSummary} Summary */
/** @typedef {import("../../../dist/js/index.js").EventRecord} Event */
/** @typedef {{ snapshots: Snapshot[], summaries: Summary[], events: Event[] }} Picture */
/** @typedef {(broken: string) => void} Say */

const ENDED = ["completed", "failed", "cancelled", "expired", "skipped"];

/** How every answered call of a test is kept until it is held against the database. */
export class Ledger {
  /** The ids of answered creates. @type {string[]} */
  created = [];
  /** Answered completes: the execution, the attempt and the result. @type {[string, number, string][]} */
  completed = [];
}

/**
 * What is broken in a picture, in a sentence each.
 * @param {Picture} picture
 * @returns {string[]}
 */
export function broken({ snapshots, summaries, events }) {
  /** @type {string[]} */
  const found = [];
  const histories = grouped(events);
  if (histories.size !== snapshots.length) found.push(`${histories.size} histories, ${snapshots.length} executions`);
  const summary = new Map(summaries.map((one) => [one.executionId, one]));
  positions(events, (what) => found.push(what));
  for (const snapshot of snapshots) {
    const history = histories.get(snapshot.executionId) ?? [];
    /** @type {Say} */
    const say = (what) => found.push(`${snapshot.executionId}: ${what}`);
    replayed(snapshot, history, say);
    leases(snapshot, history, say);
    ended(snapshot, history, say);
    attempts(snapshot, say);
    if (summary.get(snapshot.executionId)?.publicState !== snapshot.publicState) say("listed in another state");
  }
  return found;
}

/** @param {Event[]} events */
function grouped(events) {
  /** @type {Map<string, Event[]>} */
  const histories = new Map();
  for (const event of events) {
    // Events of workers are of no execution.
    if (event.executionId === undefined) continue;
    const history = histories.get(event.executionId);
    if (history === undefined) histories.set(event.executionId, [event]);
    else history.push(event);
  }
  return histories;
}

/** @param {Event} event */
const positionOf = ({ cursor }) => Number(cursor.replace(/^e/, ""));

/**
 * Positions rise, and instants never go back.
 * @param {Event[]} events
 * @param {Say} say
 */
function positions(events, say) {
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (before === undefined) continue;
    if (!(positionOf(event) > positionOf(before))) say(`position ${event.cursor} follows ${before.cursor}`);
    if (event.at < before.at) say(`the instant of position ${event.cursor} goes back`);
  }
}

/**
 * The log from its start reconstructs the state.
 * @param {Snapshot} snapshot
 * @param {Event[]} history
 * @param {Say} say
 */
function replayed(snapshot, history, say) {
  const phases = history.filter(({ state }) => state !== undefined);
  if (history[0]?.cause !== "created") say(`begins with ${history[0]?.cause}`);
  const created = history.filter(({ cause }) => cause === "created").length;
  if (created !== 1) say(`created ${created} times`);
  const last = phases.at(-1);
  if (last?.publicState !== snapshot.publicState) say(`is ${snapshot.publicState}, the log says ${last?.publicState}`);
  if (JSON.stringify(last?.state) !== JSON.stringify(snapshot.state)) say("its state is not the log's");
}

/**
 * Epochs rise with each lease, and a lease ends before the next begins, unless that one takes over a lapsed one.
 * @param {Snapshot} snapshot
 * @param {Event[]} history
 * @param {Say} say
 */
function leases(snapshot, history, say) {
  const issued = history.filter(({ lease }) => lease === "acquired" || lease === "reclaimed");
  const epochs = issued.map(({ leaseEpoch = 0 }) => leaseEpoch);
  if (!rises([0, ...epochs])) say(`its leases have the epochs ${epochs}`);
  if ((epochs.at(-1) ?? 0) > snapshot.leaseEpoch) say(`has epoch ${snapshot.leaseEpoch}, the log has ${epochs}`);
  const story = history.map(({ lease }) => lease).filter((lease) => lease !== undefined && lease !== "renewed");
  const allowed = /^(acquired (expired |revoked |(?=reclaimed|$))|reclaimed (expired |revoked |(?=reclaimed|$)))*$/;
  if (!allowed.test(story.map((lease) => `${lease} `).join(""))) say(`its leases were ${story}`);
  if (snapshot.leaseReclaimCount > 100) say("was taken over more often than the cap allows");
}

/** @param {number[]} numbers */
function rises(numbers) {
  return numbers.every((number, index) => index === 0 || number > Number(numbers[index - 1]));
}

/**
 * One completion for what has ended, none for what has not.
 * @param {Snapshot} snapshot
 * @param {Event[]} history
 * @param {Say} say
 */
function ended(snapshot, history, say) {
  const completions = history.filter(({ completion }) => completion !== undefined).length;
  const expected = ENDED.includes(snapshot.publicState) ? 1 : 0;
  if (completions !== expected) say(`is ${snapshot.publicState} with ${completions} completion events`);
  const after = history.findIndex(({ completion }) => completion !== undefined);
  if (after >= 0 && after !== history.length - 1) say("something happened after its end");
}

/**
 * Attempts are numbered without gaps, and one of a completed execution succeeded.
 * @param {Snapshot} snapshot
 * @param {Say} say
 */
function attempts({ attempts, totalAttemptCount, publicState }, say) {
  if (attempts.length !== totalAttemptCount) say(`${attempts.length} attempts, ${totalAttemptCount} counted`);
  for (const [index, { attemptIndex }] of attempts.entries())
    if (attemptIndex !== index) say(`attempt ${attemptIndex} stands at ${index}`);
  const succeeded = attempts.filter(({ lifecycle }) => lifecycle === "ended_success").length;
  if (succeeded !== (publicState === "completed" ? 1 : 0)) say(`${publicState} with ${succeeded} successful attempts`);
  const running = attempts.filter(({ lifecycle }) => lifecycle === "started").length;
  if (running > 1) say(`${running} attempts at a time`);
  const epochs = attempts.map(({ leaseEpoch }) => leaseEpoch);
  if (!rises(epochs)) say(`its attempts have the epochs ${epochs}`);
}

/**
 * What was answered and is not there, in a sentence each.
 * @param {Pick<Picture, "snapshots">} picture
 * @param {Ledger} ledger
 * @param {(executionId: string) => string | undefined} resultOf
 */
export function lost({ snapshots }, { created, completed }, resultOf) {
  /** @type {string[]} */
  const found = [];
  const known = new Map(snapshots.map((one) => [one.executionId, one]));
  for (const id of created) if (!known.has(id)) found.push(`${id}: its create was answered and is lost`);
  for (const [id, index, result] of completed) {
    const snapshot = known.get(id);
    if (snapshot?.publicState !== "completed") found.push(`${id}: completed, found ${snapshot?.publicState}`);
    const lifecycle = snapshot?.attempts[index]?.lifecycle;
    if (lifecycle !== "ended_success") found.push(`${id}: attempt ${index} completed, found ${lifecycle}`);
    if (resultOf(id) !== result) found.push(`${id}: has the result ${resultOf(id)} instead of ${result}`);
  }
  const twice = completed.length - new Set(completed.map(([id]) => id)).size;
  if (twice > 0) found.push(`${twice} executions completed twice`);
  if (new Set(created).size !== created.length) found.push("an id was given twice");
  return found;
}
