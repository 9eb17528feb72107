// A member of a flow in the drawing: its name, its kind, where it stands, and how many of those before it it needs.

import { memo } from "preact/compat";
import { NODE_HEIGHT, NODE_WIDTH } from "../../drawing/layout.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { reasonWordsOf } from "../ground/reasons.js";
import { type FlowNode, groupSentence, isJoin, nameOf, needOf, stateWordOf } from "./words.js";

interface FlowNodeBoxProps {
  readonly shop: Shop;
  readonly node: FlowNode;
  readonly x: number;
  readonly y: number;
  /** Whether it waits for nothing but successes. */
  readonly isPlain: boolean;
  readonly skipReason: string | undefined;
  readonly isStop: boolean;
  readonly place: number;
  readonly onFocus: (place: number) => void;
  readonly onShow: (executionId: string) => void;
}

/** Characters that have room. */
const NAME_MAX = 16;
const KIND_MAX = 20;

export const FlowNodeBox = memo(function FlowNodeBox(props: FlowNodeBoxProps) {
  const { shop, node, x, y, isPlain, skipReason, isStop, place, onFocus, onShow } = props;
  const { executionId, kind, publicState } = node;
  const show = () => onShow(executionId);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing has no buttons
    <g
      class={`node ${publicState}`}
      transform={`translate(${x} ${y})`}
      role="button"
      tabindex={isStop ? 0 : -1}
      aria-label={labelOf(node, isPlain, skipReason)}
      data-node={nameOf(node)}
      data-state={publicState}
      data-place={place}
      onClick={show}
      onFocus={() => onFocus(place)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        show();
      }}
    >
      <rect class="node-box" width={NODE_WIDTH} height={NODE_HEIGHT} rx="10" />
      <rect class="node-edge" width="5" height={NODE_HEIGHT - 20} x="0" y="10" rx="2" />
      {/* Cuts off what is wider than it may be: how wide letters are is for the reader's fonts to say. */}
      <svg x="14" width={NODE_WIDTH - 20} height={NODE_HEIGHT} aria-hidden="true">
        <text class="node-name" y="21">
          {shortened(nameOf(node), NAME_MAX)}
        </text>
        <text class="node-kind" y="37">
          {shortened(kind, KIND_MAX)}
        </text>
      </svg>
      <g transform="translate(14 43)">
        <Mark standing={publicState} />
      </g>
      <text class="node-state" x="33" y="54">
        {skipReason === "not_needed" ? "not needed" : stateWordOf(publicState)}
      </text>
      <text class="node-time" x={NODE_WIDTH - 10} y="54">
        <Ran shop={shop} node={node} />
      </text>
      <Need node={node} />
    </g>
  );
});

/** The badge of a join, over its lines. */
function Need({ node: { group } }: { node: FlowNode }) {
  if (!group || !isJoin(group)) return null;
  const text = needOf(group);
  const width = 14 + 6.6 * text.length;
  return (
    <g class={`need ${group.state}`} transform={`translate(-10 -14)`} data-need={text}>
      <rect width={width} height="20" rx="10" />
      <text x={width / 2} y="14">
        {text}
      </text>
    </g>
  );
}

function labelOf(node: FlowNode, isPlain: boolean, skipReason: string | undefined): string {
  const { kind, publicState, group } = node;
  const needs = group && isJoin(group) ? `, needs ${groupSentence(group, isPlain)}` : "";
  const why = skipReason ? `, ${reasonWordsOf(skipReason)}` : "";
  return `${nameOf(node)}, ${kind}, ${stateWordOf(publicState)}${why}${needs}`;
}

/** How long it ran, or has been running: time alone has no more than this drawn anew. */
function Ran({ shop, node: { startedAt, endedAt, publicState } }: Pick<FlowNodeBoxProps, "shop" | "node">) {
  if (startedAt === undefined) return null;
  if (publicState === "active") return <Running shop={shop} startedAt={startedAt} />;
  return endedAt === undefined ? null : seconds(endedAt - startedAt);
}

function Running({ shop, startedAt }: { shop: Shop; startedAt: number }) {
  useChanges(shop.clock);
  return <>{Math.max(0, Math.floor((shop.now() - startedAt) / 1_000))} s</>;
}

function shortened(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
