// What happened to one execution, the newest first, as the engine remembers it.

import { useEffect, useState } from "preact/hooks";
import type { EventRecord, EventStream, ExecutionHistory, ExecutionSnapshot } from "tidegate";
import type { Shop } from "../../state/shop.js";
import { sentenceOf } from "../events/sentences.js";
import { neighbourAmongRows, useKeptFocus } from "../ground/focus.js";
import { moment } from "../ground/format.js";
import { textOf } from "../ground/troubles.js";

const PAGE = 20;
const STREAMS: EventStream[] = ["execution", "lease", "operator"];

export function History({ shop, snapshot, title }: { shop: Shop; snapshot: ExecutionSnapshot; title: string }) {
  const { executionId } = snapshot;
  const [limit, setLimit] = useState(PAGE);
  const [read, setRead] = useState<ExecutionHistory>();
  const [trouble, setTrouble] = useState("");
  useKeptFocus(neighbourAmongRows);
  // Another version of the execution means that something happened.
  useEffect(() => {
    const left = new AbortController();
    shop.engine.executions.history(executionId, { streams: STREAMS, limit }).then(
      (history) => {
        if (left.signal.aborted) return;
        setRead(history);
        setTrouble("");
      },
      (thrown: unknown) => left.signal.aborted || setTrouble(textOf(thrown)),
    );
    return () => left.abort();
  }, [shop, executionId, limit, versionOf(snapshot)]);
  return (
    <section class="history" aria-label={`History of ${title}`}>
      <h4>History</h4>
      {trouble && <p class="bad">It could not be read: {trouble}</p>}
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ol class="history-list" role="list">
        {(read?.events ?? []).map((event) => (
          <Happened key={event.cursor} event={event} />
        ))}
      </ol>
      {read?.nextCursor !== undefined && (
        <button
          type="button"
          class="small"
          aria-label={`Earlier history of ${title}`}
          onClick={() => setLimit((before) => before + PAGE)}
        >
          Earlier
        </button>
      )}
    </section>
  );
}

/** What is another after every event. */
function versionOf({ lastMutationAt, publicState, priority, leaseEpoch, currentLease }: ExecutionSnapshot): string {
  return [lastMutationAt, publicState, priority, leaseEpoch, currentLease?.expiresAt].join();
}

function Happened({ event }: { event: EventRecord }) {
  return (
    <li data-happened={event.cause}>
      <span class="number quiet">{moment(event.at)}</span>
      <span>{sentenceOf(event)}</span>
    </li>
  );
}
