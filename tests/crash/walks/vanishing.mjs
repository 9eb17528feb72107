// Files that vanish, as when somebody clears the data of a site: between two openings, or under an engine that is open.
// Nothing can bring back what they held; the engine says so by codes of storage, or begins anew, and works again.

import { Replay } from "../disk/image.mjs";
import { Version } from "../rows/version.mjs";
import { engineOver, slotName } from "../world/database.mjs";
import { goesOn } from "./laws.mjs";

/** @typedef {import("./witness.mjs").Witness} Witness */
/** @typedef {import("../disk/image.mjs").Left} Left */

/** What may be missing when a database is opened, by what its slots are called. @type {Record<string, (name: string) => boolean>} */
const MISSING = {
  "the log": (name) => name === "tidegate.db-wal",
  "the database": (name) => name === "tidegate.db",
  "all files": () => true,
};

/**
 * Takes away files of a database that was cut off at a place between two questions.
 * @param {Witness} witness @param {number} place
 */
export async function vanishing(witness, place) {
  const { log, reopening, opening, occurrences, wrong } = witness;
  const { image: _, ...later } = opening;
  const replay = new Replay(log.entries);
  replay.advance(place);
  const { files } = replay.image("all", () => 0);
  const empty = await reopening.of([], later, async (open) => new Version(await (await open()).ask("export")));
  for (const [what, isMissing] of Object.entries(MISSING)) {
    const left = files.filter(({ content }) => !isMissing(slotName(content)));
    const look = () => reopening.of(left, later, (open) => atRest(witness, open, empty));
    await look().catch((error) => wrong.push(`${what} vanished at ${place}: ${error}`));
    occurrences.add(`faults: ${what} vanished`, left.length < files.length ? 1 : 0);
  }
  const look = () => reopening.of(files, later, (open, vanish) => inUse(open, vanish, empty));
  await look().catch((error) => wrong.push(`all files vanished in use at ${place}: ${error}`));
  occurrences.add("faults: files vanished in use");
}

/** @typedef {import("../world/reopening.mjs").Open} Open */

/**
 * What is left is a version that was there once, or a new database.
 * @param {Witness} witness @param {Open} open @param {Version} empty
 */
async function atRest({ history, occurrences }, open, empty) {
  const line = await open();
  const found = new Version(await line.ask("export"));
  const known = history.places(found, 0, history.versions.length - 1, 0).length > 0;
  if (!known && !found.equals(empty)) throw new Error(`found rows of no version: ${found.differs(empty).join(", ")}`);
  for (let slice = 0; await line.ask("check", slice); slice += 1);
  occurrences.add(`images: ${known ? "an earlier version" : "a new database"}, where files had vanished`);
  await goesOn(engineOver(line).engine);
}

/**
 * Calls are refused by codes of storage; opened again there is a new database.
 * @param {Open} open @param {() => Promise<void>} vanish @param {Version} empty
 */
async function inUse(open, vanish, empty) {
  const { engine } = engineOver(await open());
  await vanish();
  for (let call = 0; call < 3; call += 1) {
    const answer = await engine.executions.create({ lane: "a", kind: "k" }).catch((error) => error);
    if (answer.category !== "storage")
      throw new Error(`a create was answered ${answer.code ?? JSON.stringify(answer)}`);
  }
  await engine.close();
  const line = await open();
  const found = new Version(await line.ask("export"));
  if (!found.equals(empty)) throw new Error(`opened again it has other ${found.differs(empty).join(", ")}`);
  await goesOn(engineOver(line).engine);
}
