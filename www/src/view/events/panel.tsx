// The event log as it grows: the newest first, what of it is wanted, a pause, and the way back to what was before.

import { useEffect } from "preact/hooks";
import { FEED_MAX, type FeedState } from "../../state/events/feed.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { KEPT_DAYS } from "../../state/storage/database.js";
import { useKeptFocus } from "../ground/focus.js";
import { count } from "../ground/format.js";
import { namesOf } from "../ground/names.js";
import { textOf } from "../ground/troubles.js";
import { FeedEvent } from "./event.js";
import { FeedForm } from "./form.js";

/** Characters of an id that tell one execution from another at a glance. */
const ID_SHOWN = 6;

interface FeedPanelProps {
  readonly shop: Shop;
  readonly onShow: (executionId: string) => void;
  readonly onShowFlow: (flowId: string) => void;
}

export function FeedPanel({ shop, onShow, onShowFlow }: FeedPanelProps) {
  const { feed } = shop;
  useChanges(feed);
  useEffect(() => {
    feed.begin();
    return () => feed.rest();
  }, [feed]);
  useKeptFocus((held) =>
    held.closest("[data-feed]") ? () => document.querySelector<HTMLElement>("[data-feed] .feed-bar button") : undefined,
  );
  const { shown, state } = feed;
  useDescribed(
    shop,
    shown.flatMap(({ executionId }) => executionId ?? []),
  );
  return (
    <div class="register" data-feed={feed.isPast ? "past" : state}>
      <p class="about">
        Every change is one event, in one order, and so is the newest progress of each execution; the page lives by
        them. The newest {FEED_MAX} are shown, and events are kept for {count(KEPT_DAYS, "day")}.
      </p>
      <FeedForm feed={feed} />
      <FeedBar shop={shop} />
      {shown.length === 0 && state !== "reading" ? (
        <p class="empty">No event of this kind is kept. What happens from now on appears here.</p>
      ) : (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ol class="feed" role="list">
          {shown.map((event) => (
            <FeedEvent
              key={event.cursor}
              event={event}
              name={nameOf(shop, event.executionId)}
              onShow={onShow}
              onShowFlow={onShowFlow}
            />
          ))}
        </ol>
      )}
      {feed.hasEarlier && (
        <p class="more">
          <button type="button" onClick={() => void feed.showEarlier()}>
            Earlier events
          </button>
        </p>
      )}
    </div>
  );
}

const SAYS: Readonly<Record<FeedState, string>> = {
  reading: "Reading the log…",
  live: "Live",
  paused: "Paused",
};

/** What the feed does is read out; what it shows is not. */
function FeedBar({ shop: { feed } }: { shop: Shop }) {
  const { state, isPast, notice, trouble } = feed;
  return (
    <div class="feed-bar">
      <p class="crew-state">
        <span class={`lamp ${state === "live" && !isPast ? "working" : "paused"}`} aria-hidden="true" />
        <span role="status">{isPast ? "Earlier events" : SAYS[state]}</span>
      </p>
      <div class="buttons">
        {isPast && (
          <>
            <button type="button" class="small" onClick={() => void feed.showLater()}>
              Later events
            </button>
            <button type="button" class="small" onClick={() => feed.showNewest()}>
              The newest
            </button>
          </>
        )}
        {state === "paused" ? (
          <button type="button" class="small primary" onClick={() => feed.goOn()}>
            Go on
          </button>
        ) : (
          <button type="button" class="small" aria-label="Pause the feed" onClick={() => feed.pause()}>
            Pause
          </button>
        )}
      </div>
      <div role="status" class="calm feed-notice">
        {notice && <p class="notice">{notice}</p>}
      </div>
      {trouble !== undefined && (
        <p role="alert" class="refusal">
          The log could not be read: {textOf(trouble)}
        </p>
      )}
    </div>
  );
}

/** Has the executions described once, so that they can be named. */
function useDescribed(shop: Shop, ids: readonly string[]): void {
  const unknown = [...new Set(ids)].filter((id) => {
    const [row] = shop.ledger.rows([id]);
    return row !== undefined && row.snapshot === undefined;
  });
  const key = unknown.join();
  useEffect(() => {
    // What cannot be described now is called by its id until it can.
    if (key !== "") void shop.ledger.described(key.split(",")).catch(() => {});
  }, [shop, key]);
}

function nameOf(shop: Shop, id: string | undefined): string {
  const [row] = id === undefined ? [] : shop.ledger.rows([id]);
  if (!row?.snapshot) return id === undefined ? "" : `…${id.slice(-ID_SHOWN)}`;
  return namesOf(row).title;
}
