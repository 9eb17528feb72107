// A flow as a drawing: members as boxes in columns, what joins them as lines. The keyboard goes through it along the lines,
// and the same facts stand in the table below.

import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FlowGraph } from "tidegate";
import { type Layout, layoutOf } from "../../drawing/layout.js";
import { reachedBy } from "../../drawing/moves.js";
import type { FlowReading } from "../../state/flows/view.js";
import type { Shop } from "../../state/shop.js";
import { count } from "../ground/format.js";
import { FlowEdgeLine, Legend } from "./edge.js";
import { FlowNodeBox } from "./node.js";
import { relationsOf, UNRELATED } from "./words.js";

interface FlowGraphProps {
  readonly shop: Shop;
  readonly reading: FlowReading;
  readonly title: string;
  readonly onShow: (executionId: string) => void;
}

const SIZES = { fit: "As wide as the page", full: "Full size", whole: "All of it" } as const;
type Size = keyof typeof SIZES;
/** Smaller than this, names cannot be read: then the drawing is scrolled instead. */
const FIT_MIN = 0.62;
/** From here on there is more than one way to look at it. */
const WIDE = 1_000;
const HIGH = 560;

export function FlowGraphDrawing({ shop, reading, title, onShow }: FlowGraphProps) {
  const { graph, skipReasons } = reading;
  const { nodes, edges } = graph;
  const [size, setSize] = useState<Size>("fit");
  // Members and edges are only ever added.
  const layout = useMemo(() => layoutOf(nodes.length, edges), [graph.flowId, nodes.length, edges.length]);
  const relations = useMemo(() => relationsOf(graph), [graph]);
  const { at, setAt, move, drawing } = useMoves(graph, layout);
  useBeginningInSight(drawing, layout, size);
  const { width, height } = layout;
  const fitted = { width: "100%", maxWidth: width, minWidth: Math.round(width * FIT_MIN) };
  return (
    <section class="graph" aria-label={`Graph of ${title}`} data-graph-size={size}>
      <div class="graph-head">
        <h4>Graph</h4>
        {(width > WIDE || height > HIGH) && <Sizes size={size} onChange={setSize} />}
      </div>
      <div class="graph-box">
        {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no part of a form */}
        <svg
          ref={drawing}
          viewBox={`0 0 ${width} ${height}`}
          {...(size === "full" && { width, height })}
          style={size === "fit" ? fitted : {}}
          role="group"
          aria-labelledby="graph-title graph-desc"
          onKeyDown={move}
        >
          <title id="graph-title">Graph of {title}</title>
          <desc id="graph-desc">
            {`${count(nodes.length, "member")}, ${count(edges.length, "edge")}. Arrow keys go from member to member, Enter shows the execution. The table below has the same facts.`}
          </desc>
          <g>
            {edges.map(({ edgeId, edgeState, dependencyKind, outcome }, place) => (
              <FlowEdgeLine
                key={edgeId}
                curve={layout.curves[place] ?? ""}
                edgeState={edgeState}
                dependencyKind={dependencyKind}
                isSpared={edgeState === "impossible" && outcome === "success"}
              />
            ))}
          </g>
          {nodes.map((node, place) => (
            <FlowNodeBox
              key={node.executionId}
              node={node}
              x={layout.places[place]?.x ?? 0}
              y={layout.places[place]?.y ?? 0}
              shop={shop}
              isPlain={(relations.get(place) ?? UNRELATED).isPlain}
              skipReason={skipReasons.get(node.executionId)}
              isStop={place === at}
              place={place}
              onFocus={setAt}
              onShow={onShow}
            />
          ))}
        </svg>
      </div>
      <Legend kinds={new Set(edges.map(({ dependencyKind }) => dependencyKind))} />
    </section>
  );
}

/** One member at a time is a stop of the Tab key; arrows lead to the others. */
function useMoves({ nodes, edges }: FlowGraph, layout: Layout) {
  const drawing = useRef<SVGSVGElement>(null);
  const [held, setAt] = useState(0);
  const at = Math.min(held, nodes.length - 1);
  const move = (event: KeyboardEvent) => {
    const next = reachedBy(event.key, at, layout, edges);
    if (event.key.startsWith("Arrow") || next !== undefined) event.preventDefault();
    if (next === undefined) return;
    setAt(next);
    drawing.current?.querySelector<SVGGElement>(`[data-place="${next}"]`)?.focus();
  };
  return { at, setAt, move, drawing };
}

/** The first column stands in the middle of its height. */
function useBeginningInSight(drawing: RefObject<SVGSVGElement | null>, { columns }: Layout, size: Size): void {
  useLayoutEffect(() => {
    const box = drawing.current?.parentElement;
    const first = drawing.current?.querySelector(`[data-place="${columns[0]?.[0]}"]`);
    if (!box || !first) return;
    const [here, there] = [box.getBoundingClientRect(), first.getBoundingClientRect()];
    box.scrollTop += there.top - here.top - here.height / 4;
  }, [drawing, columns, size]);
}

function Sizes({ size, onChange }: { size: Size; onChange: (size: Size) => void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and this is none
    <div class="chips" role="group" aria-label="Size of the graph">
      {(Object.keys(SIZES) as Size[]).map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={one === size} onClick={() => onChange(one)}>
          {SIZES[one]}
        </button>
      ))}
    </div>
  );
}
