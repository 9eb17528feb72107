// One walk: a database is worked on by a plan and a seed, and then power is lost at places of what was written down.

import { createHash } from "node:crypto";
import { seeded } from "../../browser/laws/churn.mjs";
import { Order } from "../disk/faults.mjs";
import { POLICIES } from "../disk/image.mjs";
import { Origin } from "../disk/origin.mjs";
import { become } from "../world/host.mjs";
import { Occurrences } from "../world/occurrences.mjs";
import { Reopening } from "../world/reopening.mjs";
import { Caller } from "./caller.mjs";
import { Judge } from "./judge.mjs";
import { vanishing } from "./vanishing.mjs";
import { Witness } from "./witness.mjs";

/** @typedef {import("./plans.mjs").Plan} Plan */
/** @typedef {import("../disk/image.mjs").Chance} Chance */

/**
 * What came of a walk: `trace` is the same for two walks only if the same happened in both.
 * @typedef {{ wrong: string[], counts: [string, number][], images: number, trace: string }} Walked
 */

/** So many entries after a fault are soon. */
const SOON = 10;

/** How often files vanish after a walk. */
const VANISHINGS = 3;

/** Operations that go well at most before a fault that was ordered strikes. */
const GO_WELL_MAX = 3;

/**
 * Walks in this thread, which has done nothing else before.
 * @param {Plan} plan @param {number} seed @param {WebAssembly.Module} module
 * @returns {Promise<Walked>}
 */
export async function walk(plan, seed, module) {
  const [chance, elsewhere] = [seeded(seed), seeded(seed + 1)];
  const origin = new Origin();
  become(origin, elsewhere);
  const occurrences = new Occurrences();
  // One caller all the time: an opening leaves it its leases, so that what is found is what was left.
  const opening = { module, strict: plan.strict, limits: { retention: plan.retention, connection: 1 } };
  const reopening = new Reopening(origin);
  const image = plan.imports ? await exported(reopening, opening, chance) : undefined;
  const witness = new Witness(reopening, { ...opening, image }, occurrences);
  await work(plan, witness, chance);
  origin.log = undefined;
  const judge = new Judge(witness, plan, chance);
  for (const place of places(plan, witness, chance)) await judge.at(place, plan.policies ?? POLICIES);
  const trace = createHash("sha256").update(witness.log.digest()).update(judge.verdicts.join()).digest("hex");
  if (plan.vanishing) for (const place of quiet(witness.log.entries, chance)) await vanishing(witness, place);
  return { wrong: witness.wrong, counts: [...occurrences.counts], images: judge.images, trace };
}

/** @param {Plan} plan @param {Witness} witness @param {Chance} chance */
async function work(plan, witness, chance) {
  const caller = new Caller(witness, chance);
  const lots = Object.entries(plan.weights).flatMap(
    ([step, weight]) => /** @type {string[]} */ (Array(weight).fill(step)),
  );
  const strike = () => {
    const { of = [], percent = 0 } = plan.faults ?? {};
    const fault = of[Math.floor(chance() * of.length)];
    if (fault !== undefined && chance() * 100 < percent)
      witness.meets(new Order(fault, Math.floor(chance() * GO_WELL_MAX), chance()));
  };
  strike();
  await caller.open();
  for (let step = 0; step < plan.steps; step += 1) {
    strike();
    await caller.step(lots[Math.floor(chance() * lots.length)] ?? "create");
  }
  await caller.close();
}

/**
 * Places to lose power at, in their order, while what the plan names goes on: every other one anywhere, the others soon
 * after a fault, or where there was none just before a flush, when most is at stake.
 * @param {Plan} plan @param {Witness} witness @param {Chance} chance
 */
function places({ cuts, when }, { log, struck }, chance) {
  let moment = "opening";
  /** @type {number[]} */
  const anywhere = [];
  /** @type {number[]} */
  const flushes = [];
  for (const [index, entry] of log.entries.entries()) {
    if ("version" in entry) moment = entry.did;
    if (when !== undefined && !when.includes(moment)) continue;
    anywhere.push(index + 1);
    if (entry.did === "flush") flushes.push(index);
  }
  const one = (/** @type {number[]} */ of) => of[Math.floor(chance() * of.length)] ?? 0;
  const soon = () => Math.min(one(struck) + Math.floor(chance() * SOON), log.length);
  const pointed = () => (struck.length > 0 ? soon() : one(flushes));
  const chosen = Array.from({ length: cuts }, (_, cut) => (cut % 2 === 0 ? one(anywhere) : pointed()));
  return chosen.sort((one, other) => one - other);
}

/** Places at which nothing is under way. @param {import("../disk/log.mjs").Entry[]} entries @param {Chance} chance */
function quiet(entries, chance) {
  const answers = [...entries.keys()].filter((index) => entries[index]?.did === "answered");
  return Array.from({ length: VANISHINGS }, () => 1 + (answers[Math.floor(chance() * answers.length)] ?? 0));
}

/**
 * The file of a database that was worked on a little.
 * @param {Reopening} reopening @param {import("../world/database.mjs").Opening} opening @param {Chance} chance
 */
async function exported(reopening, opening, chance) {
  const witness = new Witness(reopening, opening, new Occurrences());
  const caller = new Caller(witness, chance);
  await caller.open();
  for (const step of ["create", "create", "claim", "flow", "finish", "append"]) await caller.step(step);
  const image = await caller.exported();
  await caller.close();
  return image;
}
