// What this tab works on at this moment: a bench for each execution that it may have in hand.

import { useRef } from "preact/hooks";
import type { Row } from "../../state/executions/row.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { Activity } from "../executions/activity.js";
import { namesOf } from "../ground/names.js";

export function Benches({ shop }: { shop: Shop }) {
  const { crew, ledger } = shop;
  useChanges(crew);
  const own = ledger.active.filter(({ snapshot }) => snapshot?.currentLease?.workerInstanceId === crew.instanceId);
  const benches = useBenches(own, crew.concurrency);
  return (
    <section class="executions" aria-labelledby="benches-heading">
      <h2 id="benches-heading" tabIndex={-1}>
        On the benches
      </h2>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ul class="benches" role="list">
        {benches.map((row, at) => (
          <li key={at} class={`bench ${row ? "taken" : "free"}`} data-bench={row ? "taken" : "free"}>
            {row ? (
              <Taken key={row.id} shop={shop} row={row} />
            ) : (
              <p class="quiet">{crew.state === "working" ? "free" : "closed"}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Taken({ shop, row }: { shop: Shop; row: Row }) {
  const { title, subject } = namesOf(row);
  return (
    <>
      <p class="bench-name">
        <strong>{title}</strong>
        <span class="quiet">{subject}</span>
      </p>
      <Activity
        row={row}
        now={shop.now()}
        instanceId={shop.crew.instanceId}
        title={title}
        laneState={shop.overview.stateOf(row.lane)}
      />
    </>
  );
}

/** An execution keeps its bench while it is active. */
function useBenches(rows: readonly Row[], count: number): readonly (Row | undefined)[] {
  const places = useRef<(string | undefined)[]>([]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const kept = Array.from({ length: count }, (_, at) => places.current[at]).map((id) =>
    id !== undefined && byId.has(id) ? id : undefined,
  );
  for (const id of byId.keys()) {
    const free = kept.indexOf(undefined);
    if (free >= 0 && !kept.includes(id)) kept[free] = id;
  }
  places.current = kept;
  return kept.map((id) => (id === undefined ? undefined : byId.get(id)));
}
