// One database that is worked on while everything is written down: the questions to the engine, what they did to the
// files, and after each of them all rows, so that what a crash leaves can be compared with them.

import { openLocal } from "../../../dist/js/lines/local.js";
import { Replay } from "../disk/image.mjs";
import { Log } from "../disk/log.mjs";
import { Version } from "../rows/version.mjs";
import { Database, engineOver } from "../world/database.mjs";
import { clock } from "../world/host.mjs";
import { History } from "./history.mjs";
import { Look } from "./look.mjs";

/** @typedef {import("../world/database.mjs").Line} Line */
/** @typedef {import("../world/database.mjs").Opening} Opening */
/** @typedef {import("../../../dist/js/lines/line.js").Question} Question */
/** @typedef {import("../disk/faults.mjs").Order} Order */
/** @typedef {import("../world/occurrences.mjs").Occurrences} Occurrences */
/** @typedef {{ answer: any, error: any }} Outcome */

/** What changes no row, and is therefore no version. */
const READS = ["export", "databaseBytes", "clockReport"];

/** A question that asks for nothing that is stored. */
const NOTHING = '[{"op":"inspect_storage","args":{}}]';

export class Witness {
  log = new Log();
  history = new History();
  /** What should never be, in a sentence each. @type {string[]} */
  wrong = [];
  /** The places in the log at which faults have struck. @type {number[]} */
  struck = [];
  /** Whether a fault was ever ordered, so that refusals are no wonder. */
  failed = false;
  /** Whether the engine lost a file, so that it has to be opened again sooner or later. */
  fallen = false;
  #opened = false;
  #version = 0;
  #answered = 0;
  #look;
  #database;
  /** The database before the question under way. @type {Uint8Array} */
  #file = new Uint8Array();
  /** And after it. */
  #latest = this.#file;
  /** The fault that is ordered. @type {Order | undefined} */
  #order;

  /**
   * @param {import("../world/reopening.mjs").Reopening} reopening
   * @param {Opening} opening @param {Occurrences} occurrences
   */
  constructor(reopening, opening, occurrences) {
    this.#database = new Database(reopening.origin);
    this.reopening = reopening;
    this.opening = opening;
    this.occurrences = occurrences;
    this.#look = new Look(this.log, occurrences);
    reopening.origin.log = this.log;
  }

  /** Orders a fault for the questions, openings and closes that follow, until it strikes. @param {Order} order */
  meets(order) {
    this.#order = order;
    this.failed = true;
  }

  /** Opens the database, the first time as a new one; answers what applications call. */
  async open() {
    this.#mark("opening");
    this.fallen = false;
    const line = await this.#faulty(() => this.#database.open(this.#opening));
    this.#opened = true;
    this.#file = await line.ask("export");
    this.#latest = this.#file;
    this.#compare(new Version(this.#file));
    this.#mark("opened");
    const close = async () => {
      this.#mark("closing");
      await this.#faulty(() => line.close());
      this.#mark("closed");
    };
    return engineOver(this.#watched(line, close));
  }

  /** An image is for the first opening alone. @returns {Opening} */
  get #opening() {
    const { image, ...later } = this.opening;
    return this.#opened ? later : this.opening;
  }

  /** What is opened again is what it was, or what it may be after a fall. @param {Version} found */
  #compare(found) {
    const { versions } = this.history;
    if (versions.length === 0) versions.push(found);
    const places = this.history.places(found, this.#answered, this.#version, this.log.length);
    const expected = versions[this.#version];
    if (places.length === 0 && expected !== undefined)
      this.wrong.push(`version ${this.#version} was opened again with other ${found.differs(expected).join(", ")}`);
    versions[this.#version] = found;
  }

  /**
   * The line with a witness at it.
   * @param {Line} line @param {() => Promise<void>} close
   * @returns {Line}
   */
  #watched(line, close) {
    const given = /** @type {(question: Question, ...args: any[]) => Promise<any>} */ (line.ask.bind(line));
    const ask = (/** @type {Question} */ question, /** @type {any[]} */ ...args) => {
      if (READS.includes(question)) return given(question, ...args);
      return this.#asked(line, question, () => given(question, ...args));
    };
    return { reopens: false, ask: /** @type {Line["ask"]} */ (ask), sleep: line.sleep.bind(line), close };
  }

  /** @param {Line} line @param {Question} question @param {() => Promise<any>} ask */
  async #asked(line, question, ask) {
    const order = this.#order;
    const { undone } = this.history;
    this.#version += 1;
    this.#mark("asked");
    const outcome = await this.#faulty(ask).then(
      (answer) => /** @type {Outcome} */ ({ answer, error: undefined }),
      (error) => ({ answer: undefined, error }),
    );
    const told = this.log.length;
    this.#look.asked();
    const refused = isRefused(question, outcome);
    await this.#keep(line, refused);
    if (!refused) this.#answer();
    else await this.#refused(question);
    if (refused && order?.met === "flush")
      undone.set(this.#version, {
        version: await this.#killed(order.place),
        until: isUnknown(outcome) ? Number.POSITIVE_INFINITY : told,
      });
    this.#file = this.#latest;
    if (outcome.error !== undefined) throw outcome.error;
    return outcome.answer;
  }

  /**
   * Keeps all rows as they are now. An engine that lost a file may not read them any more: then what a refused question left
   * is what was there before, and what another one left is what a kill leaves.
   * @param {Line} line @param {boolean} refused
   */
  async #keep(line, refused) {
    const { versions } = this.history;
    try {
      const file = await line.ask("export");
      versions[this.#version] = new Version(file);
      this.#latest = file;
    } catch (error) {
      if (!this.fallen) throw error;
      const before = versions[this.#version - 1];
      versions[this.#version] = refused && before !== undefined ? before : await this.#killed();
    }
  }

  #answer() {
    this.#answered = this.#version;
    this.#mark("answered");
  }

  /** A refused question left nothing. @param {Question} question */
  async #refused(question) {
    const { versions } = this.history;
    const [before, after] = [versions[this.#version - 1], versions[this.#version]];
    if (before !== undefined && after !== undefined && !after.equals(before)) {
      const timed = await this.#timed(question);
      if (!after.equals(timed))
        this.wrong.push(`${question} was refused and changed ${after.differs(before).join(", ")}`);
    }
  }

  /** What the question would have left if it had asked for nothing: what is due is done all the same. @param {Question} question */
  async #timed(question) {
    const { module, limits } = this.opening;
    const line = openLocal({ module, limits, clock: () => clock.now, image: this.#file });
    if (question === "batch") await line.ask("batch", NOTHING, []);
    else await line.ask("tick");
    const version = new Version(await line.ask("export"));
    await line.close();
    return version;
  }

  /** What a kill at a place in the log would leave. */
  #killed(place = this.log.length) {
    const replay = new Replay(this.log.entries);
    replay.advance(place);
    const { files } = replay.image("all", () => 0);
    const { image, ...opening } = this.opening;
    return this.reopening.of(files, opening, async (open) => new Version(await (await open()).ask("export")));
  }

  /**
   * Does something while the fault that is ordered may strike.
   * @template T
   * @param {() => Promise<T>} act
   */
  async #faulty(act) {
    const order = this.#order;
    this.reopening.origin.order = order;
    try {
      return await act();
    } finally {
      this.reopening.origin.order = undefined;
      if (order !== undefined && order.struck > 0) {
        this.occurrences.add(`faults: ${order.fault}`, order.struck);
        this.fallen ||= order.fault === "invalid handle";
        this.struck.push(this.log.length);
        this.#order = undefined;
      }
    }
  }

  /** @param {import("../disk/log.mjs").Moment} did */
  #mark(did) {
    this.log.add({ did, version: this.#version });
  }
}

/** Whether nobody can tell what became of a question. @param {Outcome} outcome */
const isUnknown = ({ answer, error }) => String(error?.code ?? answer?.text).includes("storage.unknown");

/**
 * Whether nothing of a question was done, because the storage failed.
 * @param {Question} question @param {Outcome} outcome
 */
function isRefused(question, { answer, error }) {
  if (error !== undefined) return true;
  if (question !== "batch") return false;
  /** @type {{ error?: { category: string } }[]} */
  const answers = JSON.parse(answer.text).answers;
  return answers.every((one) => one.error?.category === "storage");
}
