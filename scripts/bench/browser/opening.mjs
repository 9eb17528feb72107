/// <reference lib="dom" />
// Opening a database, new or with ten thousand executions in it, until something is claimed.

import { closeAll } from "./bench.mjs";
import { Inside } from "./bench-worker.mjs";
import { Package } from "./package.mjs";

/** @typedef {import("./bench.mjs").Bench} Bench */
/** @typedef {import("./bench.mjs").Ground} Ground */
/** @typedef {import("./worker.mjs").Storage} Storage */

/**
 * @param {Bench} bench
 * @param {Ground} ground
 */
export async function measureOpening(bench, ground) {
  const [finished, waiting] = bench.plan.quick ? [400, 100] : [9_000, 1_000];
  const fresh = { engine: /** @type {number[]} */ ([]), rows: /** @type {number[]} */ ([]) };
  const full = { engine: /** @type {number[]} */ ([]), rows: /** @type {number[]} */ ([]) };
  const [engine, rows] = [
    await filled(bench, ground, finished, waiting),
    await filled(bench, ground, finished, waiting),
  ];
  for (let round = 0; round < bench.rounds; round += 1) {
    fresh.engine.push(await openPackage(bench, bench.storage(ground), true));
    fresh.rows.push(await openRows(bench, bench.storage(ground), true));
    full.engine.push(await openPackage(bench, engine, false));
    full.rows.push(await openRows(bench, rows, false));
  }
  await bench.take({ scenario: "open a new database; first claim", laps: fresh });
  await bench.take({ scenario: `open ${finished} finished, ${waiting} waiting; first claim`, laps: full });
}

/**
 * A database with so many executions in it, closed.
 * @param {Bench} bench
 * @param {Ground} ground
 * @param {number} finished
 * @param {number} waiting
 */
async function filled(bench, ground, finished, waiting) {
  const storage = bench.storage(ground);
  const rows = await Inside.open(bench.worker, "rows", storage);
  await bench.worker.ask("fill", storage.name, finished, waiting);
  await closeAll({ rows });
  return storage;
}

/**
 * The ns until the package has claimed something, its worker's start included.
 * @param {Bench} bench
 * @param {Storage} storage
 * @param {boolean} isNew
 */
async function openPackage({ terms }, storage, isNew) {
  const start = performance.now();
  const engine = await Package.open(terms, storage);
  if (isNew) await engine.create();
  await engine.claim();
  const time = performance.now() - start;
  await engine.close();
  return time * 1e6;
}

/**
 * The ns until the floor has claimed something, in a worker that is there.
 * @param {Bench} bench
 * @param {Storage} storage
 * @param {boolean} isNew
 */
async function openRows({ worker }, storage, isNew) {
  const start = performance.now();
  const rows = await Inside.open(worker, "rows", storage);
  if (isNew) await rows.step("create", 1, 1);
  await rows.step("claim", 1, 1);
  const time = performance.now() - start;
  await rows.close();
  return time * 1e6;
}
