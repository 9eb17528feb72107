// A state as a small drawing: each has a shape of its own, so that colour is never all there is.

import type { Standing } from "../../state/executions/standing.js";

const RING = "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8";

const SHAPES: Readonly<Record<Standing, string>> = {
  waiting: RING,
  rate_limited: RING,
  waiting_children: RING,
  suspended: "M5.4 3v10M10.6 3v10",
  delayed: `${RING}M8 4.8V8l2.2 1.6`,
  active: "M1.5 6.2c2.2-2.4 4.3-2.4 6.5 0s4.3 2.4 6.5 0M1.5 11c2.2-2.4 4.3-2.4 6.5 0s4.3 2.4 6.5 0",
  lapsed: "M8 2 1.6 13.6h12.8zM8 6.4v3.2M8 11.6v.1",
  completed: "m2.6 8.6 3.6 3.8 7.2-8.6",
  failed: "m3.2 3.2 9.6 9.6M12.8 3.2l-9.6 9.6",
  cancelled: `${RING}M3.8 12.2l8.4-8.4`,
  expired: `${RING}M8 4.8V8`,
  skipped: "M2.5 8h11M9.5 4l4 4-4 4",
};

export function Mark({ standing }: { standing: Standing }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
      <path d={SHAPES[standing]} />
    </svg>
  );
}

const WORDS: Partial<Record<Standing, string>> = {
  lapsed: "lease ran out",
  rate_limited: "waiting",
  waiting_children: "waiting",
};

export function wordOf(standing: Standing): string {
  return WORDS[standing] ?? standing;
}
