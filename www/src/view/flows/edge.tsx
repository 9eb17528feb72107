// What joins two members, as a line: each state has a stroke of its own, and each end that an edge can be for a sign of its
// own in the middle of the line, so that colour is never all there is.

import { memo } from "preact/compat";
import type { DependencyKind } from "tidegate";
import { middleOf } from "../../drawing/layout.js";
import type { FlowEdge } from "./words.js";

type EdgeState = FlowEdge["edgeState"];

interface FlowEdgeLineProps {
  /** The data of its path. */
  readonly curve: string;
  readonly edgeState: EdgeState;
  readonly dependencyKind: DependencyKind;
  /** Whether it is not met since its upstream ended well: then nothing went wrong. */
  readonly isSpared?: boolean;
}

export const FlowEdgeLine = memo(function FlowEdgeLine(props: FlowEdgeLineProps) {
  const { curve, edgeState, dependencyKind, isSpared = false } = props;
  const end = /(-?[\d.]+) (-?[\d.]+)$/.exec(curve);
  const sign = SIGNS[dependencyKind];
  const middle = sign === undefined ? undefined : middleOf(curve);
  return (
    <g
      class={`edge ${isSpared ? "spared" : edgeState} ${dependencyKind}`}
      data-edge={edgeState}
      data-edge-for={dependencyKind}
    >
      <path class="edge-line" d={curve} />
      {dependencyKind === "any_end" && <path class="edge-core" d={curve} />}
      {end && <path class="edge-head" d={`M${end[1]} ${end[2]}l-8 -4v8z`} />}
      {middle && (
        <g class="edge-sign" transform={`translate(${middle.x} ${middle.y})`}>
          <circle r="8" />
          <path d={sign} />
        </g>
      )}
    </g>
  );
});

/** A cross for a failure, a bar where a line stops for any end; a success has none. */
const SIGNS: Readonly<Record<DependencyKind, string | undefined>> = {
  success_only: undefined,
  failure_only: "m-3 -3 6 6M3 -3l-6 6",
  any_end: "M-4 0h5M2.5 -4v8",
};

type Saying<T> = readonly (readonly [T, string])[];

/** Where all edges are for successes. */
const STATES_PLAIN: Saying<EdgeState> = [
  ["applied", "open"],
  ["satisfied", "succeeded"],
  ["impossible", "failed, cancelled or skipped"],
  ["pending", "not applied"],
];

const STATES: Saying<EdgeState> = [
  ["applied", "open"],
  ["satisfied", "met"],
  ["impossible", "not met any more"],
  ["pending", "not applied"],
];

const KINDS: Saying<DependencyKind> = [
  ["success_only", "if it succeeds"],
  ["failure_only", "if it fails"],
  ["any_end", "however it ends"],
];

/** What the lines mean: their states, and, where not all are for successes, what they are for. */
export function Legend({ kinds }: { kinds: ReadonlySet<DependencyKind> }) {
  const isPlain = [...kinds].every((kind) => kind === "success_only");
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul class="legend" role="list" aria-label="What the lines mean">
      {(isPlain ? STATES_PLAIN : STATES).map(([edgeState, text]) => (
        <Sample key={edgeState} edgeState={edgeState} dependencyKind="success_only" text={text} />
      ))}
      {!isPlain &&
        KINDS.map(([kind, text]) => <Sample key={kind} edgeState="applied" dependencyKind={kind} text={text} />)}
    </ul>
  );
}

function Sample({ text, ...line }: Omit<FlowEdgeLineProps, "curve"> & { readonly text: string }) {
  return (
    <li>
      <svg viewBox="0 0 56 18" width="56" height="18" aria-hidden="true" focusable="false">
        <FlowEdgeLine curve="M2 9L54 9" {...line} />
      </svg>
      {text}
    </li>
  );
}
