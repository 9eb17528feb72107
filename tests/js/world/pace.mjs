// A pace that is moved by hand: time goes by, or the machine sleeps and only the clock on the wall goes on.

/** @typedef {import("../../../dist/js/ground/pace.js").Pace} Pace */

/** Lets what is ready go on. */
export const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

export function handPace() {
  let [now, wall] = [5_000, 1e12];
  /** @type {Set<{ at: number, wake: () => void }>} */
  const sleepers = new Set();
  return {
    now: () => now,
    wall: () => wall,
    /** @type {Pace["sleep"]} */
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = {
          at: now + ms,
          wake() {
            sleepers.delete(sleeper);
            signal.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener("abort", sleeper.wake, { once: true });
      }),
    /** How many rest. */
    resting: () => sleepers.size,
    /** Time goes by, rest by rest. @param {number} ms */
    async pass(ms) {
      const until = now + ms;
      for (;;) {
        await settled();
        const [next] = [...sleepers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        wall += Math.max(0, next.at - now);
        now = Math.max(now, next.at);
        next.wake();
      }
      wall += until - now;
      now = until;
      await settled();
    },
    /** The clock on the wall is put on or back, or the machine sleeps. @param {number} ms */
    put(ms) {
      wall += ms;
    },
    /** The thread stands still: time goes by, and nobody is woken. @param {number} ms */
    block(ms) {
      now += ms;
      wall += ms;
    },
  };
}
