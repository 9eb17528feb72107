// Creates, claims and completes: by one caller, who waits for each answer, and by a hundred at the same time, whose calls
// make one commit.

import { atLeast, closeAll } from "./bench.mjs";
import { race, STEPS } from "./race.mjs";

/** @typedef {import("./bench.mjs").Bench} Bench */
/** @typedef {import("./bench.mjs").Ground} Ground */

const CALLERS = 100;

/**
 * The engine's class, in the worker as its floors are.
 * @param {Bench} bench
 * @param {Ground} ground
 */
export async function measureCalls(bench, ground) {
  const runners = { engine: await bench.inside("engine", ground), ...(await bench.floors(ground)) };
  const [one, many] = await race(runners, bench.rounds, lapsOf(bench, ground));
  for (const step of STEPS) {
    const laps = one?.[step] ?? {};
    const target = ground.strict ? atLeast("of same rows", laps["rows"], laps["engine"], 0.7) : undefined;
    await bench.take({ scenario: scenario(step, 1), laps, target });
  }
  for (const step of STEPS) await bench.take({ scenario: scenario(step, CALLERS), laps: many?.[step] ?? {} });
  await closeAll(runners);
}

/**
 * The package on the page; its floors are in the worker all the same.
 * @param {Bench} bench
 * @param {Ground} ground
 */
export async function measureCallsOnPage(bench, ground) {
  const runners = { engine: await bench.onPage(ground), ...(await bench.floors(ground)) };
  const [single, batched] = lapsOf(bench, ground);
  const mixed = { ...batched, shuffled: true };
  const [one, many, random] = await race(runners, bench.rounds, [single, batched, mixed]);
  if (!one || !many || !random) return;
  for (const step of STEPS) {
    const laps = one[step];
    const target = ground.strict ? atLeast("of raw", laps["raw"], laps["engine"], 0.3) : undefined;
    await bench.take({ scenario: scenario(step, 1), laps, target });
  }
  for (const step of STEPS) {
    const laps = many[step];
    const isAsked = ground.strict && step === "complete";
    const target = isAsked ? atLeast("of same rows", laps["rows"], laps["engine"], 0.6) : undefined;
    await bench.take({ scenario: scenario(step, CALLERS), laps, target });
  }
  const [alone, together] = [one.complete["engine"], many.complete["engine"]];
  const target = ground.strict ? atLeast("x one caller", alone, together, 10) : undefined;
  await bench.take({ scenario: `${scenario("complete", CALLERS)}, by one`, laps: { engine: together ?? [] }, target });
  await bench.take({ scenario: `${scenario("complete", CALLERS)}, random order`, laps: random.complete });
  await closeAll(runners);
}

/**
 * What reaches the files for each commit.
 * @param {Bench} bench
 * @param {Ground} ground
 */
export async function countCalls(bench, ground) {
  const [engine, rows, bare] = [
    await bench.inside("engine", ground),
    await bench.inside("rows", ground),
    await bench.inside("bare", ground),
  ];
  for (const batch of [1, CALLERS])
    for (const step of STEPS) {
      const [first, second, third] = [
        await engine.counts(step, 2 * CALLERS, batch),
        await rows.counts(step, 2 * CALLERS, batch),
        await bare.counts(step, 2 * CALLERS, batch),
      ];
      const counts = { engine: first, rows: second, bare: third };
      await bench.take({ scenario: `${scenario(step, batch)}, a commit`, counts });
    }
  await closeAll({ engine, rows, bare });
}

/** @param {string} step @param {number} callers */
function scenario(step, callers) {
  return `${step}, ${callers === 1 ? "one caller" : `${callers} callers`}`;
}

/**
 * How many calls a lap makes, by one caller and by many.
 * @param {Bench} bench
 * @param {Ground} ground
 * @returns {[import("./race.mjs").Lap, import("./race.mjs").Lap]}
 */
function lapsOf({ plan }, { strict }) {
  const [one, many] = strict ? [200, 2_000] : [1_000, 5_000];
  return plan.quick
    ? [
        { count: 20, batch: 1 },
        { count: CALLERS, batch: CALLERS },
      ]
    : [
        { count: one, batch: 1 },
        { count: many, batch: CALLERS },
      ];
}
