// Charging a card at a bank that is not always there.

import { type Payload, type RetryPolicy, type Task, TaskFailure } from "tidegate";
import { type Order, orderIn } from "./order.js";
import { pause } from "./pause.js";
import { tell } from "./telling.js";

export const CHARGE_RETRY: RetryPolicy = {
  maxRetries: 3,
  backoff: { type: "exponential", initialDelayMs: 1_000, maxDelayMs: 8_000, multiplier: 2, jitter: true },
};

/** How many tries the bank leaves without an answer, by the order's last digit. */
const SILENT_TRIES: Readonly<Record<number, number>> = { 2: 1, 4: 2, 6: 1, 8: 3, 9: Number.POSITIVE_INFINITY };
const DECLINED = 7;

/** What the bank said is kept as a step: an attempt that takes over does not charge a second time. */
export async function charge(task: Task): Promise<Payload> {
  const order = orderIn(task.input);
  const approval = await task.step("the bank's approval", () => askBank(task, order));
  return { charged: order.euros, approval };
}

async function askBank(task: Task, order: Order): Promise<string> {
  const { claim, signal } = task;
  const digit = order.number % 10;
  await tell(task, `asking the bank for € ${order.euros}`);
  await pause(250 + ((order.number * 37) % 450), signal);
  if (digit === DECLINED) {
    await tell(task, "declined, says the bank", "stderr");
    throw new TaskFailure("the card was declined", { class: "permanent", category: "declined" });
  }
  if (claim.retryCount < (SILENT_TRIES[digit] ?? 0)) {
    await tell(task, "nobody answers", "stderr");
    throw new TaskFailure("the bank did not answer", { class: "transient", category: "network" });
  }
  return reference(order.number, claim.executionId);
}

/** The bank's reference: the same for the same execution, so that charging twice would show. */
async function reference(order: number, executionId: string): Promise<string> {
  const text = new TextEncoder().encode(`${order} ${executionId}`);
  // Outside of a secure context there is no digest, and only the engine in memory gets this far.
  if (!globalThis.crypto?.subtle) return String(order);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
