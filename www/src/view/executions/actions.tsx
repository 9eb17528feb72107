// What can be done about an execution where it stands, and why nobody claims it.

import { useState } from "preact/hooks";
import type { ExecutionSnapshot, LaneState } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import { hasEnded } from "../../state/executions/standing.js";
import type { Shop } from "../../state/shop.js";
import { instant } from "../ground/format.js";
import { namesOf } from "../ground/names.js";
import { textOf } from "../ground/troubles.js";
import { askPriority, askRevoke } from "../operator/asking.js";

interface ExecutionActionsProps {
  readonly shop: Shop;
  readonly row: Row;
  readonly snapshot: ExecutionSnapshot;
  readonly laneState: LaneState;
}

export function ExecutionActions({ shop, row, snapshot, laneState }: ExecutionActionsProps) {
  if (hasEnded(row.standing)) return null;
  const { title } = namesOf(row);
  const { currentLease: lease, executionId } = snapshot;
  return (
    <div class="actions">
      <div class="buttons">
        {row.standing === "delayed" && <WakeButton shop={shop} id={row.id} title={title} />}
        {row.standing === "waiting" && (
          <button
            type="button"
            class="small"
            aria-haspopup="dialog"
            aria-label={`Change the priority of ${title}`}
            onClick={() => askPriority(shop, snapshot, title)}
          >
            Change priority
          </button>
        )}
        {row.standing === "active" && lease && (
          <button
            type="button"
            class="small danger"
            aria-haspopup="dialog"
            aria-label={`Revoke the lease of ${title}`}
            onClick={() => askRevoke(shop, { executionId, ...lease }, title)}
          >
            Revoke lease
          </button>
        )}
        <Explanation shop={shop} id={row.id} title={title} when={`${row.standing}, lane ${laneState}`} />
      </div>
    </div>
  );
}

/** What is due later is due now. */
function WakeButton({ shop, id, title }: Omit<ExplanationProps, "when">) {
  const [asked, setAsked] = useState(false);
  const wake = async () => {
    if (asked) return;
    setAsked(true);
    await shop.troubles.watchOver(`${title} could not be woken`, shop.operator.wake(id, title));
    setAsked(false);
  };
  return (
    <button
      type="button"
      class="small"
      aria-label={`Run ${title} now`}
      aria-disabled={asked}
      onClick={() => void wake()}
    >
      Run now
    </button>
  );
}

interface ExplanationProps {
  readonly shop: Shop;
  readonly id: string;
  readonly title: string;
  /** How things stand: an explanation holds for as long as they stay so. */
  readonly when: string;
}

function Explanation({ shop, id, title, when }: ExplanationProps) {
  const [found, setFound] = useState({ sentence: "", when });
  const explain = () =>
    shop.operator.explain(id).then(
      (sentence) => setFound({ sentence: withTimes(sentence), when }),
      (thrown: unknown) => setFound({ sentence: `It could not be explained: ${textOf(thrown)}`, when }),
    );
  return (
    <>
      <button type="button" class="small" aria-label={`Why is ${title} not claimed?`} onClick={() => void explain()}>
        Why is it not claimed?
      </button>
      <p role="status" class="explanation calm">
        {found.when === when && found.sentence}
      </p>
    </>
  );
}

/** The engine writes instants in Unix ms. */
function withTimes(sentence: string): string {
  return sentence.replace(/\b\d{13}\b/g, (at) => instant(Number(at)));
}
