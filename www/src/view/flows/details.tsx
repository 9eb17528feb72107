// The flow that is looked at: its state, what can be done about it, its graph, its timeline, its members, its tags.

import { useEffect, useState } from "preact/hooks";
import type { FlowGraph, FlowSnapshot } from "tidegate";
import { tallyOfCounts } from "../../state/executions/standing.js";
import { EDGES_DRAWN_MAX, type FlowReading, NODES_DRAWN_MAX, NODES_TOLD_MAX } from "../../state/flows/view.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { neighbourInFlow, useKeptFocus } from "../ground/focus.js";
import { count, instant, seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { Pager } from "../ground/pager.js";
import { Tags } from "../ground/tags.js";
import { textOf } from "../ground/troubles.js";
import { askCancelFlow } from "../operator/asking.js";
import { FlowGraphDrawing } from "./graph.js";
import { FlowMembers } from "./members.js";
import { FlowTimeline } from "./timeline.js";
import { STANDING_OF_FLOW, titleOfFlow } from "./words.js";

interface FlowDetailsProps {
  readonly shop: Shop;
  readonly onShow: (executionId: string) => void;
}

export function FlowDetails({ shop, onShow }: FlowDetailsProps) {
  const { view } = shop.flows;
  useChanges(view);
  useKeptFocus(neighbourInFlow);
  const { reading, trouble } = view;
  return (
    <div class="flow-place">
      {trouble !== undefined && (
        <p role="alert" class="refusal">
          The flow could not be read, and is tried again: {textOf(trouble)}
        </p>
      )}
      {reading === null && <p class="empty">This flow is not kept any more: it is past its retention.</p>}
      {reading && <Shown key={reading.snapshot.flowId} shop={shop} reading={reading} onShow={onShow} />}
    </div>
  );
}

/** Members of which each has a bar and a line at the same time. */
const LINES_MAX = 100;

function Shown({ shop, reading, onShow }: FlowDetailsProps & { reading: FlowReading }) {
  const { snapshot, graph } = reading;
  const title = titleOfFlow(snapshot);
  const [first, setFirst] = useState(0);
  const { view } = shop.flows;
  useEffect(() => view.showMembers(first, first + LINES_MAX), [view, first]);
  useEffect(() => {
    if (view.takeLead()) document.getElementById("flow-heading")?.focus();
  });
  const end = Math.min(first + LINES_MAX, graph.nodes.length);
  return (
    <section
      class="flow"
      aria-labelledby="flow-heading"
      data-flow={snapshot.flowId}
      data-flow-state={snapshot.publicFlowState}
      data-flow-sealed={snapshot.sealed}
    >
      <Head shop={shop} snapshot={snapshot} graph={graph} title={title} />
      <Drawing shop={shop} reading={reading} title={title} onShow={onShow} />
      <FlowTimeline shop={shop} nodes={graph.nodes.slice(first, end)} all={graph.nodes} title={title} />
      <FlowMembers shop={shop} reading={reading} first={first} end={end} title={title} onShow={onShow} />
      <Pager
        what="members"
        first={first}
        shown={end - first}
        page={LINES_MAX}
        total={Math.min(snapshot.nodeCount, NODES_TOLD_MAX)}
        onTurn={setFirst}
      />
      <Tags
        title={title}
        tags={snapshot.tags}
        onSet={(key, value) => shop.operator.setFlowTag(snapshot.flowId, title, key, value)}
      />
    </section>
  );
}

interface HeadProps {
  readonly shop: Shop;
  readonly snapshot: FlowSnapshot;
  readonly graph: FlowGraph;
  readonly title: string;
}

function Head({ shop, snapshot, graph, title }: HeadProps) {
  const { flowId, publicFlowState, sealed, cancelledAt, endedAt } = snapshot;
  const standing = STANDING_OF_FLOW[publicFlowState];
  const isOver = cancelledAt !== undefined || (sealed && endedAt !== undefined);
  const seal = () =>
    void shop.troubles.watchOver(`${title} could not be sealed`, shop.operator.sealFlow(flowId, title));
  return (
    <header class={`flow-head ${standing}`}>
      <div class="flow-name">
        <h3 id="flow-heading" tabIndex={-1}>
          {title}
        </h3>
        <span class="pill">
          <Mark standing={standing} />
          <span role="status">{publicFlowState}</span>
        </span>
      </div>
      <div class="buttons">
        {!sealed && cancelledAt === undefined && (
          <button type="button" class="small" aria-label={`Seal ${title}`} onClick={seal}>
            Seal
          </button>
        )}
        {!isOver && (
          <button
            type="button"
            class="small danger"
            aria-haspopup="dialog"
            aria-label={`Cancel ${title}`}
            onClick={() => askCancelFlow(shop, flowId, title)}
          >
            Cancel
          </button>
        )}
      </div>
      <dl class="entry-facts">
        {factsOf(snapshot, graph).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function factsOf(snapshot: FlowSnapshot, { counts }: FlowGraph): [string, string][] {
  const { nodeCount, edgeCount, sealed, createdAt, endedAt, cancellationPolicy, cancelReason, flowId } = snapshot;
  const { completed, failed, cancelled } = tallyOfCounts(counts);
  const facts: [string, string | undefined][] = [
    ["Members", `${nodeCount}, ${completed + failed + cancelled} ended`],
    ["Edges", String(edgeCount)],
    ["Sealed", sealed ? "yes" : "no: it may get more members, and does not end by itself"],
    ["Created", instant(createdAt)],
    ["Took", endedAt === undefined ? undefined : seconds(endedAt - createdAt)],
    ["Cancelled with", cancellationPolicy],
    ["Reason", cancelReason],
    ["Id", flowId],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

interface DrawingProps {
  readonly shop: Shop;
  readonly reading: FlowReading;
  readonly title: string;
  readonly onShow: (executionId: string) => void;
}

/** A flow that is too large to be drawn is told by its table alone. */
function Drawing({ shop, reading, title, onShow }: DrawingProps) {
  const { graph, snapshot } = reading;
  const { nodes, edges, truncated } = graph;
  if (nodes.length === 0) return <p class="empty">It has no member yet.</p>;
  if (!truncated && nodes.length <= NODES_DRAWN_MAX && edges.length <= EDGES_DRAWN_MAX)
    return <FlowGraphDrawing shop={shop} reading={reading} title={title} onShow={onShow} />;
  return (
    <p class="notice" data-undrawn="true">
      It is too large to be drawn: {count(snapshot.nodeCount, "member")} and {count(snapshot.edgeCount, "edge")}, where
      up to {NODES_DRAWN_MAX} and {EDGES_DRAWN_MAX} are drawn. Its members stand in the table
      {snapshot.nodeCount > NODES_TOLD_MAX && `, the first ${NODES_TOLD_MAX} of them`}.
    </p>
  );
}
