// All about an execution: what can be done about it, every attempt, the steps it kept, its streams, what it was
// created with, its tags and its history.

import type { AttemptSnapshot, AttemptType, ExecutionSnapshot, LaneState, StepSnapshot } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import type { Shop } from "../../state/shop.js";
import { bytes, count, instant, seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { namesOf } from "../ground/names.js";
import { Tags } from "../ground/tags.js";
import { StreamPanel } from "../streams/panel.js";
import { ExecutionActions } from "./actions.js";
import { MARK_OF } from "./attempt-marks.js";
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
      <h4>Attempts</h4>
      {snapshot.attempts.length === 0 && <p class="quiet">None yet.</p>}
      <ol class="attempts">
        {snapshot.attempts.map((attempt) => (
          <Attempt
            key={attempt.attemptId}
            attempt={attempt}
            now={now}
            isOurs={attempt.workerInstanceId === shop.crew.instanceId}
          />
        ))}
      </ol>
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

function Steps({ steps }: { steps: readonly StepSnapshot[] }) {
  return (
    <>
      <h4>Steps kept for later attempts</h4>
      <ol class="steps">
        {steps.map(({ name, resultBytes, recordedAt }) => (
          <li key={name} data-step={name}>
            {name}{" "}
            <span class="quiet number">
              {bytes(resultBytes)}, {instant(recordedAt)}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
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
    ["Result", textOfResult(row.result)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
}
