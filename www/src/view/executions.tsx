// The executions: how far they are in all, the filter, and the newest of what it lets through.

import { useCallback, useEffect, useState } from "preact/hooks";
import { isLive, type Row } from "../state/row.js";
import type { Shop } from "../state/shop.js";
import { type Filter, groupOf, unfinished } from "../state/standing.js";
import { ExecutionRow } from "./execution-row.js";
import { FilterChips } from "./filter-chips.js";
import { neighbourAmongRows, useKeptFocus } from "./focus.js";
import { TideGauge } from "./tide-gauge.js";

const ROWS_FIRST = 60;
const ROWS_MORE = 140;

export function Executions({ shop }: { shop: Shop }) {
  const { ledger } = shop;
  const { tally } = ledger;
  const [filter, setFilter] = useState<Filter>("all");
  const [limit, setLimit] = useState(ROWS_FIRST);
  const rows = ledger.newest(filter, limit);
  useSeen(shop, rows);
  useKeptFocus(neighbourAmongRows);
  const choose = useCallback((chosen: Filter) => {
    setFilter(chosen);
    setLimit(ROWS_FIRST);
  }, []);
  return (
    <section class="executions" aria-labelledby="executions-heading" data-busy={unfinished(tally) > 0}>
      <h2 id="executions-heading" class="sr-only">
        Executions
      </h2>
      <TideGauge tally={tally} />
      <FilterChips tally={tally} filter={filter} onChange={choose} />
      <RowList shop={shop} rows={rows} filter={filter} />
      {rows.length < tally[filter] && (
        <p class="more">
          <span>
            The newest {rows.length} of {tally[filter]} are shown.
          </span>{" "}
          <button type="button" onClick={() => setLimit(limit + ROWS_MORE)}>
            Show more
          </button>
        </p>
      )}
    </section>
  );
}

/** Has the rows described that have come into view. */
function useSeen(shop: Shop, rows: readonly Row[]): void {
  const key = rows.map(({ id }) => id).join();
  useEffect(() => {
    if (shop.ledger.see("list", key === "" ? [] : key.split(","))) shop.look();
  }, [shop, key]);
}

function RowList({ shop, rows, filter }: { shop: Shop; rows: readonly Row[]; filter: Filter }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => {
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  if (rows.length === 0) return <Empty filter={filter} />;
  const now = shop.now();
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ol class="rows" role="list">
      {rows.map((row) => (
        <ExecutionRow
          key={row.id}
          shop={shop}
          row={row}
          now={timeFor(row, now)}
          laneState={shop.overview.stateOf(row.lane)}
          isOpen={opened.has(row.id)}
          onToggle={toggle}
        />
      ))}
    </ol>
  );
}

/** What has ended needs no time; a wait that only grows is counted in whole seconds. */
function timeFor(row: Row, now: number): number {
  if (!isLive(row)) return 0;
  return groupOf(row.standing) === "waiting" ? now - (now % 1_000) : now;
}

function Empty({ filter }: { filter: Filter }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 48" width="120" height="48" aria-hidden="true" focusable="false">
        <path d="M4 30q14-12 28 0t28 0 28 0 28 0" />
        <path d="M18 40q14-9 28 0t28 0 28 0" />
        <circle cx="88" cy="12" r="7" />
      </svg>
      {filter === "all" ? (
        <p>
          <strong>The shop is quiet.</strong> Submit a batch, and reload the page while it is worked on.
        </p>
      ) : (
        <p>No execution is in this state now.</p>
      )}
    </div>
  );
}
