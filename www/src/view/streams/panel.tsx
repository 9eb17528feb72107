// The stream of an attempt: its frames as they come, its summary, and why it is closed. Follows the end unless the reader
// has scrolled up.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AttemptSnapshot, ClosedReason, ExecutionSnapshot, StreamSummary } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { type Closing, Tail } from "../../state/streams/tail.js";
import { count, instant } from "../ground/format.js";
import { textOf } from "../ground/troubles.js";
import { FrameLine } from "./frame.js";

interface StreamPanelProps {
  readonly shop: Shop;
  readonly row: Row;
  readonly snapshot: ExecutionSnapshot;
  readonly title: string;
}

export function StreamPanel({ shop, row, snapshot, title }: StreamPanelProps) {
  const { attempts } = snapshot;
  const [chosen, setChosen] = useState<number>();
  const newest = attempts.at(-1)?.attemptIndex;
  const attemptIndex = chosen ?? newest;
  if (attemptIndex === undefined) return null;
  return (
    <section class="stream" aria-label={`Stream of ${title}`}>
      <div class="stream-head">
        <h4>Stream</h4>
        {attempts.length > 1 && (
          <AttemptField
            attempts={attempts}
            chosen={attemptIndex}
            title={title}
            onChoose={(index) => setChosen(index === newest ? undefined : index)}
          />
        )}
      </div>
      <AttemptStream
        key={attemptIndex}
        shop={shop}
        id={row.id}
        attemptIndex={attemptIndex}
        standing={row.standing}
        title={title}
      />
    </section>
  );
}

interface AttemptFieldProps {
  readonly attempts: readonly AttemptSnapshot[];
  readonly chosen: number;
  readonly title: string;
  readonly onChoose: (attemptIndex: number) => void;
}

function AttemptField({ attempts, chosen, title, onChoose }: AttemptFieldProps) {
  return (
    <select
      aria-label={`Attempt of ${title} whose stream is shown`}
      value={chosen}
      onChange={({ currentTarget }) => onChoose(Number(currentTarget.value))}
    >
      {attempts.map(({ attemptIndex }) => (
        <option key={attemptIndex} value={attemptIndex}>
          Attempt {attemptIndex + 1}
          {attemptIndex === attempts.at(-1)?.attemptIndex ? ", the newest" : ""}
        </option>
      ))}
    </select>
  );
}

interface AttemptStreamProps {
  readonly shop: Shop;
  readonly id: string;
  readonly attemptIndex: number;
  /** A change of it may have closed the stream, or opened it again. */
  readonly standing: Row["standing"];
  readonly title: string;
}

function AttemptStream({ shop, id, attemptIndex, standing, title }: AttemptStreamProps) {
  const tail = useMemo(() => new Tail(shop.engine, id, attemptIndex), [shop, id, attemptIndex]);
  useChanges(tail);
  useEffect(() => {
    void tail.follow();
    return () => tail.stop();
  }, [tail]);
  // A stream may be closed, and opened again, without a frame.
  useEffect(() => void tail.look(), [tail, standing]);
  const { frames, dropped, closing, summary, trouble } = tail;
  return (
    <>
      {dropped > 0 && <p class="quiet">{count(dropped, "earlier frame is", "earlier frames are")} not shown.</p>}
      <FrameList tail={tail} label={`Frames of ${title}, attempt ${attemptIndex + 1}`} />
      <p class="quiet stream-closing" aria-live="polite" data-stream-closed={closing?.reason ?? ""}>
        {closingText(closing, frames.length)}
      </p>
      {trouble !== undefined && <p role="alert">The stream could not be read: {textOf(trouble)}</p>}
      {summary && <Summary summary={summary} />}
    </>
  );
}

/** A reader who is this near to the end still follows it, in px. */
const NEAR_END = 12;

function FrameList({ tail, label }: { tail: Tail; label: string }) {
  const list = useRef<HTMLOListElement>(null);
  const [follows, setFollows] = useState(true);
  const { frames } = tail;
  const last = frames.at(-1)?.id;
  useLayoutEffect(() => {
    if (follows && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [last, follows]);
  if (frames.length === 0) return null;
  const scrolled = ({ scrollHeight, scrollTop, clientHeight }: HTMLOListElement) =>
    setFollows(scrollHeight - scrollTop - clientHeight <= NEAR_END);
  return (
    <div class="frames-box">
      <ol
        ref={list}
        class="frames"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled is to be reached by the keyboard
        tabIndex={0}
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        role="list"
        aria-label={label}
        data-follows={follows}
        onScroll={({ currentTarget }) => scrolled(currentTarget)}
      >
        {frames.map((frame) => (
          <FrameLine key={frame.id} frame={frame} />
        ))}
      </ol>
      {!follows && (
        <button type="button" class="small frames-end" onClick={() => setFollows(true)}>
          Follow the end
        </button>
      )}
    </div>
  );
}

const REASONS: Readonly<Record<ClosedReason, string>> = {
  attempt_success: "the attempt completed",
  attempt_failure: "the attempt failed",
  attempt_cancelled: "the execution was cancelled",
  attempt_interrupted: "the attempt was interrupted, and may go on",
  lease_expired: "the lease ran out; the attempt may go on",
  reclaimed: "another worker took over",
  expired: "the execution expired",
  dependency_impossible: "what it depends on cannot succeed any more",
};

function closingText(closing: Closing | undefined, frames: number): string {
  if (closing) return `Closed ${instant(closing.at)}: ${REASONS[closing.reason]}.`;
  return frames === 0 ? "Nothing has been appended yet." : "";
}

function Summary({ summary: { document, version } }: { summary: StreamSummary }) {
  return (
    <div class="summary" data-summary-version={version}>
      <h4>Summary, version {version}</h4>
      <dl class="summary-facts">
        {Object.entries(document).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
