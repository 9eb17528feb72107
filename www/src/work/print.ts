// Developing a print: strip after strip in the darkroom's own thread, with progress. Each strip is kept as a step, so
// that an attempt after a reload goes on after the last of them.

import { type Payload, type Task, TaskFailure } from "tidegate";
import type { DarkroomAnswer, DarkroomRequest } from "./darkroom.js";
import { type Order, orderIn } from "./order.js";
import { show, tell, tellSummary } from "./telling.js";

const STRIPS = 6;

export async function print(task: Task): Promise<Payload> {
  const order = orderIn(task.input);
  const kept = task.claim.steps.length;
  await tell(task, kept > 0 ? `going on after ${kept} of ${STRIPS} strips` : `${order.picture}, ${STRIPS} strips`);
  const strips: Uint8Array[] = [];
  for (let strip = 0; strip < STRIPS; strip++) {
    const bytes = await task.step(`strip ${strip + 1}`, () => develop(task, order, strip));
    if (bytes) strips.push(bytes);
    await tellSummary(task, { pages: strip + 1, sheet: order.picture });
  }
  await task.progress(100, "drying");
  await tell(task, "drying");
  const { picture } = await inDarkroom({ dry: strips }, task.signal);
  return { picture: order.picture, strips: STRIPS, kept, ...(picture !== undefined && { thumbnail: picture }) };
}

async function develop(task: Task, order: Order, strip: number): Promise<Uint8Array | undefined> {
  await task.progress(Math.round((strip / STRIPS) * 100), `strip ${strip + 1} of ${STRIPS}`);
  await tell(task, `strip ${strip + 1} of ${STRIPS} is in the bath`);
  const { bytes } = await inDarkroom({ order: order.number, strip, strips: STRIPS }, task.signal);
  if (bytes) await show(task, bytes);
  return bytes;
}

let darkroom: Worker | undefined;
let asked = 0;

/** One step in the darkroom. Giving up waiting does not stop the step; its answer is left unread. */
function inDarkroom(request: DarkroomRequest, signal: AbortSignal): Promise<DarkroomAnswer> {
  darkroom ??= new Worker(new URL("./darkroom.ts", import.meta.url), { type: "module", name: "darkroom" });
  const worker = darkroom;
  const id = ++asked;
  const left = new AbortController();
  return new Promise<DarkroomAnswer>((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { signal: left.signal });
    const hear = ({ data }: MessageEvent<DarkroomAnswer & { id: number }>) => data.id === id && resolve(data);
    worker.addEventListener("message", hear, { signal: left.signal });
    const broken = () => reject(new TaskFailure("the darkroom is out of order", { class: "infra_crash" }));
    worker.addEventListener("error", broken, { signal: left.signal });
    worker.postMessage({ id, request });
  }).finally(() => left.abort());
}
