// All about an execution: what can be done about it, every attempt, the steps it kept, its streams, what it was
// created with, its tags and its history.

import type { ExecutionSnapshot, LaneState, StepSnapshot } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import type { Shop } from "../../state/shop.js";
import { bytes, count, instant, seconds } from "../ground/format.js";
import { namesOf } from "../ground/names.js";
import { Tags } from "../ground/tags.js";
import { StreamPanel } from "../streams/panel.js";
import { ExecutionActions } from "./actions.js";
import { Attempts } from "./attempts.js";
import { History } from "./history.js";
import { textOfResult, thumbnailOf } from "./result.js";

interface DetailsProps {
  readonly shop: Shop;
  readonly row: Row;
  readonly now: number;
  readonly laneState: LaneState;
  readonly onShowFlow: (flowId: string) => void;
}

export function ExecutionDetails({ shop, row, now, laneState, onShowFlow }: DetailsProps) {
  const { snapshot } = row;
  if (!snapshot) return null;
  const thumbnail = thumbnailOf(row.result);
  const { title } = namesOf(row);
  const { flowId } = snapshot;
  return (
    <div class="details">
      {flowId !== undefined && (
        <p>
          <button
            type="button"
            class="small"
            aria-label={`Show the flow of ${title}`}
            onClick={() => onShowFlow(flowId)}
          >
            Show its flow
          </button>
        </p>
      )}
      <ExecutionActions shop={shop} row={row} snapshot={snapshot} laneState={laneState} />
      <Attempts shop={shop} snapshot={snapshot} now={now} title={title} />
      {snapshot.steps && snapshot.steps.length > 0 && <Steps steps={snapshot.steps} />}
      <StreamPanel shop={shop} row={row} snapshot={snapshot} title={title} />
      <h4>Execution</h4>
      <div class="facts">
        <dl>
          {factsOf(row, snapshot).map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {thumbnail && <img src={thumbnail} width={144} height={96} alt="The print, developed" />}
      </div>
      <Tags
        title={title}
        tags={snapshot.tags}
        onSet={(key, value) => shop.operator.setTag(row.id, title, key, value)}
      />
      <History shop={shop} snapshot={snapshot} title={title} />
    </div>
  );
}

function Steps({ steps }: { steps: readonly StepSnapshot[] }) {
  return (
    <>
      <h4>Steps kept for later attempts</h4>
      <ol class="steps">
        {steps.map(({ name, resultBytes, startedAt, recordedAt }) => (
          <li key={name} data-step={name}>
            {name}{" "}
            <span class="quiet number">
              {bytes(resultBytes)}, {startedAt !== undefined && `took ${seconds(recordedAt - startedAt)}, `}
              {instant(recordedAt)}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What was reported last, of whichever attempt. */
function progressText({ percent, message, attemptIndex }: NonNullable<ExecutionSnapshot["progress"]>): string {
  return [percent !== undefined && `${percent} %`, message, `attempt ${attemptIndex + 1}`].filter(Boolean).join(", ");
}

function factsOf(row: Row, snapshot: ExecutionSnapshot): [string, string][] {
  const {
    executionId,
    flowId,
    lane,
    priority,
    replayCount,
    idempotencyKey,
    policy,
    createdAt,
    currentLease,
    keptUntil,
    progress,
  } = snapshot;
  const facts: [string, string | undefined][] = [
    ["Id", executionId],
    ["Flow", flowId],
    ["Lane", lane],
    ["Priority", String(priority)],
    ["Created", instant(createdAt)],
    ["Replayed", replayCount > 0 ? count(replayCount, "time") : undefined],
    ["Idempotency key", idempotencyKey],
    ["Kept until", keptUntil === undefined ? undefined : instant(keptUntil)],
    [
      "Retries",
      policy.retry?.maxRetries === undefined ? undefined : `${policy.retry.maxRetries} at most, waits double`,
    ],
    ["Lease until", currentLease && instant(currentLease.expiresAt)],
    ["Progress", progress && `${progressText(progress)}, ${instant(progress.updatedAt)}`],
    ["Result", textOfResult(row.result)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
}
