// What kinds of walks there are: each forces something that a crash must not hurt. A round walks all of them, so that
// whatever has to occur in a run occurs in every round.

import { FAULTS } from "../disk/faults.mjs";
import { POLICIES } from "../disk/image.mjs";

/** What of the contract a walk is about. @typedef {"strict" | "relaxed" | "spoiled" | "import" | "faults" | "vanished"} About */

/**
 * `weights` says how often a step is chosen, `cuts` at how many places power is lost afterwards and `when` during what
 * alone, `faults` what may strike a step and in how many of a hundred. A disk that `lies` flushes nothing;
 * one that is `trusted` is believed to be powersafe.
 * @typedef {{ name: string, about: About, strict: boolean, sector: number, powersafe: boolean, lies?: boolean, trusted?: boolean,
 *   steps: number, cuts: number, policies?: string[], when?: string[], weights: Record<string, number>,
 *   faults?: { of: import("../disk/faults.mjs").Fault[], percent: number }, imports?: boolean, vanishing?: boolean,
 *   retention?: import("../../../dist/js/lines/local.js").Retention }} Plan
 */

/** What applications do, as often as they might. */
const WORK = {
  create: 30,
  claim: 25,
  finish: 20,
  append: 7,
  record: 4,
  flow: 4,
  pass: 4,
  compact: 2,
  reserve: 2,
  export: 1,
  reopen: 1,
};

/** Work under faults: room is looked for, and files are taken anew. */
const REPAIRED = { ...WORK, reserve: 10, reopen: 4 };

const CLEANED = { ...WORK, pass: 10, compact: 10, clear: 10 };

/** Openings and closes, with little between them. */
const OPENINGS = { create: 3, claim: 2, finish: 2, reopen: 4 };

/** A retention that is over while a walk goes on, so that there are pages to give back. */
const SHORT = { executionsMs: 20_000 };

/** The policies that tear; where images are large there are no others. */
export const TEARING = ["random", "prefix", "drop-one"];

/** @type {Plan} */
const strict = {
  name: "work",
  about: "strict",
  strict: true,
  sector: 512,
  powersafe: true,
  steps: 90,
  cuts: 16,
  weights: WORK,
};
/** @type {Plan} */
const relaxed = { ...strict, about: "relaxed", strict: false };
/** @type {Plan} */
const spoiled = { ...strict, about: "spoiled", powersafe: false };
/** @type {Plan} */
const imported = { ...strict, about: "import", imports: true, steps: 4, cuts: 12, when: ["opening"] };
/** @type {Plan} */
const failing = { ...strict, about: "faults", weights: REPAIRED };

/** @type {Plan} */
const openings = { ...strict, steps: 25, weights: OPENINGS, when: ["opening", "closing"] };

const any = (/** @type {number} */ percent) => ({ of: FAULTS, percent });

/** @type {Plan[]} */
export const plans = [
  { ...strict, name: "work, strict" },
  { ...relaxed, name: "work, relaxed" },
  { ...strict, name: "work over large sectors, strict", sector: 4096 },
  { ...spoiled, name: "work over sectors that spoil, strict" },
  { ...spoiled, name: "work over large sectors that spoil, strict", sector: 4096 },
  { ...spoiled, name: "work over large sectors that spoil, relaxed", sector: 4096, strict: false },
  { ...strict, name: "vacuum, strict", retention: SHORT, weights: CLEANED },
  { ...relaxed, name: "vacuum, relaxed", retention: { ...SHORT, eventsMs: 40_000 }, weights: CLEANED },
  { ...openings, name: "openings, strict" },
  { ...openings, name: "openings, relaxed", about: "relaxed", strict: false },
  { ...openings, name: "openings, all faults", about: "faults", faults: any(40) },
  { ...imported, name: "import, strict" },
  { ...imported, name: "import, relaxed", strict: false },
  { ...imported, name: "import, all faults", faults: any(60) },
  { ...strict, name: "vanishing files", about: "vanished", steps: 60, cuts: 0, vanishing: true },
  { ...strict, name: "spill, strict", steps: 2, cuts: 3, policies: TEARING, weights: { large: 1 } },
  {
    ...failing,
    name: "spill, all faults",
    steps: 3,
    cuts: 1,
    policies: TEARING,
    weights: { large: 2, reserve: 1 },
    faults: any(70),
  },
  ...FAULTS.map((fault) => ({ ...failing, name: `${fault}, strict`, faults: { of: [fault], percent: 25 } })),
  { ...failing, name: "all faults, relaxed", strict: false, faults: any(40) },
];

/** What a run has to meet. */
export const EXPECTED = [
  ...POLICIES.map((policy) => `policies: ${policy}`),
  ...FAULTS.map((fault) => `faults: ${fault}`),
  "faults: all files vanished",
  "faults: the database vanished",
  "faults: the log vanished",
  "faults: files vanished in use",
  "crashes: between questions",
  "crashes: in a clean close",
  "crashes: in a later opening",
  "crashes: in a question",
  "crashes: in an import",
  "crashes: in the first opening",
  "images: with a spoiled sector",
  "images: with a torn write",
  "images: worked on",
  "schedules: a clean close",
  "schedules: a compaction",
  "schedules: a database that became shorter",
  "schedules: a log that was copied",
  "schedules: a transaction that spilled",
  "schedules: an export",
];
