// Crashes at places of a log: each image is opened by the real engine and held against the versions that may be there;
// then the engine's own check and the laws are run on it, and it goes on working.

import { Replay } from "../disk/image.mjs";
import { line as told } from "../disk/log.mjs";
import { Version } from "../rows/version.mjs";
import { engineOver } from "../world/database.mjs";
import { letGo } from "./caller.mjs";
import { Reader } from "./history.mjs";
import { goesOn, lawful } from "./laws.mjs";

/** @typedef {import("../disk/image.mjs").Image} Image */
/** @typedef {import("../disk/image.mjs").Disk} Disk */
/** @typedef {import("../world/database.mjs").Line} Line */
/** @typedef {import("../world/database.mjs").Opening} Opening */
/** @typedef {import("../world/reopening.mjs").Open} Open */

/** One image in so many is worked on after it was looked at. */
const WORKED_ON = 5;

/** Entries before a place that a failure shows. */
const ENTRIES_SHOWN = 6;

export class Judge {
  images = 0;
  /** Which version each image turned out to be, for comparing one walk with another. @type {number[]} */
  verdicts = [];
  #witness;
  #disk;
  #chance;
  #replay;
  #reader = new Reader();
  #place = 0;

  /** @param {import("./witness.mjs").Witness} witness @param {Disk & { trusted?: boolean }} disk @param {import("../disk/image.mjs").Chance} chance */
  constructor(witness, disk, chance) {
    this.#witness = witness;
    this.#disk = disk;
    this.#chance = chance;
    this.#replay = new Replay(witness.log.entries, disk);
  }

  /**
   * Loses power at a place, once by each policy; places come in their order.
   * @param {number} place @param {string[]} policies
   */
  async at(place, policies) {
    const { log, occurrences, reopening, opening, wrong } = this.#witness;
    this.#place = place;
    this.#replay.advance(place);
    this.#reader.advance(log.entries, place);
    const { image: first, ...later } = opening;
    for (const policy of policies) {
      const image = this.#replay.image(policy, this.#chance);
      this.images += 1;
      this.#count(policy, image);
      try {
        const before = this.#reader.opened ? later : opening;
        const verdict = await reopening.of(image.files, before, (open) => this.#look(policy, open, later));
        occurrences.add(`images: ${verdict}`);
      } catch (error) {
        const shown = log.entries
          .slice(Math.max(0, place - ENTRIES_SHOWN), place)
          .map((entry) => `\n    ${told(entry)}`);
        wrong.push(`power lost at ${place} of ${log.length}, ${policy}: ${reason(error)}${shown.join("")}`);
      }
    }
  }

  /** @param {string} policy @param {Open} open @param {Opening} later */
  async #look(policy, open, later) {
    const line = await opened(open, later, this.#reader.opened);
    const found = new Version(await line.ask("export"));
    const verdict = this.#held(policy, found);
    for (let slice = 0; await line.ask("check", slice); slice += 1);
    if (this.images % WORKED_ON !== 0) return verdict;
    const { engine } = engineOver(line);
    await lawful(engine, later.limits.retention?.eventsMs === undefined);
    await goesOn(engine);
    await letGo(engine);
    const last = new Version(await line.ask("export"));
    await engine.close();
    const again = new Version(await (await open(later)).ask("export"));
    if (!again.equals(last))
      throw new Error(`worked on and opened again it has other ${again.differs(last).join(", ")}`);
    this.#witness.occurrences.add("images: worked on");
    return verdict;
  }

  /**
   * Which version was found; throws where it is none that may be there. The end of a worker, where all was written, takes
   * nothing that was answered from a relaxed database either.
   * @param {string} policy @param {Version} found
   */
  #held(policy, found) {
    const { history, opening } = this.#witness;
    const { answered, asked } = this.#reader.place;
    const least = opening.strict || policy === "all" ? answered : 0;
    const spoilt = !this.#disk.powersafe && !this.#disk.trusted && policy !== "all";
    const from = spoilt ? history.changed(Math.max(0, history.changed(least) - 1)) : least;
    const places = history.places(found, from, asked, this.#place);
    const latest = places.findLast(Number.isInteger) ?? places[0];
    if (latest === undefined) throw new Error(this.#differs(found));
    this.verdicts.push(latest);
    if (!places.some(Number.isInteger)) return "what a failed flush left";
    if (latest > answered) return "the version under way";
    if (latest === answered) return "the latest version";
    return opening.strict ? "the version before the latest, where a sector was spoiled" : "an earlier version";
  }

  /** @param {Version} found */
  #differs(found) {
    const { history } = this.#witness;
    const { answered, asked } = this.#reader.place;
    const known = history.places(found, 0, history.versions.length - 1, 0);
    const what = known.length > 0 ? `version ${known}` : "rows of no version";
    const versions = [history.versions[answered], history.versions[asked]].filter((one) => one !== undefined);
    const differences = versions.map((one) => found.differs(one).join(", ") || "nothing");
    return `found ${what}; answered was ${answered}, asked ${asked}; it differs in ${differences.join(" and in ")}`;
  }

  /** @param {string} policy @param {Image} image */
  #count(policy, image) {
    const { occurrences, opening } = this.#witness;
    const { moment, opened } = this.#reader;
    if (image.pending === 0) return;
    occurrences.add(`policies: ${policy}`);
    occurrences.add("images: with a torn write", image.torn > 0 ? 1 : 0);
    occurrences.add("images: with a spoiled sector", image.spoiled > 0 ? 1 : 0);
    if (!opened)
      occurrences.add(opening.image === undefined ? "crashes: in the first opening" : "crashes: in an import");
    else if (moment === "opening") occurrences.add("crashes: in a later opening");
    else if (moment === "closing") occurrences.add("crashes: in a clean close");
    else if (moment === "asked") occurrences.add("crashes: in a question");
    else occurrences.add("crashes: between questions");
  }
}

/**
 * Opens; where an import may have been cut off, it is made again, unless all of it is there.
 * @param {Open} open @param {Opening} later @param {boolean} wasOpened
 */
async function opened(open, later, wasOpened) {
  if (wasOpened) return open();
  try {
    return await open();
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (code !== "validation.invalid_input") throw error;
    return open(later);
  }
}

/** @param {unknown} error */
function reason(error) {
  const { code, message } = /** @type {{ code?: string, message?: string }} */ (error);
  return `${code === undefined ? "" : `${code}: `}${message ?? error}`;
}
