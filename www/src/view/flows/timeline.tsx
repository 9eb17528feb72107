// When the members of a flow waited and ran: a bar each, over one axis that ends where time is now.

import { memo } from "preact/compat";
import { type Axis, axisFor, tickText } from "../../drawing/axis.js";
import { hasEnded } from "../../state/executions/standing.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { seconds } from "../ground/format.js";
import { type FlowNode, nameOf, stateWordOf } from "./words.js";

interface FlowTimelineProps {
  readonly shop: Shop;
  /** Those that have a bar. */
  readonly nodes: readonly FlowNode[];
  /** All of the flow: they set the axis. */
  readonly all: readonly FlowNode[];
  readonly title: string;
}

export function FlowTimeline({ shop, nodes, all, title }: FlowTimelineProps) {
  useChanges(shop.clock);
  const now = shop.now();
  const isLive = all.some(({ publicState }) => !hasEnded(publicState));
  const startAt = all.reduce((least, { createdAt }) => Math.min(least, createdAt), now);
  const lastAt = isLive ? now : all.reduce((most, { endedAt = 0 }) => Math.max(most, endedAt), startAt);
  const axis = axisFor(lastAt - startAt);
  return (
    <section class="timeline" aria-label={`Timeline of ${title}`} data-live={isLive}>
      <h4>Timeline</h4>
      <div class="timeline-box" style={{ "--ticks": axis.ticks.length - 1 }}>
        <div class="timeline-axis number" aria-hidden="true">
          {axis.ticks.map((ms) => (
            <span key={ms} style={{ insetInlineStart: shareOf(ms, axis) }}>
              {tickText(ms)}
            </span>
          ))}
        </div>
        {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
        <ol class="bars" role="list">
          {nodes.map((node) => (
            <Bar
              key={node.executionId}
              node={node}
              startAt={startAt}
              spanMs={axis.spanMs}
              now={hasEnded(node.publicState) ? 0 : now}
            />
          ))}
        </ol>
        {isLive && (
          <div class="timeline-now" aria-hidden="true">
            <span style={{ insetInlineStart: shareOf(now - startAt, axis) }} />
          </div>
        )}
      </div>
    </section>
  );
}

interface BarProps {
  readonly node: FlowNode;
  readonly startAt: number;
  readonly spanMs: number;
  /** Engine time in Unix ms; 0 once it has ended. */
  readonly now: number;
}

/** What has ended is drawn anew only when the axis grows. */
const Bar = memo(function Bar({ node, startAt, spanMs, now }: BarProps) {
  const { createdAt, startedAt, publicState } = node;
  const endAt = Math.max(node.endedAt ?? now, createdAt);
  const ranFrom = Math.min(startedAt ?? endAt, endAt);
  const place = (from: number, to: number) => ({
    insetInlineStart: shareOf(from - startAt, { spanMs }),
    width: shareOf(to - from, { spanMs }),
  });
  const ran = startedAt === undefined ? "" : seconds(endAt - ranFrom);
  return (
    <li class={`bar-line ${publicState}`} data-bar={nameOf(node)} data-state={publicState}>
      <span class="bar-name">{nameOf(node)}</span>
      <span class="sr-only">
        {`: ${stateWordOf(publicState)}, waited ${seconds(ranFrom - createdAt)}${ran && `, took ${ran}`}`}
      </span>
      <span class="bar-track" aria-hidden="true">
        <span class="bar waited" style={place(createdAt, ranFrom)} />
        {startedAt !== undefined && <span class="bar ran" style={place(ranFrom, endAt)} />}
      </span>
      <span class="bar-text number" aria-hidden="true">
        {ran || stateWordOf(publicState)}
      </span>
    </li>
  );
});

function shareOf(ms: number, { spanMs }: Pick<Axis, "spanMs">): string {
  return `${Math.round((10_000 * Math.min(Math.max(ms, 0), spanMs)) / spanMs) / 100}%`;
}
