// The lanes: what each lets through, and the control that sets it.

import type { LaneState, LaneSummary } from "tidegate";
import type { Standing } from "../../state/executions/standing.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { Entry, RegisterList } from "../ground/entry.js";
import { count } from "../ground/format.js";

const STATES: readonly LaneState[] = ["active", "paused", "draining", "disabled"];

const MEANS: Readonly<Record<LaneState, string>> = {
  active: "Takes new executions, and hands them out to workers.",
  paused: "Takes new executions, but hands none out: they wait in line.",
  draining: "Refuses new executions, and hands out what it has until it is empty.",
  disabled: "Refuses new executions, and hands none out.",
};

const STANDING_OF: Readonly<Record<LaneState, Standing>> = {
  active: "active",
  paused: "suspended",
  draining: "skipped",
  disabled: "cancelled",
};

export function LanesPanel({ shop }: { shop: Shop }) {
  useChanges(shop.overview);
  const { entries, more } = shop.overview.lanes;
  return (
    <>
      <RegisterList
        about="Executions wait in lanes. Whatever a lane is set to, what is under way in it is finished."
        empty="There is no lane yet."
        more={more}
      >
        {entries.map((one) => (
          <Lane key={one.lane} shop={shop} summary={one} />
        ))}
      </RegisterList>
      <Meanings />
    </>
  );
}

function Meanings() {
  return (
    <dl class="meanings">
      {STATES.map((state) => (
        <div key={state}>
          <dt>{state}</dt>
          <dd>{MEANS[state]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Lane({ shop, summary: { lane, state } }: { shop: Shop; summary: LaneSummary }) {
  const { waiting, delayed, active, all } = shop.ledger.tallyIn(lane);
  const holds = [`${waiting} waiting`, `${active} active`, ...(delayed > 0 ? [`${delayed} delayed`] : [])];
  const forOthers = shop.ledger.forOthers
    .filter((one) => one.lane === lane)
    .map(({ kind, count }) => `${count} of kind ${kind}`);
  return (
    <Entry
      standing={STANDING_OF[state]}
      pill={state}
      name={lane}
      facts={[
        ["Holds", `${holds.join(", ")}, of ${count(all, "execution")} in all`],
        ...(forOthers.length > 0
          ? [["For others", `${forOthers.join(", ")}, which no worker here does`] as const]
          : []),
      ]}
      action={<StateField shop={shop} lane={lane} state={state} />}
      data={{ "data-lane": lane, "data-lane-state": state }}
    />
  );
}

function StateField({ shop, lane, state }: { shop: Shop; lane: string; state: LaneState }) {
  const choose = (wanted: string) => {
    const found = STATES.find((one) => one === wanted);
    if (found) void shop.troubles.watchOver(`Lane ${lane} stays as it was`, shop.operator.setLane(lane, found));
  };
  return (
    <select aria-label={`State of lane ${lane}`} value={state} onChange={(event) => choose(event.currentTarget.value)}>
      {STATES.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
