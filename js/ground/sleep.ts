// Waiting, until the time is over or nobody waits any more.

import { onAbort } from "./aborts.js";

/** Longest delay that timers of JavaScript hosts take. */
export const DELAY_MS_MAX = 2 ** 31 - 1;

/** Resolves after so many ms, or when the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      deaf();
      resolve();
    };
    const timer = setTimeout(wake, ms);
    const deaf = onAbort(signal, wake);
  });
}

/** Whether a promise is settled within so many ms; the time may be infinite. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<false>((resolve) => {
    if (ms <= DELAY_MS_MAX) timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([promise.then(() => true), patience]);
  } finally {
    clearTimeout(timer);
  }
}
