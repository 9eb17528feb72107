// What joins two members, as a line: each state has a stroke of its own, so that colour is never all there is.

import { memo } from "preact/compat";
import type { FlowEdge } from "./words.js";

type EdgeState = FlowEdge["edgeState"];

interface FlowEdgeLineProps {
  /** The data of its path. */
  readonly curve: string;
  readonly edgeState: EdgeState;
}

export const FlowEdgeLine = memo(function FlowEdgeLine({ curve, edgeState }: FlowEdgeLineProps) {
  const end = /(-?[\d.]+) (-?[\d.]+)$/.exec(curve);
  return (
    <g class={`edge ${edgeState}`} data-edge={edgeState}>
      <path class="edge-line" d={curve} />
      {end && <path class="edge-head" d={`M${end[1]} ${end[2]}l-8 -4v8z`} />}
    </g>
  );
});

const SAYS: readonly (readonly [EdgeState, string])[] = [
  ["applied", "open"],
  ["satisfied", "succeeded"],
  ["impossible", "failed, cancelled or skipped"],
  ["pending", "not applied"],
];

/** What the lines mean. */
export function Legend() {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul class="legend" role="list" aria-label="What the lines mean">
      {SAYS.map(([edgeState, text]) => (
        <li key={edgeState}>
          <svg viewBox="0 0 40 12" width="40" height="12" aria-hidden="true" focusable="false">
            <FlowEdgeLine curve="M2 6L38 6" edgeState={edgeState} />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
