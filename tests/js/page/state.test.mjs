// What the page knows, and what a visitor asks of it while it is reading: nothing that was asked for is lost to a reading
// that is under way. The engine of these tests answers when it is told to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModule } from "./modules.mjs";

/** @typedef {import("tidegate").Engine} Engine */

// What a round of reading asks of the page it is in.
Object.assign(globalThis, { document: Object.assign(new EventTarget(), { visibilityState: "visible" }) });

/** @type {typeof import("../../../www/src/state/executions/finding.js")} */
const { Finding } = await pageModule("state/executions/finding");
/** @type {typeof import("../../../www/src/state/events/feed.js")} */
const { Feed } = await pageModule("state/events/feed");
/** @type {typeof import("../../../www/src/state/flows/list.js")} */
const { FlowList, FLOWS_SHOWN } = await pageModule("state/flows/list");
/** @type {typeof import("../../../www/src/state/flows/view.js")} */
const { FlowView } = await pageModule("state/flows/view");
/** @type {typeof import("../../../www/src/state/executions/attempts.js")} */
const { newestAttempts } = await pageModule("state/executions/attempts");

/** Calls that wait for their answers. */
class Held {
  /** @type {(() => void)[]} */
  #waiting = [];
  #isOpen = true;

  /** From now on calls wait. */
  shut() {
    this.#isOpen = false;
  }

  /** Answers those that wait, and from now on at once. */
  async open() {
    this.#isOpen = true;
    for (const answer of this.#waiting.splice(0)) answer();
    await settled();
  }

  /** Answers the one that has waited longest. */
  async one() {
    this.#waiting.shift()?.();
    await settled();
  }

  get waiting() {
    return this.#waiting.length;
  }

  /**
   * A call whose answer is known when it is made, and told when it may be.
   * @template A, T
   * @param {(args: A) => T} answer
   * @returns {(args: A) => Promise<T>}
   */
  hold(answer) {
    return async (args) => {
      const answered = answer(args);
      if (!this.#isOpen) await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
      return answered;
    };
  }
}

/** Lets all that is ready go on. */
async function settled() {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** @param {number} first @param {number} last */
const numbers = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => String(first + at));

/** An engine that finds so many executions, in pages. @param {number} many */
function searched(many) {
  const held = new Held();
  const search = held.hold((/** @type {{ cursor?: string, limit: number }} */ { cursor = "0", limit }) => {
    assert.ok(limit >= 1 && limit <= 1_000, `a limit of ${limit}`);
    const end = Math.min(Number(cursor) + limit, many);
    return {
      executions: numbers(Number(cursor) + 1, end).map((executionId) => ({ executionId })),
      ...(end < many && { nextCursor: String(end) }),
    };
  });
  const counts = async () => ({ total: {} });
  const finding = new Finding(
    /** @type {Engine} */ (/** @type {unknown} */ ({ executions: { search, counts } })),
    Date.now,
  );
  return { held, finding };
}

test("a page that is asked for while a refresh is under way is shown", async () => {
  const { held, finding } = searched(60);
  await finding.ask({ kind: "receipt" });
  assert.equal(finding.ids.length, 50);
  held.shut();
  const refreshed = finding.refresh();
  await settled();
  const more = finding.showMore();
  const again = finding.refresh();
  await settled();
  await held.open();
  await Promise.all([refreshed, more, again]);
  assert.deepEqual(finding.ids, numbers(1, 60));
  assert.equal(finding.more, false);
});

test("a page that is being read when a refresh is asked for stays", async () => {
  const { held, finding } = searched(130);
  await finding.ask({ kind: "receipt" });
  held.shut();
  const more = finding.showMore();
  await settled();
  const refreshed = finding.refresh();
  await settled();
  while (held.waiting > 0) await held.one();
  await Promise.all([more, refreshed]);
  assert.equal(finding.ids.length, 100);
});

test("each page that is asked for counts, also one that is asked for while another is read", async () => {
  const { held, finding } = searched(400);
  await finding.ask({ kind: "receipt" });
  held.shut();
  const all = [finding.showMore(), finding.showMore(), finding.refresh()];
  await settled();
  assert.equal(held.waiting, 1, "one reading at a time");
  all.push(finding.showMore());
  await held.open();
  await Promise.all(all);
  assert.deepEqual(finding.ids, numbers(1, 200));
});

test("more than one search answers are found again by every refresh", async () => {
  const { finding } = searched(1_500);
  await finding.ask({ kind: "receipt" });
  while (finding.more) await finding.showMore();
  await finding.refresh();
  assert.deepEqual(finding.ids, numbers(1, 1_500));
});

test("a new search is answered though another is under way, and begins with one page", async () => {
  const { held, finding } = searched(400);
  await finding.ask({ kind: "receipt" });
  await finding.showMore();
  held.shut();
  const refreshed = finding.refresh();
  await settled();
  const asked = finding.ask({ kind: "print" });
  assert.deepEqual([finding.ids.length, finding.isKnown], [0, false]);
  await held.open();
  await Promise.all([refreshed, asked]);
  assert.deepEqual([finding.ids.length, finding.isKnown, finding.criteria.kind], [50, true, "print"]);
});

/** A feed over a log of so many events, all of them read. @param {number} many */
async function fed(many) {
  const held = new Held();
  const readEvents = held.hold(
    (/** @type {{ after: string, limit: number, tag?: unknown }} */ { after, limit, tag }) => {
      const first = after === "start" ? 0 : Number(after);
      const last = Math.min(first + limit, many);
      const events = numbers(first + 1, last).map((cursor) => ({ cursor, tagged: tag !== undefined }));
      return { events, cursor: String(last), atEnd: last === many };
    },
  );
  async function* events() {
    await new Promise(() => {});
  }
  const feed = new Feed(/** @type {Engine} */ (/** @type {unknown} */ ({ readEvents, events })));
  feed.begin();
  await settled();
  return { held, feed };
}

/** @param {InstanceType<typeof Feed>} feed */
const newestOf = ({ shown }) => shown[0]?.cursor;

test("a window of events that is asked for while another is read is the one before that", async () => {
  const { held, feed } = await fed(1_500);
  await feed.showEarlier();
  const first = Number(newestOf(feed));
  feed.showNewest();
  held.shut();
  const asked = [feed.showEarlier(), feed.showEarlier()];
  await held.open();
  await Promise.all(asked);
  assert.equal(Number(newestOf(feed)), first - 250);
  held.shut();
  const back = [feed.showLater(), feed.showLater()];
  await held.open();
  await Promise.all(back);
  assert.equal(feed.isPast, false);
});

test("whoever asks for the newest events while earlier ones are read gets the newest", async () => {
  const { held, feed } = await fed(1_500);
  const newest = newestOf(feed);
  held.shut();
  const asked = feed.showEarlier();
  feed.showNewest();
  await held.open();
  await asked;
  assert.deepEqual([feed.isPast, newestOf(feed)], [false, newest]);
});

test("events of another choice are not taken for those that were asked for since", async () => {
  const { held, feed } = await fed(1_500);
  held.shut();
  const asked = feed.showEarlier();
  feed.ask({ tag: { key: "order", value: "1001" } });
  await held.open();
  await asked;
  assert.equal(feed.isPast, false);
  assert.ok(feed.shown.every((event) => /** @type {any} */ (event).tagged));
});

test("whoever turns the pages of the flows faster than they are read turns them all", async () => {
  const many = 4 * FLOWS_SHOWN;
  const held = new Held();
  const list = async () => ({ flows: numbers(1, many).map((flowId) => ({ flowId, createdAt: Number(flowId) })) });
  const graph = held.hold((/** @type {string} */ flowId) => ({
    flowId,
    kind: "k",
    publicFlowState: "open",
    counts: {},
  }));
  const flows = new FlowList(/** @type {Engine} */ (/** @type {unknown} */ ({ flows: { list, graph } })));
  flows.begin();
  await settled();
  // As the pager does: from the page that it was told of last.
  let drawn = flows.first;
  flows.watch(() => {
    drawn = flows.first;
  });
  held.shut();
  flows.look();
  for (let turns = 0; turns < 3; turns++) {
    flows.turnTo(drawn + FLOWS_SHOWN);
    await settled();
  }
  const turned = new Promise((resolve) => {
    flows.watch(() => flows.shown[0]?.flowId === String(FLOWS_SHOWN) && resolve(undefined));
  });
  await held.open();
  await Promise.race([turned, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  assert.deepEqual([flows.first, flows.shown[0]?.flowId], [3 * FLOWS_SHOWN, String(FLOWS_SHOWN)]);
  await flows.stop();
});

/** A list of flows, each of a kind of its own, and the answers that it waits for. */
function listed() {
  const held = new Held();
  const all = numbers(1, 3).map((flowId) => ({ flowId, kind: `kind ${flowId}`, createdAt: Number(flowId) }));
  const list = held.hold((/** @type {{ kind?: string }} */ { kind }) => ({
    flows: all.filter((flow) => kind === undefined || flow.kind === kind),
  }));
  const graph = async (/** @type {string} */ flowId) => ({ flowId, kind: "", publicFlowState: "open", counts: {} });
  const flows = new FlowList(/** @type {Engine} */ (/** @type {unknown} */ ({ flows: { list, graph } })));
  return { all, held, flows };
}

/** @param {InstanceType<typeof FlowList>} flows @param {string[]} ids */
async function shows(flows, ids) {
  const is = () => JSON.stringify(flows.shown.map(({ flowId }) => flowId)) === JSON.stringify(ids);
  for (let turns = 0; turns < 100 && !is(); turns++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(
    flows.shown.map(({ flowId }) => flowId),
    ids,
  );
}

test("a choice of flows that is made while all are being read is not answered with all", async () => {
  const { held, flows } = listed();
  held.shut();
  flows.begin();
  await settled();
  flows.ask({ kind: "kind 2" });
  /** @type {string[][]} */
  const seen = [];
  flows.watch(() => seen.push(flows.shown.map(({ flowId }) => flowId)));
  await held.open();
  await shows(flows, ["2"]);
  assert.deepEqual(
    seen.filter((ids) => ids.length > 1),
    [],
    "at no time",
  );
  assert.equal(flows.total, 1);
  await flows.stop();
});

test("a choice of flows follows what happens, and a flow that came while another choice was read is listed", async () => {
  const { all, flows } = listed();
  flows.begin();
  await shows(flows, ["3", "2", "1"]);
  flows.ask({ kind: "kind 4" });
  await shows(flows, []);
  all.push({ flowId: "4", kind: "kind 4", createdAt: 4 });
  const event = { cause: "flow_created", flowId: "4", at: 4 };
  flows.hear(/** @type {import("tidegate").EventRecord} */ (/** @type {unknown} */ (event)));
  await shows(flows, ["4"]);
  flows.ask({});
  await shows(flows, ["4", "3", "2", "1"]);
  await flows.stop();
});

test("so many of the newest attempts are read as are wanted, in pages where a snapshot has fewer", async () => {
  const all = numbers(1, 130).map((attemptId) => ({ attemptId }));
  let reads = 0;
  /** Pages may be short. @param {string} _ @param {{ cursor?: string, limit: number }} args */
  const attempts = async (_, { cursor = "130", limit }) => {
    reads += 1;
    const end = Number(cursor);
    const first = Math.max(0, end - Math.min(limit, 50));
    return { attempts: all.slice(first, end).reverse(), ...(first > 0 && { nextCursor: String(first) }) };
  };
  const engine = /** @type {Engine} */ (/** @type {unknown} */ ({ executions: { attempts } }));
  const snapshot = /** @type {import("tidegate").ExecutionSnapshot} */ (
    /** @type {unknown} */ ({ executionId: "e", attempts: all.slice(30), totalAttemptCount: 130 })
  );
  assert.deepEqual(await newestAttempts(engine, snapshot, 20), all.slice(110));
  assert.equal(reads, 0, "the snapshot has them");
  assert.deepEqual(await newestAttempts(engine, snapshot, 120), all.slice(10));
  assert.deepEqual(await newestAttempts(engine, snapshot, 140), all);
});

test("why members were skipped is read once for each time that they are", async () => {
  const nodes = numbers(1, 3).map((executionId) => ({ executionId, publicState: "skipped", changedAt: 1 }));
  nodes.push({ executionId: "4", publicState: "completed", changedAt: 1 });
  /** @type {string[]} */
  const read = [];
  const describe = async (/** @type {string} */ executionId) => {
    read.push(executionId);
    return { ending: { reason: `because of ${executionId}` } };
  };
  const flows = { describe: async () => ({}), graph: async () => ({ nodes, edges: [] }) };
  const view = new FlowView(/** @type {Engine} */ (/** @type {unknown} */ ({ flows, executions: { describe } })));
  const round = () => new Promise((resolve) => view.watch(() => resolve(undefined)));
  view.show("flow");
  view.begin();
  await round();
  assert.deepEqual([...(view.reading?.skipReasons ?? [])].at(-1), ["3", "because of 3"]);
  Object.assign(nodes[1] ?? {}, { changedAt: 2 });
  view.look();
  await round();
  assert.deepEqual(read, ["1", "2", "3", "2"]);
  assert.equal(view.reading?.skipReasons.size, 3);
  await view.stop();
});
