// What the shop's records show, one of them at a time: the executions, the flows, the lanes, the workers, the leases, the
// events.

import { useCallback, useRef, useState } from "preact/hooks";
import type { Shop } from "../state/shop.js";
import { FeedPanel } from "./events/panel.js";
import { Executions } from "./executions/panel.js";
import { FlowsPanel } from "./flows/panel.js";
import { neighbourAmongEntries, useKeptFocus } from "./ground/focus.js";
import { LanesPanel } from "./lanes/panel.js";
import { Said } from "./operator/said.js";
import { LeasesPanel } from "./workers/leases.js";
import { WorkersPanel } from "./workers/panel.js";

const TABS = ["executions", "flows", "lanes", "workers", "leases", "events"] as const;
type Tab = (typeof TABS)[number];

const NAMES: Readonly<Record<Tab, string>> = {
  executions: "Executions",
  flows: "Flows",
  lanes: "Lanes",
  workers: "Workers",
  leases: "Leases",
  events: "Events",
};

export function Floor({ shop }: { shop: Shop }) {
  const [shown, setShown] = useState<Tab>("executions");
  useKeptFocus(neighbourAmongEntries);
  const show = useCallback(
    (executionId: string) => {
      shop.finding.showOnly(executionId);
      setShown("executions");
    },
    [shop],
  );
  const showFlow = useCallback(
    (flowId: string) => {
      shop.flows.lead(flowId);
      setShown("flows");
    },
    [shop],
  );
  return (
    <div class="records">
      <Tabs shown={shown} onChoose={setShown} />
      <Said operator={shop.operator} />
      {TABS.map((tab) => (
        <div key={tab} role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} hidden={tab !== shown}>
          {/* The executions keep what was opened and filtered; the others are only there when they are seen. */}
          {(tab === "executions" || tab === shown) && (
            <Panel shop={shop} tab={tab} onShow={show} onShowFlow={showFlow} />
          )}
        </div>
      ))}
    </div>
  );
}

interface PanelProps {
  readonly shop: Shop;
  readonly tab: Tab;
  readonly onShow: (executionId: string) => void;
  readonly onShowFlow: (flowId: string) => void;
}

function Panel({ shop, tab, onShow, onShowFlow }: PanelProps) {
  switch (tab) {
    case "executions":
      return <Executions shop={shop} onShowFlow={onShowFlow} />;
    case "flows":
      return <FlowsPanel shop={shop} onShow={onShow} />;
    case "events":
      return <FeedPanel shop={shop} onShow={onShow} onShowFlow={onShowFlow} />;
    case "lanes":
      return <LanesPanel shop={shop} />;
    case "workers":
      return <WorkersPanel shop={shop} />;
    case "leases":
      return <LeasesPanel shop={shop} />;
  }
}

function Tabs({ shown, onChoose }: { shown: Tab; onChoose: (tab: Tab) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const next = reached(event.key, TABS.indexOf(shown));
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div ref={list} class="tabs" role="tablist" aria-label="Records of the shop" onKeyDown={move}>
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          class="tab"
          id={`tab-${tab}`}
          aria-controls={`panel-${tab}`}
          aria-selected={tab === shown}
          tabIndex={tab === shown ? 0 : -1}
          onClick={() => onChoose(tab)}
        >
          {NAMES[tab]}
        </button>
      ))}
    </div>
  );
}

/** The tab that a key leads to: arrows go round, Home and End to the ends. */
function reached(key: string, at: number): Tab | undefined {
  const steps: Readonly<Record<string, number>> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const step = steps[key];
  return step === undefined ? undefined : TABS.at(step % TABS.length);
}
