// The members of a flow as a table: the facts of the drawing in words, and replaying what has ended.

import { useMemo } from "preact/hooks";
import { hasEnded } from "../../state/executions/standing.js";
import type { FlowReading } from "../../state/flows/view.js";
import type { Shop } from "../../state/shop.js";
import { seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { reasonWordsOf } from "../ground/reasons.js";
import { askReplay } from "../operator/asking.js";
import {
  type FlowNode,
  groupSentence,
  isJoin,
  nameOf,
  type Relation,
  relationsOf,
  stateWordOf,
  UNRELATED,
} from "./words.js";

interface FlowMembersProps {
  readonly shop: Shop;
  readonly reading: FlowReading;
  /** The places of those that have a line. */
  readonly first: number;
  readonly end: number;
  readonly title: string;
  readonly onShow: (executionId: string) => void;
}

export function FlowMembers({ shop, reading, first, end, title, onShow }: FlowMembersProps) {
  const { graph, skipReasons } = reading;
  const relations = useMemo(() => relationsOf(graph), [graph]);
  return (
    <section class="members" aria-label={`Members of ${title}`}>
      <h4>Members</h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="members-box" aria-label={`Table of the members of ${title}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">State</th>
              <th scope="col">Comes after</th>
              <th scope="col">Needs</th>
              <th scope="col">Attempts</th>
              <th scope="col">Waited</th>
              <th scope="col">Took</th>
              <th scope="col">
                <span class="sr-only">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {graph.nodes.slice(first, end).map((node, at) => (
              <Member
                key={node.executionId}
                shop={shop}
                node={node}
                skipReason={skipReasons.get(node.executionId)}
                relation={relations.get(first + at) ?? UNRELATED}
                onShow={onShow}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface MemberProps extends Pick<FlowMembersProps, "shop" | "onShow"> {
  readonly node: FlowNode;
  readonly relation: Relation;
  readonly skipReason: string | undefined;
}

/** What comes before it is counted from here on. */
const NAMED_MAX = 6;

function Member({ shop, node, relation, skipReason, onShow }: MemberProps) {
  const { before, isPlain } = relation;
  const { executionId, kind, lane, publicState, group, attemptCount, createdAt, startedAt, endedAt } = node;
  const name = nameOf(node);
  const left = before.length - NAMED_MAX;
  const waitedUntil = startedAt ?? endedAt;
  return (
    <tr
      class={publicState}
      data-member={name}
      data-member-id={executionId}
      data-state={publicState}
      data-skipped={skipReason}
    >
      <th scope="row">
        <button type="button" class="link" aria-label={`Show ${name}`} onClick={() => onShow(executionId)}>
          {name}
        </button>
        <span class="quiet">
          {kind}, {lane}
        </span>
      </th>
      <td>
        <span class="pill">
          <Mark standing={publicState} />
          {stateWordOf(publicState)}
        </span>
        {skipReason && <span class="quiet why">{reasonWordsOf(skipReason)}</span>}
      </td>
      <td>
        {before.slice(0, NAMED_MAX).join(", ")}
        {left > 0 && ` and ${left} more`}
      </td>
      <td>{group && isJoin(group) && groupSentence(group, isPlain)}</td>
      <td class="number">{attemptCount}</td>
      <td class="number">{waitedUntil === undefined ? "" : seconds(waitedUntil - createdAt)}</td>
      <td class="number">{startedAt === undefined || endedAt === undefined ? "" : seconds(endedAt - startedAt)}</td>
      <td>
        {hasEnded(publicState) && (
          <button
            type="button"
            class="small"
            aria-haspopup="dialog"
            aria-label={`Replay ${name}`}
            onClick={() => askReplay(shop, { id: executionId, standing: publicState }, name)}
          >
            Replay
          </button>
        )}
      </td>
    </tr>
  );
}
