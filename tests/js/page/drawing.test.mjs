// How the page draws a flow: columns, order and places of its members, the lines between them, the way of the keys, and
// the axis of time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModule } from "./modules.mjs";

/** @typedef {import("../../../www/src/drawing/ranks.js").Arc} Arc */
/** @typedef {import("../../../www/src/drawing/layout.js").Layout} Layout */

/** @type {typeof import("../../../www/src/drawing/ranks.js")} */
const { ranksOf } = await pageModule("drawing/ranks");
/** @type {typeof import("../../../www/src/drawing/layout.js")} */
const { layoutOf, middleOf, NODE_HEIGHT, NODE_WIDTH } = await pageModule("drawing/layout");
/** @type {typeof import("../../../www/src/drawing/moves.js")} */
const { reachedBy } = await pageModule("drawing/moves");
/** @type {typeof import("../../../www/src/drawing/axis.js")} */
const { axisFor, tickText } = await pageModule("drawing/axis");

/** @param {string} pairs as in "0-1 1-2" @returns {Arc[]} */
const arcs = (pairs) =>
  pairs.split(" ").map((pair) => {
    const [from = 0, to = 0] = pair.split("-").map(Number);
    return { from, to };
  });

/** Numbers that look like chance, and are the same every time. @param {number} seed */
function lots(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {Layout} layout */
function overlaps({ places }) {
  const found = [];
  for (const [at, one] of places.entries())
    for (const other of places.slice(0, at))
      if (Math.abs(one.x - other.x) < NODE_WIDTH && Math.abs(one.y - other.y) < NODE_HEIGHT) found.push([one, other]);
  return found;
}

/** The numbers of a curve. @param {string | undefined} curve */
const numbers = (curve = "") => (curve.match(/-?[\d.]+/g) ?? []).map(Number);

test("a member stands one column after the last of those before it", () => {
  assert.deepEqual(ranksOf(5, arcs("0-1 1-2 0-2 2-4 3-4")), [0, 1, 2, 0, 3]);
  assert.deepEqual(ranksOf(3, []), [0, 0, 0]);
});

test("what goes in a circle ends all the same", () => {
  assert.deepEqual(ranksOf(3, arcs("0-1 1-2 2-1")), [0, 1, 0]);
  assert.equal(layoutOf(2, arcs("0-1 1-0")).places.length, 2);
});

test("a flow without members has no size", () => {
  assert.deepEqual(layoutOf(0, []), { width: 0, height: 0, places: [], curves: [], columns: [] });
});

test("a chain lies on one level, each member to the right of the one before", () => {
  const { places, columns, height } = layoutOf(4, arcs("0-1 1-2 2-3"));
  assert.equal(new Set(places.map(({ y }) => y)).size, 1);
  assert.deepEqual(columns, [[0], [1], [2], [3]]);
  for (const [at, { x }] of places.slice(1).entries()) assert.ok(x >= (places[at]?.x ?? 0) + NODE_WIDTH);
  assert.ok(height < 2 * NODE_HEIGHT);
});

test("what fans out and in again is level with the middle of the fan", () => {
  const { places } = layoutOf(6, arcs("0-1 0-2 0-3 0-4 1-5 2-5 3-5 4-5"));
  const [first, ...others] = places.map(({ y }) => y);
  const fan = others.slice(0, 4);
  assert.equal(first, others[4]);
  assert.equal(first, (Math.min(...fan) + Math.max(...fan)) / 2);
  assert.deepEqual(
    fan,
    fan.toSorted((a, b) => a - b),
  );
});

test("two chains side by side do not cross, however their members are numbered", () => {
  const { columns, places } = layoutOf(6, arcs("0-3 1-2 3-4 2-5"));
  assert.equal(new Set([0, 3, 4].map((node) => places[node]?.y)).size, 1);
  assert.equal(new Set([1, 2, 5].map((node) => places[node]?.y)).size, 1);
  assert.deepEqual(
    columns.map((column) => column.length),
    [2, 2, 2],
  );
});

test("a line that leads past a column goes around what stands there", () => {
  const { curves, places } = layoutOf(3, arcs("0-1 1-2 0-2"));
  const middle = places[1];
  assert.ok(middle);
  const level = Number(/h156/.test(curves[2] ?? "") ? numbers((curves[2] ?? "").split("h")[0]).at(-1) : Number.NaN);
  assert.ok(
    level < middle.y || level > middle.y + NODE_HEIGHT,
    `${level} is not within ${middle.y} and ${NODE_HEIGHT}`,
  );
});

test("each line begins where its first member ends, and ends where its last begins", () => {
  const joined = arcs("0-1 0-2 1-3 2-3 0-3");
  const { curves, places } = layoutOf(4, joined);
  for (const [at, { from, to }] of joined.entries()) {
    const found = numbers(curves[at]);
    const [first, last] = [places[from], places[to]];
    assert.ok(first && last);
    assert.deepEqual(found.slice(0, 2), [first.x + NODE_WIDTH, first.y + NODE_HEIGHT / 2]);
    assert.deepEqual(found.slice(-2), [last.x, last.y + NODE_HEIGHT / 2]);
  }
});

test("a thousand members that are joined by chance all have their places, without overlap and within the drawing", () => {
  const lot = lots(7);
  const joined = Array.from({ length: 3_000 }, () => {
    const to = 1 + Math.floor(lot() * 999);
    return { from: Math.max(0, to - 1 - Math.floor(lot() * 60)), to };
  });
  const layout = layoutOf(1_000, joined);
  assert.equal(layout.places.length, 1_000);
  assert.equal(layout.curves.length, joined.length);
  assert.deepEqual(overlaps(layout), []);
  for (const { x, y } of layout.places)
    assert.ok(x >= 0 && y >= 0 && x + NODE_WIDTH <= layout.width && y + NODE_HEIGHT <= layout.height);
  assert.deepEqual(
    layout.columns.flat().toSorted((a, b) => a - b),
    [...layout.places.keys()],
  );
});

test("a chain of a thousand whose members all lead to the last is drawn with straight lines", () => {
  const joined = Array.from({ length: 999 }, (_, at) => [
    { from: at, to: at + 1 },
    { from: at, to: 999 },
  ]).flat();
  const { curves, columns } = layoutOf(1_000, joined);
  assert.equal(columns.length, 1_000);
  assert.ok(curves.every((curve) => !curve.includes("h")));
});

test("the same flow is drawn alike each time", () => {
  const joined = arcs("0-2 1-2 2-3 2-4 1-4 4-5");
  assert.deepEqual(layoutOf(6, joined), layoutOf(6, joined));
});

test("keys lead along the lines, up and down a column, and to both ends", () => {
  const joined = arcs("0-1 0-2 0-3 1-4 2-4 3-4 4-5");
  const layout = layoutOf(6, joined);
  /** @param {string} key @param {number} from */
  const to = (key, from) => reachedBy(key, from, layout, joined);
  assert.equal(to("ArrowRight", 0), 2);
  assert.equal(to("ArrowLeft", 4), 2);
  assert.equal(to("ArrowUp", 2), 1);
  assert.equal(to("ArrowDown", 2), 3);
  assert.equal(to("ArrowDown", 3), undefined);
  assert.equal(to("ArrowLeft", 0), undefined);
  assert.equal(to("ArrowRight", 5), undefined);
  assert.equal(to("End", 0), 5);
  assert.equal(to("Home", 5), 0);
  assert.equal(to("a", 0), undefined);
});

test("an axis has room for its time, few ticks, and steps that people count in", () => {
  for (const ms of [0, 1, 90, 600, 601, 4_400, 59_999, 61_000, 3_600_001, 90_000_000, 4e9]) {
    const { spanMs, ticks } = axisFor(ms);
    assert.ok(spanMs >= ms && ticks.length >= 2 && ticks.length <= 7, `${ms}: ${spanMs}, ${ticks}`);
    assert.deepEqual([ticks[0], ticks.at(-1)], [0, spanMs]);
    assert.ok(spanMs < 1_000 || spanMs <= 2 * ms, `${ms} is not lost in ${spanMs}`);
  }
  assert.deepEqual(axisFor(4_400).ticks, [0, 1_000, 2_000, 3_000, 4_000, 5_000]);
});

test("an axis stays as it is while time goes on within it", () => {
  assert.deepEqual(axisFor(4_001), axisFor(4_999));
});

test("ticks are written with their unit", () => {
  assert.deepEqual([0, 200, 1_500, 120_000, 7_200_000, 172_800_000].map(tickText), [
    "0",
    "0.2 s",
    "1.5 s",
    "2 min",
    "2 h",
    "2 d",
  ]);
});

test("the middle of a line lies between its ends, also of one that leads around others", () => {
  assert.deepEqual(middleOf("M2 9L54 9"), { x: 28, y: 9 });
  assert.equal(middleOf("M2 9"), undefined);
  const { curves, places } = layoutOf(5, arcs("0-1 1-2 0-2 0-3 3-4"));
  for (const [at, { to }] of arcs("0-1 1-2 0-2 0-3 3-4").entries()) {
    const middle = middleOf(curves[at] ?? "");
    const { x = 0, y = 0 } = places[to] ?? {};
    const ys = numbers(curves[at]).filter((_, place) => place % 2 === 1);
    assert.ok(middle && middle.x < x && middle.x > x - 46, `${middle?.x} before ${x}`);
    assert.ok(middle.y >= Math.min(...ys, y) && middle.y <= Math.max(...ys, y + NODE_HEIGHT));
  }
});
