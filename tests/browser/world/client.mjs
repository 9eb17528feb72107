// What tests use inside of a page: the package, the refusals of its calls, and the files that it keeps.

import { Churn, seeded } from "../laws/churn.mjs";
import { broken, lost } from "../laws/laws.mjs";

/** @typedef {typeof import("../../../dist/js/index.js")} Sdk */
/** @typedef {import("../../../dist/js/index.js").Engine} Engine */
/** @typedef {import("../../../dist/js/index.js").OpenOptions} OpenOptions */
/** @typedef {Partial<import("../../../dist/js/index.js").OpfsStorage>} Storage */
/** @typedef {{ code: string, class: string, message: string, details: Record<string, string | number>, typed: boolean }} Refusal */

const addresses = ["/browser/index.js", "/browser/testing.js"];
const [front, testing] = await Promise.all(addresses.map((address) => import(address)));
export const sdk = /** @type {Sdk} */ (front);
const { openTestEngine } = /** @type {typeof import("../../../dist/js/testing.js")} */ (testing);

/** Bytes before the content of a slot, which begin with the file's name. */
const HEAD_BYTES = 4096;

/**
 * Opens an engine over the origin's files.
 * @param {string} name
 * @param {Storage} storage
 * @param {Partial<OpenOptions>} options
 */
export function open(name, storage = {}, options = {}) {
  const opening = { ...options, storage: { kind: "opfs", name, ...storage } };
  return sdk.openEngine(/** @type {OpenOptions} */ (opening));
}

/**
 * What a call is refused with, as plain data.
 * @param {Promise<unknown>} call
 * @returns {Promise<Refusal>}
 */
export async function refusal(call) {
  try {
    await call;
  } catch (thrown) {
    const error = /** @type {import("../../../dist/js/index.js").TidegateError} */ (thrown);
    const { code, message, details } = error;
    return { code, class: error.class, message, details: { ...details }, typed: error instanceof sdk.TidegateError };
  }
  throw new Error("it refused nothing");
}

/**
 * The slots of a database by the names of their files.
 * @param {string} name
 */
async function slots(name) {
  let folder = await navigator.storage.getDirectory();
  for (const step of [".tidegate", name, ".opaque"]) folder = await folder.getDirectoryHandle(step);
  /** @type {Map<string, FileSystemFileHandle>} */
  const found = new Map();
  for await (const handle of folder.values()) {
    if (!(handle instanceof FileSystemFileHandle)) continue;
    const head = new Uint8Array(await (await handle.getFile()).slice(0, 512).arrayBuffer());
    found.set(new TextDecoder().decode(head.subarray(0, head.indexOf(0))) || handle.name, handle);
  }
  return found;
}

/**
 * The bytes of a database's file, as they lie there.
 * @param {string} name
 */
export async function bytesOf(name, file = "tidegate.db") {
  const handle = (await slots(name)).get(file);
  if (handle === undefined) throw new Error(`${name} has no file ${file}`);
  return new Uint8Array(await (await handle.getFile()).slice(HEAD_BYTES).arrayBuffer());
}

/**
 * Puts bytes into a database's file at an offset, or in the place of the whole file.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} [offset]
 */
export async function put(name, bytes, offset) {
  const handle = (await slots(name)).get("tidegate.db");
  if (handle === undefined) throw new Error(`${name} has no database`);
  const writable = await handle.createWritable({ keepExistingData: true });
  await writable.write({ type: "write", position: HEAD_BYTES + (offset ?? 0), data: bytes });
  if (offset === undefined) await writable.truncate(HEAD_BYTES + bytes.length);
  await writable.close();
}

/**
 * A digest of the slot that holds a database's file, its head included.
 * @param {string} name
 */
export async function digest(name) {
  const handle = (await slots(name)).get("tidegate.db");
  if (handle === undefined) return "no such file";
  const hash = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Every execution that an engine lists, page by page.
 * @param {Engine} engine
 */
export async function listed(engine) {
  const executions = [];
  /** @type {string | undefined} */
  let cursor;
  do {
    const page = await engine.executions.list({ limit: 1_000, ...(cursor !== undefined && { cursor }) });
    executions.push(...page.executions);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return executions;
}

/**
 * The whole event log.
 * @param {Engine} engine
 */
export async function logged(engine) {
  const events = [];
  for (let after = "start", atEnd = false; !atEnd; ) {
    const page = await engine.readEvents({ after, limit: 1_000, streams: ["execution", "lease", "completion"] });
    events.push(...page.events);
    ({ cursor: after, atEnd } = page);
  }
  return events;
}

/**
 * Resolves once the search for damage is over.
 * @param {Engine} engine
 */
export async function checked(engine) {
  while (engine.storage.checked === "pending") await new Promise((resolve) => setTimeout(resolve, 20));
  return engine.storage.checked;
}

/**
 * What is broken or lost in a database, in a sentence each; a copy of it is looked at while its time stands still, and
 * making the copy looks through the whole file.
 * @param {Engine} engine
 * @param {import("../laws/laws.mjs").Ledger} ledger
 */
export async function inspect(engine, ledger) {
  const { engine: still } = await openTestEngine({ import: await engine.export() });
  const summaries = await listed(still);
  const ids = summaries.map(({ executionId }) => executionId);
  const snapshots = (await Promise.all(ids.map((id) => still.executions.describe(id)))).filter((one) => one !== null);
  const results = await Promise.all(ids.map((id) => still.executions.result(id)));
  const events = await logged(still);
  await still.close();
  const resultOf = (/** @type {string} */ id) => /** @type {string | undefined} */ (results[ids.indexOf(id)]?.result);
  const picture = { summaries, snapshots, events };
  const reclaims = snapshots.reduce((sum, { leaseReclaimCount }) => sum + leaseReclaimCount, 0);
  return { executions: ids.length, reclaims, wrong: [...broken(picture), ...lost(picture, ledger, resultOf)] };
}

/** What a tail gave, however many engines it took to read it. */
export class Reading {
  /** @type {string[]} */
  texts = [];
  /** @type {string | undefined} */
  #after;

  /**
   * Follows the current attempt of an execution from where the reading stood, until it is over.
   * @param {Engine} engine
   * @param {string} executionId
   */
  async follow(engine, executionId) {
    const options = this.#after === undefined ? {} : { after: this.#after };
    for await (const frame of engine.streams.tail(executionId, options)) {
      this.texts.push(frame.text ?? "");
      this.#after = frame.id;
    }
  }
}

/**
 * Makes a call again for as long as it meets a fall of the engine's worker; answers how many it met.
 * @param {() => Promise<unknown>} call
 */
export async function overFalls(call) {
  for (let falls = 0; ; falls++) {
    try {
      await call();
      return falls;
    } catch (thrown) {
      if (!(thrown instanceof sdk.TidegateError) || thrown.code !== "engine.poisoned") throw thrown;
    }
  }
}

/** Hears of so many events of an engine, slowly. @param {AsyncIterable<import("../../../dist/js/index.js").EventRecord>} events */
export async function heardSlowly(events, /** @type {number} */ many) {
  const heard = [];
  for await (const event of events) {
    heard.push(event);
    if (heard.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    if (heard.length === many) break;
  }
  return heard;
}
export { Churn, seeded };

window.client = {
  Reading,
  overFalls,
  heardSlowly,
  sdk,
  open,
  refusal,
  bytesOf,
  put,
  digest,
  listed,
  logged,
  checked,
  inspect,
  Churn,
  seeded,
};
