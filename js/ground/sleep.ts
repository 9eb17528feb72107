// Waiting, until the time is over or nobody waits any more.

/** Longest delay that timers of JavaScript hosts take. */
export const DELAY_MS_MAX = 2 ** 31 - 1;

/** Resolves after so many ms, or when the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}
