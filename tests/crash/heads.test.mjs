// Heads of slots that were torn: each file gets back what its content says it is, and nothing is guessed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seeded } from "../browser/laws/churn.mjs";
import { Replay } from "./disk/image.mjs";
import { Log } from "./disk/log.mjs";
import { Origin } from "./disk/origin.mjs";
import { Database, engineOver, slotName } from "./world/database.mjs";
import { become } from "./world/host.mjs";

const bytes = readFileSync(new URL("../../dist/wasm/tidegate_bg.wasm", import.meta.url));
const [NAME_BYTES, HEAD_BYTES, CONTENT_AT] = [512, 516, 4_096];

/** What the end of a worker leaves of a database with one execution in its log, file by file under its name. */
async function killed() {
  const origin = new Origin();
  become(origin, seeded(1));
  const opening = { module: await WebAssembly.compile(bytes), strict: true, limits: {} };
  const log = new Log();
  origin.log = log;
  const { engine } = engineOver(await new Database(origin).open(opening));
  await engine.executions.create({ lane: "l", kind: "k" });
  origin.log = undefined;
  const replay = new Replay(log.entries);
  replay.advance(log.length);
  const { files } = replay.image("all", () => 1);
  const of = (/** @type {string} */ name) => {
    const found = files.find(({ content }) => slotName(content) === name);
    assert.ok(found);
    return found.content.view;
  };
  const open = async () => engineOver(await (await Database.of(origin, files)).open(opening)).engine;
  return { files, of, open };
}

/** @typedef {(head: Uint8Array) => void} Tear */
/** @type {Record<string, Tear>} */
const TEARS = {
  "without its name": (head) => void head.fill(0, 0, NAME_BYTES),
  "without its flags": (head) => void head.fill(0, NAME_BYTES, HEAD_BYTES),
  "deleted in part": (head) => void head.fill(0, 0, 4),
  "written in part": (head) => void head.fill(0, 11, HEAD_BYTES),
};

// Contract: storage.torn-head.
test("a database is found without loss however the head of a file was torn", async () => {
  for (const file of ["tidegate.db", "tidegate.db-wal"])
    for (const [how, tear] of Object.entries(TEARS)) {
      const { of, open } = await killed();
      tear(of(file));
      const engine = await open();
      assert.equal((await engine.executions.list()).executions.length, 1, `${file} ${how}`);
      await engine.close();
    }
});

/** @type {Record<string, (left: { of: (name: string) => Uint8Array }) => void>} */
const DOUBTS = {
  "content of no kind": ({ of }) => {
    of("tidegate.db-wal").fill(7, CONTENT_AT, CONTENT_AT + 16);
    of("tidegate.db-wal").fill(0, NAME_BYTES, HEAD_BYTES);
  },
  "a head of another kind than the content": ({ of }) => {
    const content = of("tidegate.db").slice(CONTENT_AT, CONTENT_AT + 16);
    of("tidegate.db-wal").set(content, CONTENT_AT);
    of("tidegate.db-wal").fill(0, 0, NAME_BYTES);
  },
  "a name that another file has": ({ of }) => {
    const [database, log] = [of("tidegate.db"), of("tidegate.db-wal")];
    log.set(database.slice(0, NAME_BYTES));
    log.fill(0, NAME_BYTES, HEAD_BYTES);
    log.set(database.slice(CONTENT_AT, CONTENT_AT + 16), CONTENT_AT);
  },
  "a head that no tearing leaves": ({ of }) => {
    of("tidegate.db").fill(1, 3, 5).fill(0, NAME_BYTES, HEAD_BYTES);
  },
};

// Contract: storage.torn-head.
test("what is in doubt is refused, and stays as it is", async () => {
  for (const [what, make] of Object.entries(DOUBTS)) {
    const world = await killed();
    make(world);
    const before = world.files.map(({ content }) => content.view.slice());
    await assert.rejects(world.open(), { code: "storage.damaged" }, what);
    assert.deepEqual(
      world.files.map(({ content }) => content.view),
      before,
      what,
    );
  }
});

// Contract: storage.damaged.
test("an image that is no database is told as that, where there are no files yet", async () => {
  const origin = new Origin();
  become(origin, seeded(1));
  const opening = { module: await WebAssembly.compile(bytes), strict: true, limits: {}, image: new Uint8Array(5_000) };
  await assert.rejects(new Database(origin).open(opening), { code: "storage.damaged" });
});
