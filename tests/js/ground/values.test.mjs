// What survives the way, and what is refused because it would not.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { openTestEngine } from "../../../dist/js/testing.js";
import { claimed } from "../world/engine.mjs";
import { rejection } from "../world/rejection.mjs";

const lane = "l";
const kind = "k";

class Photo {
  name = "x";
}

const circle = /** @type {Record<string, unknown>} */ ({ a: 1 });
circle.within = [circle];

/** @type {[string, unknown, string, string][]} what it is, the value, where it is refused and what the refusal says */
const refused = [
  ["a set", { a: [new Set(["a"])] }, "input.a[0]", "input.a[0]: needs a list of its values, found a Set"],
  ["a map", { a: new Map() }, "input.a", "input.a: needs an object, or a list of its entries, found a Map"],
  ["a date", { when: new Date(0) }, "input.when", "input.when: needs its ISO text or its number, found a Date"],
  ["another realm's date", [vm.runInNewContext("new Date(0)")], "input[0]", "found a Date"],
  ["a date alone", new Date(0), "input", "input: needs its ISO text or its number, found a Date"],
  ["a regular expression", { a: /x/ }, "input.a", "found a RegExp"],
  ["an error", { a: [new TypeError("x")] }, "input.a[0]", "needs its message, found an Error"],
  ["a promise", Promise.resolve(1), "input", "needs its value: await it first, found a Promise"],
  ["an instance", { photo: new Photo() }, "input.photo", "needs a plain object or a toJSON method, found a Photo"],
  ["a boxed number", { a: Object(1) }, "input.a", "found a Number"],
  [
    "a file in depth",
    { photo: new File(["x"], "a.png") },
    "input.photo",
    "needs bytes as the whole payload, or a list of numbers, found a File",
  ],
  ["bytes in depth", { a: new Uint8Array(1) }, "input.a", "needs bytes as the whole payload, or a list of numbers"],
  ["a buffer in depth", [Buffer.from("x")], "input[0]", "or a list of numbers, found a Uint8Array"],
  ["floats", new Float64Array(1), "input", "needs a Uint8Array or a JSON value"],
  ["a buffer", new ArrayBuffer(1), "input", "needs a Uint8Array or a JSON value"],
  ["a view in depth", { a: new DataView(new ArrayBuffer(1)) }, "input.a", "found a DataView"],
  ["a function", { a: () => 1 }, "input.a", "found a function"],
  ["a symbol", { a: Symbol("s") }, "input.a", "found a symbol"],
  ["a bigint", { a: { b: 1n } }, "input.a.b", "needs a number, or a text of its digits, found a bigint"],
  ["no number", { a: [1, Number.NaN] }, "input.a[1]", "needs a finite number, found NaN"],
  ["an endless number", { a: -Infinity }, "input.a", "needs a finite number, found -Infinity"],
  ["nothing in a list", [1, undefined], "input[1]", "found undefined"],
  ["a hole", Object.assign([1], { 2: 3 }), "input[1]", "found undefined"],
  ["a name beside places", "abc".match(/b/), "input.index", "needs nothing beside the places of a list"],
  ["a symbol's member", { [Symbol("s")]: 1 }, "input", "found one that a symbol names"],
  ["a circle", circle, "input.within[0]", "needs a value without circles"],
  [
    "depth",
    Array.from({ length: 2_000 }).reduce((within) => [within], 1),
    `input${"[0]".repeat(65)}…`,
    "at most 1000 levels",
  ],
  [
    "a getter that throws",
    {
      a: {
        get b() {
          throw new Error("no");
        },
      },
    },
    "input.a.b",
    "found Error: no",
  ],
  ["a toJSON that tells what none can", { a: { toJSON: () => new Set() } }, "input.a", "found a Set"],
];

// Contract: values.json-refused.
for (const [what, input, field, message] of refused)
  test(`refused by its path: ${what}`, async () => {
    const { engine } = await openTestEngine();
    const create = () => engine.executions.create({ lane, kind, input: /** @type {any} */ (input) });
    const error = await rejection(create);
    assert.deepEqual([error.code, error.details.field], ["validation.invalid_input", field]);
    assert.ok(error.message.includes(message), error.message);
    assert.deepEqual((await engine.executions.list()).executions, []);
    await engine.close();
  });

// Contract: values.json-refused.
test("it is refused wherever a value is kept: results, steps, frames, members, details of failures", async () => {
  const { engine } = await openTestEngine();
  await engine.executions.create({ lane, kind });
  const { handle } = await claimed(engine);
  const bad = /** @type {any} */ ({ a: [new Map()] });
  /** @type {[string, () => Promise<unknown>][]} */
  const doors = [
    ["result.a[0]", () => engine.complete(handle, { result: bad })],
    ["result.a[0]", () => engine.recordStep(handle, "s", { result: bad })],
    ["data.a[0]", () => engine.append(handle, bad)],
    [
      "members[1].input.a[0]",
      () =>
        engine.flows.submit({
          members: [
            { name: "a", lane, kind },
            { name: "b", lane, kind, input: bad },
          ],
        }),
    ],
    ["reason.detail", () => engine.fail(handle, { reason: { message: "m", detail: bad.a[0] }, class: "transient" })],
    ["tags.a", () => engine.executions.create({ lane, kind, tags: { a: bad.a[0] } })],
    ["result.a[0]", () => engine.protocol.completeExecution(/** @type {any} */ ({ result: bad }))],
  ];
  for (const [field, call] of doors) assert.equal((await rejection(call)).details.field, field);
  await engine.complete(handle);
  await engine.close();
});

// Contract: values.json.
test("what JSON holds comes back as it was given, and what is undefined is no member", async () => {
  const { engine } = await openTestEngine();
  const elsewhere = vm.runInNewContext("({ a: [{ b: 1 }] })");
  const deep = Array.from({ length: 900 }).reduce((/** @type {unknown} */ within) => ({ within }), "the end");
  /** @type {[unknown, unknown][]} */
  const carried = [
    [
      { a: -0, b: [-0] },
      { a: -0, b: [-0] },
    ],
    ["\ud800", "\ud800"],
    [{ "\ud800": ["\udc00"] }, { "\ud800": ["\udc00"] }],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [elsewhere, { a: [{ b: 1 }] }],
    [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
    [
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
    [{ link: new URL("https://a.b/c") }, { link: "https://a.b/c" }],
    [{ price: { toJSON: () => ({ cents: 1 }) } }, { price: { cents: 1 } }],
    [new Proxy({ a: [1] }, {}), { a: [1] }],
    [deep, deep],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ];
  for (const [input, read] of carried) {
    const { executionId } = await engine.executions.create({ lane, kind, input: /** @type {any} */ (input) });
    assert.deepEqual((await engine.executions.input(executionId))?.input, read);
  }
  await engine.close();
});

// Contract: values.files.
test("a file is kept as its bytes, with its name and type beside them, as input, result and step", async () => {
  const { engine } = await openTestEngine();
  const photo = new File([new Uint8Array([1, 2, 255])], "Ünterwegs: 100%\n.png", { type: "image/png" });
  const { executionId } = await engine.executions.create({ lane, kind, input: photo });
  const claim = await claimed(engine);
  const input = /** @type {import("../../../dist/js/index.js").FileBytes} */ (claim.input);
  assert.ok(input instanceof Uint8Array);
  assert.deepEqual([...input, input.name, input.type], [1, 2, 255, photo.name, "image/png"]);
  const blob = new Blob(["text"], { type: "text/plain;charset=utf-8" });
  const step = /** @type {any} */ ((await engine.recordStep(claim.handle, "s", { result: blob })).result);
  assert.deepEqual([String.fromCharCode(...step), step.name, step.type], ["text", undefined, blob.type]);
  await engine.complete(claim.handle, { result: input });
  const result = /** @type {any} */ ((await engine.executions.result(executionId))?.result);
  assert.deepEqual([...result, result.name, result.type], [1, 2, 255, photo.name, "image/png"]);
  assert.equal(result.slice(1).name, undefined);
  const { executionIds } = await engine.flows.submit({ members: [{ name: "a", lane, kind, input: new File([], "") }] });
  const member = /** @type {any} */ ((await engine.executions.input(String(executionIds[0])))?.input);
  assert.deepEqual([member.length, member.name, member.type], [0, "", ""]);
  await engine.close();
});

// Contract: values.files, time.gathered.
test("while a file is read the calls of its turn keep their order, and those of later turns go on", async () => {
  const { engine } = await openTestEngine();
  const file = new File(["slow"], "slow");
  /** @type {() => void} */
  let readIt = () => {};
  const read = new Promise((resolve) => (readIt = () => resolve(new ArrayBuffer(4))));
  Object.defineProperty(file, "arrayBuffer", { value: () => read });
  /** @param {string} name @param {any} [input] */
  const create = (name, input) => engine.executions.create({ lane, kind: name, ...(input && { input }) });
  const turn = [create("first"), create("second", file), create("third"), create("fourth", new Blob(["fast"]))];
  await turn[0];
  await new Promise((resolve) => setTimeout(resolve, 2));
  await create("later");
  readIt();
  await Promise.all(turn);
  const { executions } = await engine.executions.list();
  assert.deepEqual(executions.map((one) => one.kind).sort(), ["first", "fourth", "later", "second", "third"]);
  /** @type {string[]} */
  const order = [];
  for await (const event of engine.events({ after: "start" })) if (order.push(event.executionId ?? "") === 5) break;
  const ids = (await Promise.all([...turn])).map((one) => one.executionId);
  assert.deepEqual(
    order.filter((id) => ids.includes(id)),
    ids,
  );
  assert.equal(order.indexOf(String(ids[1])), 2);
  await engine.close();
});

// Contract: values.files.
test("a file that cannot be read, is too large or has too long a name is refused alone", async () => {
  const { engine } = await openTestEngine();
  const gone = new File(["x"], "gone");
  Object.defineProperty(gone, "arrayBuffer", { value: () => Promise.reject(new Error("it was moved")) });
  const huge = new File(["x"], "huge");
  Object.defineProperty(huge, "size", { value: 2 ** 33 });
  const made = await Promise.allSettled([
    engine.executions.create({ lane, kind, input: gone }),
    engine.executions.create({ lane, kind, input: huge }),
    engine.executions.create({ lane, kind, input: new File(["x"], "x".repeat(255), { type: "image/png" }) }),
    engine.executions.create({ lane, kind, input: new Blob([new Uint8Array(2_000_000)]) }),
    engine.executions.create({ lane, kind, input: "sound" }),
  ]);
  const errors = made.map((one) => (one.status === "rejected" ? one.reason : undefined));
  assert.equal(errors[0].message, "input: needs a file that can be read, found Error: it was moved");
  const { limit, found, unit } = errors[1].details;
  assert.deepEqual(
    [errors[1].code, limit, found, unit],
    ["validation.payload_too_large", 16_777_216, 2 ** 33, "bytes"],
  );
  assert.equal(errors[2].details.field, "input.name");
  assert.match(
    errors[3].message,
    /^input: needs at most 1048576 bytes, found 2000000 bytes; payloadBytesMax of openEngine/,
  );
  assert.equal(errors[4], undefined);
  const late = rejection(() => engine.executions.create({ lane, kind, input: new Blob(["x"]) }));
  await engine.close();
  assert.equal((await late).code, "engine.closed");
});
