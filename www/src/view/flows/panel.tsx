// The flows: samples to try out, the list of all, and the one that is looked at.

import { useEffect, useRef } from "preact/hooks";
import { FLOWS_SHOWN, type FlowLine } from "../../state/flows/list.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { count, instant } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { Pager } from "../ground/pager.js";
import { textOf } from "../ground/troubles.js";
import { FlowDetails } from "./details.js";
import { FlowListForm, wordsOfFilter } from "./list-form.js";
import { FlowSamples } from "./samples.js";
import { STANDING_OF_FLOW, titleOfFlow } from "./words.js";

interface FlowsPanelProps {
  readonly shop: Shop;
  readonly onShow: (executionId: string) => void;
}

export function FlowsPanel({ shop, onShow }: FlowsPanelProps) {
  const { flows } = shop;
  useEffect(() => {
    flows.begin();
    return () => flows.rest();
  }, [flows]);
  return (
    <div class="register flows">
      <p class="about">
        A flow is executions that depend on each other: each begins once enough of those before it have ended as it
        needs, and is skipped where that has become impossible.
      </p>
      <FlowSamples shop={shop} />
      <List shop={shop} />
      <FlowDetails shop={shop} onShow={onShow} />
    </div>
  );
}

function List({ shop }: { shop: Shop }) {
  const { list, view } = shop.flows;
  useChanges(list);
  useChanges(view);
  const { shown, total, first, filter, isPlain, trouble } = list;
  // It stays while another choice is read.
  const hasChoice = useRef(false);
  if (total !== undefined) hasChoice.current = total > 0 || !isPlain;
  return (
    <div class="flow-list">
      {trouble !== undefined && (
        <p role="alert" class="refusal">
          {list.isRefused ? "The flows were not listed" : "The flows could not be read, and are tried again"}:{" "}
          {textOf(trouble)}
        </p>
      )}
      {hasChoice.current && <FlowListForm list={list} />}
      <p role="status" class="sr-only" data-flows-listed={total ?? ""}>
        {!isPlain && total !== undefined && `${count(total, "flow")} ${wordsOfFilter(filter)}.`}
      </p>
      {total === 0 && (
        <p class="empty">
          {isPlain ? "There is no flow yet. Submit a sample." : `There is no flow ${wordsOfFilter(filter)}.`}
        </p>
      )}
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ul class="flow-lines" role="list" aria-label="Flows, the newest first">
        {shown.map((one) => (
          <Line key={one.flowId} flow={one} isShown={one.flowId === view.id} onShow={() => view.show(one.flowId)} />
        ))}
      </ul>
      <Pager
        what="flows"
        first={first}
        shown={shown.length}
        page={FLOWS_SHOWN}
        total={total ?? 0}
        onTurn={(to) => list.turnTo(to)}
      />
    </div>
  );
}

function Line({ flow, isShown, onShow }: { flow: FlowLine; isShown: boolean; onShow: () => void }) {
  const { flowId, publicFlowState, nodeCount, createdAt } = flow;
  const standing = STANDING_OF_FLOW[publicFlowState];
  return (
    <li class={standing}>
      <button
        type="button"
        class="flow-line"
        aria-pressed={isShown}
        data-flow-line={flowId}
        data-state={publicFlowState}
        onClick={onShow}
      >
        <span class="pill">
          <Mark standing={standing} />
          {publicFlowState}
        </span>
        <span class="flow-line-name">{titleOfFlow(flow)}</span>
        <span class="quiet number">{count(nodeCount, "member")}</span>
        <span class="quiet number">{instant(createdAt)}</span>
      </button>
    </li>
  );
}
