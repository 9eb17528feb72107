// The executions: how far they are in all, what is looked for, and the newest of what was found.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Finding } from "../../state/executions/finding.js";
import { isLive, type Row } from "../../state/executions/row.js";
import { type Filter, groupOf, unfinished } from "../../state/executions/standing.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { neighbourAmongRows, useKeptFocus } from "../ground/focus.js";
import { textOf } from "../ground/troubles.js";
import { FilterChips, NAMES } from "./filter-chips.js";
import { ExecutionRow } from "./row.js";
import { SearchForm, wordsOf } from "./search-form.js";
import { TideGauge } from "./tide-gauge.js";

const ROWS_FIRST = 60;
const ROWS_MORE = 140;

interface ExecutionsProps {
  readonly shop: Shop;
  readonly onShowFlow: (flowId: string) => void;
}

export function Executions({ shop, onShowFlow }: ExecutionsProps) {
  const { ledger, finding } = shop;
  useChanges(finding);
  const { tally } = ledger;
  const { filter } = finding;
  const [limit, setLimit] = useState(ROWS_FIRST);
  const rows = shownOf(shop, limit);
  useSeen(shop, rows);
  useKeptFocus(neighbourAmongRows);
  const choose = useCallback(
    (chosen: Filter) => {
      setLimit(ROWS_FIRST);
      void finding.choose(chosen);
    },
    [finding],
  );
  return (
    <section class="executions" aria-labelledby="executions-heading" data-busy={unfinished(tally) > 0}>
      <h2 id="executions-heading" class="sr-only">
        Executions
      </h2>
      <TideGauge tally={tally} />
      <SearchForm shop={shop} />
      <FilterChips tally={finding.counts} filter={filter} onChange={choose} />
      <Found finding={finding} many={rows.length} />
      <RowList shop={shop} rows={rows} finding={finding} onShowFlow={onShowFlow} />
      {finding.only === undefined && finding.isPlain && rows.length < tally[filter] && (
        <More
          text={`The newest ${rows.length} of ${tally[filter]} are shown.`}
          onMore={() => setLimit((before) => before + ROWS_MORE)}
        />
      )}
      {finding.only === undefined && finding.more && (
        <More text={`The newest ${rows.length} that were found are shown.`} onMore={() => void finding.showMore()} />
      )}
    </section>
  );
}

/** The rows that are asked for. What a search found and has changed since is not found any more. */
function shownOf({ ledger, finding }: Shop, limit: number): Row[] {
  const { only, isPlain, filter, ids } = finding;
  if (only !== undefined) return ledger.rows([only]);
  if (isPlain) return ledger.newest(filter, limit);
  return ledger.rows(ids).filter(({ standing }) => filter === "all" || groupOf(standing) === filter);
}

/** What the search came to, and the ways out of it. */
function Found({ finding, many }: { finding: Finding; many: number }) {
  const { only, isPlain, isKnown, trouble } = finding;
  const isAnswer = only === undefined && !isPlain && isKnown && trouble === undefined;
  return (
    <div class="found">
      {/* Where nothing was found, the list says so in full to those who see it. */}
      <p role="status" class={isAnswer && many === 0 ? "sr-only" : "quiet"} data-found={isAnswer ? many : ""}>
        {only !== undefined && "One execution is shown."}
        {isAnswer && foundText(finding, many)}
      </p>
      {only !== undefined && (
        <button type="button" class="small" onClick={() => finding.showOnly(undefined)}>
          Show all
        </button>
      )}
      <div role="alert" class="calm">
        {trouble !== undefined && <p class="refusal">The search was not made: {textOf(trouble)}</p>}
      </div>
    </div>
  );
}

function foundText({ more, criteria }: Finding, many: number): string {
  return `${many}${more ? " or more" : ""} found ${wordsOf(criteria)}.`;
}

function More({ text, onMore }: { text: string; onMore: () => void }) {
  return (
    <p class="more">
      <span>{text}</span>{" "}
      <button type="button" onClick={onMore}>
        Show more
      </button>
    </p>
  );
}

/** Has the rows described that have come into view. */
function useSeen(shop: Shop, rows: readonly Row[]): void {
  const key = rows.map(({ id }) => id).join();
  useEffect(() => {
    if (shop.ledger.see("list", key === "" ? [] : key.split(","))) shop.look();
  }, [shop, key]);
}

interface RowListProps extends ExecutionsProps {
  readonly rows: readonly Row[];
  readonly finding: Finding;
}

function RowList({ shop, rows, finding, onShowFlow }: RowListProps) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => {
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const { only, ledCount } = finding;
  useEffect(() => {
    if (only === undefined) return;
    setOpened((before) => new Set(before).add(only));
    document.querySelector<HTMLElement>(`[data-execution-id="${only}"] [aria-expanded]`)?.focus();
  }, [only, ledCount]);
  const isAsking = only === undefined && !finding.isPlain && !(finding.isKnown && finding.trouble === undefined);
  if (rows.length === 0) return isAsking ? null : <Empty finding={finding} />;
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
          onShowFlow={onShowFlow}
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

function Empty({ finding }: { finding: Finding }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 48" width="120" height="48" aria-hidden="true" focusable="false">
        <path d="M4 30q14-12 28 0t28 0 28 0 28 0" />
        <path d="M18 40q14-9 28 0t28 0 28 0" />
        <circle cx="88" cy="12" r="7" />
      </svg>
      <p>{emptyText(finding)}</p>
    </div>
  );
}

function emptyText({ only, isPlain, filter, criteria }: Finding): ComponentChildren {
  if (only !== undefined) return "It is not kept any more: it is past its retention.";
  const state = filter === "all" ? "" : ` that is ${NAMES[filter].toLowerCase()}`;
  if (!isPlain) return `Nothing was found: there is no execution${state} ${wordsOf(criteria)}.`;
  if (filter !== "all") return "No execution is in this state now.";
  return (
    <>
      <strong>The shop is quiet.</strong> Submit a batch, and reload the page while it is worked on.
    </>
  );
}
