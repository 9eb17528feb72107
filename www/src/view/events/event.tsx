// One event of the log, and the way to its execution or its flow.

import { memo } from "preact/compat";
import type { EventRecord } from "tidegate";
import { ID_SHOWN } from "../flows/words.js";
import { moment } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { sentenceOf, standingOfEvent } from "./sentences.js";

interface FeedEventProps {
  readonly event: EventRecord;
  /** What its execution is called. */
  readonly name: string;
  readonly onShow: (executionId: string) => void;
  readonly onShowFlow: (flowId: string) => void;
}

/** An event does not change, but its execution may get a better name. */
export const FeedEvent = memo(function FeedEvent({ event, name, onShow, onShowFlow }: FeedEventProps) {
  const { executionId, flowId, cause, completion, at } = event;
  const standing = standingOfEvent(event);
  return (
    <li class={`happening ${standing}`} data-event={cause} data-event-of={executionId} data-completion={completion}>
      <span class="number quiet">{moment(at)}</span>
      <span class="attempt-mark">
        <Mark standing={standing} />
      </span>
      <span class="happening-what">{sentenceOf(event)}</span>
      {executionId !== undefined && (
        <button type="button" class="link" aria-label={`Show ${name}`} onClick={() => onShow(executionId)}>
          {name}
        </button>
      )}
      {flowId !== undefined && executionId === undefined && (
        <button
          type="button"
          class="link"
          aria-label={`Show flow …${flowId.slice(-ID_SHOWN)}`}
          onClick={() => onShowFlow(flowId)}
        >
          flow …{flowId.slice(-ID_SHOWN)}
        </button>
      )}
    </li>
  );
});
