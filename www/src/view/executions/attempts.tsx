// The attempts of an execution: what each was for and what became of it, the newest of them and, page by page, all.

import { useEffect, useState } from "preact/hooks";
import type { AttemptSnapshot, AttemptType, ExecutionSnapshot } from "tidegate";
import { newestAttempts } from "../../state/executions/attempts.js";
import type { Shop } from "../../state/shop.js";
import { neighbourAmongRows, useKeptFocus } from "../ground/focus.js";
import { instant, seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { textOf } from "../ground/troubles.js";
import { MARK_OF } from "./attempt-marks.js";

const PAGE = 20;

interface AttemptsProps {
  readonly shop: Shop;
  readonly snapshot: ExecutionSnapshot;
  readonly now: number;
  readonly title: string;
}

export function Attempts({ shop, snapshot, now, title }: AttemptsProps) {
  const { totalAttemptCount: total } = snapshot;
  const [wanted, setWanted] = useState(PAGE);
  useKeptFocus(neighbourAmongRows);
  const { attempts, trouble } = useNewest(shop, snapshot, wanted);
  return (
    <section class="attempts-place" aria-label={`Attempts of ${title}`}>
      <h4>Attempts</h4>
      {total === 0 && <p class="quiet">None yet.</p>}
      {trouble && <p class="bad">The earlier ones could not be read: {trouble}</p>}
      {total > attempts.length && (
        <p class="more">
          <span class="number">
            The newest {attempts.length} of {total} are shown.
          </span>{" "}
          <button
            type="button"
            class="small"
            aria-label={`Earlier attempts of ${title}`}
            onClick={() => setWanted((before) => before + PAGE)}
          >
            Earlier
          </button>
        </p>
      )}
      <ol class="attempts">
        {attempts.map((attempt) => (
          <Attempt
            key={attempt.attemptId}
            attempt={attempt}
            now={now}
            isOurs={attempt.workerInstanceId === shop.crew.instanceId}
          />
        ))}
      </ol>
    </section>
  );
}

/** So many of the newest attempts; while they are being read, those that the snapshot has. */
function useNewest(shop: Shop, snapshot: ExecutionSnapshot, wanted: number) {
  const { attempts } = snapshot;
  const [read, setRead] = useState<readonly AttemptSnapshot[]>([]);
  const [trouble, setTrouble] = useState("");
  const isWhole = attempts.length >= Math.min(wanted, snapshot.totalAttemptCount);
  useEffect(() => {
    if (isWhole) return;
    const left = new AbortController();
    newestAttempts(shop.engine, snapshot, wanted).then(
      (found) => {
        if (left.signal.aborted) return;
        setRead(found);
        setTrouble("");
      },
      (thrown: unknown) => left.signal.aborted || setTrouble(textOf(thrown)),
    );
    return () => left.abort();
  }, [shop, snapshot, wanted, isWhole]);
  const shown = isWhole || read.length < attempts.length ? attempts.slice(-wanted) : read;
  return { attempts: shown, trouble: isWhole ? "" : trouble };
}

const TYPES: Readonly<Record<AttemptType, string>> = {
  initial: "first try",
  retry: "retry",
  reclaim: "takeover of a lapsed lease",
  replay: "replay",
};

const ENDINGS: Readonly<Record<AttemptSnapshot["lifecycle"], string>> = {
  started: "under way",
  suspended: "suspended",
  ended_success: "completed",
  ended_failure: "failed",
  ended_cancelled: "cancelled",
  interrupted_reclaimed: "its lease ran out, taken over",
};

function Attempt({ attempt, now, isOurs }: { attempt: AttemptSnapshot; now: number; isOurs: boolean }) {
  const { attemptIndex, attemptType, lifecycle, startedAt, endedAt, failure, workerId, workerInstanceId } = attempt;
  return (
    <li data-attempt-type={attemptType} data-attempt-lifecycle={lifecycle}>
      <span class={`attempt-mark ${MARK_OF[lifecycle]}`}>
        <Mark standing={MARK_OF[lifecycle]} />
      </span>
      <div>
        <p>
          <strong>
            {attemptIndex + 1}. {TYPES[attemptType]}
          </strong>
          : {ENDINGS[lifecycle]}
          {failure && ` (${failure.class}, ${failure.category}): ${failure.message}`}
        </p>
        <p class="quiet number">
          {instant(startedAt)}, {endedAt === undefined && now === 0 ? "" : `${seconds((endedAt ?? now) - startedAt)}, `}
          {workerId} {workerInstanceId} {isOurs ? "(this tab)" : "(before this page was loaded)"}
        </p>
      </div>
    </li>
  );
}
