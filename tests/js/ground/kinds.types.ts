// What the types let through and what they do not: nothing here runs, `tsc -p tests/js` is the test.

import { type Engine, type FileBytes, type Json, openEngine, type Payload, type Task } from "../../../dist/js/index.js";
import { openTestEngine } from "../../../dist/js/testing.js";

interface Photo {
  name: string;
  widths?: number[];
  taken: { at: string; by: { id: number } };
}
interface Sent {
  id: string;
}

/** Whether two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>() => {};

declare const photo: Photo;
declare const engine: Engine;
declare const task: Task;

export async function anyKinds() {
  // An interface is an input and a result, and so is a file.
  await engine.executions.create({ lane: "l", kind: "k", input: photo });
  await engine.executions.create({ lane: "l", kind: "k", input: [photo, null, "x"] });
  await engine.executions.create({ lane: "l", kind: "k", input: new File([], "a") });
  await engine.executions.create({ lane: "l", kind: "k", input: { link: new URL("a:b") } });
  await engine.complete("handle", { result: photo });
  await engine.recordStep("handle", "name", { result: photo });
  await engine.append("handle", photo, { mode: "summary" });
  await engine.flows.submit({ members: [{ name: "a", lane: "l", kind: "k", input: photo }] });
  // @ts-expect-error a date is a text or a number
  await engine.executions.create({ lane: "l", kind: "k", input: { at: new Date() } });
  // @ts-expect-error a map is an object
  await engine.executions.create({ lane: "l", kind: "k", input: { deep: [new Map()] } });
  // @ts-expect-error a function is nothing that can be kept
  await engine.complete("handle", { result: { run: () => 1 } });
  // @ts-expect-error bytes stand alone
  await engine.complete("handle", { result: { bytes: new Uint8Array() } });
  // @ts-expect-error it was not awaited
  await engine.complete("handle", { result: Promise.resolve(1) });
  const { executionId } = await engine.executions.create({ lane: "l", kind: "k" });
  same<Same<typeof executionId, string>>();
  const end = await engine.executions.wait(executionId);
  same<Same<NonNullable<typeof end>["result"], Payload | undefined>>();
  engine.work({ lanes: ["l"] }, { k: (one) => one.input ?? null, "*": () => photo });
}

export async function steps() {
  const kept = await task.step("a", () => photo);
  same<Same<typeof kept.taken.by.id, number>>();
  const link = await task.step("b", async () => ({ link: new URL("a:b") }));
  same<Same<typeof link.link, string>>();
  const file = await task.step("c", () => new File([], "a"));
  same<Same<typeof file, FileBytes>>();
  const none = await task.step("d", async () => {});
  same<Same<typeof none, undefined>>();
  const json = await task.step("e", () => JSON.parse("1") as Json);
  same<Same<typeof json, Json>>();
  const bytes = await task.step("f", () => new Uint8Array());
  same<Same<typeof bytes, Uint8Array>>();
  const date = await task.step("g", () => new Date());
  // @ts-expect-error a date is refused, so there is none
  date.getTime();
}

interface Kinds {
  send: { input: Photo; result: Sent };
  upload: { input: File; result: Photo };
  sweep: { result: number };
  maybe: { input: string | undefined };
}

export async function knownKinds() {
  const typed = await openEngine<Kinds>({ storage: { kind: "memory" } });
  const { executionId } = await typed.executions.create({ lane: "l", kind: "send", input: photo });
  const end = await typed.executions.wait(executionId);
  same<Same<NonNullable<typeof end>["result"], Sent | undefined>>();
  const known: string = executionId;
  const unknown = await typed.executions.wait(known);
  same<Same<NonNullable<typeof unknown>["result"], Payload | undefined>>();
  await typed.executions.create({ lane: "l", kind: "upload", input: new File([], "a") });
  await typed.executions.create({ lane: "l", kind: "sweep" });
  await typed.executions.create({ lane: "l", kind: "maybe" });
  // @ts-expect-error there is no such kind
  await typed.executions.create({ lane: "l", kind: "sned", input: photo });
  // @ts-expect-error it takes a photo
  await typed.executions.create({ lane: "l", kind: "send", input: { name: 1 } });
  // @ts-expect-error it takes something
  await typed.executions.create({ lane: "l", kind: "send" });
  // @ts-expect-error it takes nothing
  await typed.executions.create({ lane: "l", kind: "sweep", input: 1 });
  typed.work(
    { lanes: ["l"] },
    {
      send: (one) => {
        same<Same<typeof one.input, Photo>>();
        return { id: one.input.name };
      },
      upload: async ({ input }) => {
        same<Same<typeof input, FileBytes>>();
        return photo;
      },
      "*": () => "any",
    },
  );
  // @ts-expect-error there is no such kind
  typed.work({ lanes: ["l"] }, { sned: () => ({ id: "" }) });
  // @ts-expect-error it sends back an id
  typed.work({ lanes: ["l"] }, { send: () => ({ id: 1 }) });
  await typed.flows.submit({
    members: [
      { name: "a", lane: "l", kind: "send", input: photo },
      { name: "b", lane: "l", kind: "sweep", after: ["a"] },
    ],
  });
  // @ts-expect-error there is no such kind
  await typed.flows.submit({ members: [{ name: "a", lane: "l", kind: "sned", input: photo }] });
  const tested = await openTestEngine<Kinds>();
  // @ts-expect-error there is no such kind
  await tested.engine.executions.create({ lane: "l", kind: "sned" });
  const plain: Engine = (await openTestEngine()).engine;
  return plain;
}
