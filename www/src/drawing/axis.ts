// An axis of time: how long a span it shows, and where its ticks are. It grows in leaps, so that what has ended stays where
// it is drawn for as long as the axis does.

/** Steps that people count in, in ms. */
const STEPS = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000,
  3_600_000, 7_200_000, 14_400_000, 28_800_000, 43_200_000, 86_400_000,
] as const;
const DAY_MS = 86_400_000;
const TICKS_MAX = 6;

export interface Axis {
  /** What is at its right end, in ms after its left. */
  readonly spanMs: number;
  /** Where its ticks are, in ms after its left end; the last is at its right end. */
  readonly ticks: readonly number[];
}

/** The shortest axis with room for so many ms. */
export function axisFor(ms: number): Axis {
  const wanted = Math.max(ms, 1);
  const stepMs = STEPS.find((step) => step * TICKS_MAX >= wanted) ?? Math.ceil(wanted / TICKS_MAX / DAY_MS) * DAY_MS;
  const count = Math.ceil(wanted / stepMs);
  return { spanMs: count * stepMs, ticks: Array.from({ length: count + 1 }, (_, at) => at * stepMs) };
}

/** How a tick is written. */
export function tickText(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 60_000) return `${ms / 1_000} s`;
  if (ms < 3_600_000) return `${ms / 60_000} min`;
  return ms < DAY_MS ? `${ms / 3_600_000} h` : `${ms / DAY_MS} d`;
}
