// Laps in a browser: contestants take turns, so that whatever else the machine does meets all of them alike.

/** @typedef {import("./worker.mjs").Step} Step */
/**
 * Who takes part: each step answers the ns for one operation.
 * @typedef {{ step(step: Step, count: number, batch: number): Promise<number>, shuffle(): Promise<unknown>,
 *   close(): Promise<unknown> }} Runner
 * @typedef {Record<string, number[]>} Laps times by contestant
 * @typedef {{ count: number, batch: number, shuffled?: boolean }} Lap how many operations, how many in one commit
 */

/** The steps of a life, in their order. */
export const STEPS = /** @type {const} */ (["create", "claim", "complete"]);

/**
 * Lets contestants run these laps, in turn; another one begins each round. Answers the laps of each kind, by step.
 * @param {Record<string, Runner>} runners
 * @param {number} rounds
 * @param {Lap[]} kinds
 * @returns {Promise<Record<Step, Laps>[]>}
 */
export async function race(runners, rounds, kinds) {
  const entries = Object.entries(runners);
  const empty = () => Object.fromEntries(entries.map(([name]) => [name, /** @type {number[]} */ ([])]));
  const laps = kinds.map(() => ({ create: empty(), claim: empty(), complete: empty() }));
  // The first round is for the compilers and the caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, kind] of kinds.entries()) {
      const kept = round < 0 ? undefined : laps[index];
      await turns(entries, round + 1, kind, kept);
    }
  }
  return laps;
}

/**
 * One lap of each, from the `first` on.
 * @param {[string, Runner][]} entries
 * @param {number} first
 * @param {Lap} kind
 * @param {Record<Step, Laps> | undefined} kept
 */
async function turns(entries, first, kind, kept) {
  const from = first % entries.length;
  for (const [name, runner] of [...entries.slice(from), ...entries.slice(0, from)]) {
    const times = await life(runner, kind);
    for (const step of STEPS) kept?.[step][name]?.push(times[step]);
  }
}

/**
 * @param {Runner} runner
 * @param {Lap} lap
 * @returns {Promise<Record<Step, number>>}
 */
async function life(runner, { count, batch, shuffled = false }) {
  const create = await runner.step("create", count, batch);
  const claim = await runner.step("claim", count, batch);
  if (shuffled) await runner.shuffle();
  return { create, claim, complete: await runner.step("complete", count, batch) };
}
