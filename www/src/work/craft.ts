// A piece of handiwork of a flow: takes as long as its input says, and where that says so goes wrong at its first attempt.

import { type Json, type Payload, type Task, TaskFailure } from "tidegate";
import { pause } from "./pause.js";
import { tell } from "./telling.js";

export const CRAFT = "craft";
export const WORKSHOP = "workshop";

const PARTS = 4;

/** What is to be done. */
export interface Craft {
  readonly work: string;
  readonly ms: number;
  readonly mishap: boolean;
}

export async function craft(task: Task): Promise<Payload> {
  const { work, ms, mishap } = craftIn(task.input);
  await tell(task, work);
  for (let part = 0; part < PARTS; part++) {
    await task.progress((100 * part) / PARTS, `part ${part + 1} of ${PARTS}`);
    await pause(ms / PARTS, task.signal);
  }
  if (mishap && task.claim.attemptIndex === 0) {
    await tell(task, "a mishap", "stderr");
    throw new TaskFailure("a mishap; replayed, it goes well", { class: "permanent", category: "mishap" });
  }
  return { made: work, ms };
}

function craftIn(input: Payload | undefined): Craft {
  const { work, ms, mishap } = isRecord(input) ? input : {};
  if (typeof work !== "string" || typeof ms !== "number" || !(ms >= 0))
    throw new TaskFailure("the input says neither what to make nor for how long", {
      class: "permanent",
      category: "input",
    });
  return { work, ms, mishap: mishap === true };
}

function isRecord(value: Payload | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
