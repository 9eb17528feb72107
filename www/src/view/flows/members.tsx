// The members of a flow as a table: the facts of the drawing in words, and replaying what has ended.

import type { FlowGraph } from "tidegate";
import { hasEnded } from "../../state/executions/standing.js";
import type { Shop } from "../../state/shop.js";
import { seconds } from "../ground/format.js";
import { Mark } from "../ground/mark.js";
import { askReplay } from "../operator/asking.js";
import { edgeWordOf, type FlowNode, groupSentence, isJoin, nameOf, stateWordOf } from "./words.js";

interface FlowMembersProps {
  readonly shop: Shop;
  readonly graph: FlowGraph;
  /** The places of those that have a line. */
  readonly first: number;
  readonly end: number;
  readonly title: string;
  readonly onShow: (executionId: string) => void;
}

export function FlowMembers({ shop, graph, first, end, title, onShow }: FlowMembersProps) {
  const before = wordsBefore(graph);
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
              <Member key={node.executionId} shop={shop} node={node} before={before.get(first + at)} onShow={onShow} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** For each member, those that it comes after and what became of them. */
function wordsBefore({ nodes, edges }: FlowGraph): ReadonlyMap<number, string[]> {
  const words = new Map<number, string[]>();
  for (const edge of edges) {
    const upstream = nodes[edge.from];
    if (!upstream) continue;
    const own = words.get(edge.to) ?? [];
    own.push(`${nameOf(upstream)} (${edgeWordOf(edge)})`);
    words.set(edge.to, own);
  }
  return words;
}

interface MemberProps extends Pick<FlowMembersProps, "shop" | "onShow"> {
  readonly node: FlowNode;
  readonly before: readonly string[] | undefined;
}

/** What comes before it is counted from here on. */
const NAMED_MAX = 6;

function Member({ shop, node, before = [], onShow }: MemberProps) {
  const { executionId, kind, lane, publicState, group, attemptCount, createdAt, startedAt, endedAt } = node;
  const name = nameOf(node);
  const left = before.length - NAMED_MAX;
  const waitedUntil = startedAt ?? endedAt;
  return (
    <tr class={publicState} data-member={name} data-member-id={executionId} data-state={publicState}>
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
      </td>
      <td>
        {before.slice(0, NAMED_MAX).join(", ")}
        {left > 0 && ` and ${left} more`}
      </td>
      <td>{group && isJoin(group) && groupSentence(group)}</td>
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
