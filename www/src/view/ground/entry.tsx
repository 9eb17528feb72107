// One line of a register: where it stands, what it is, what is known of it, and what can be done about it.

import type { ComponentChildren } from "preact";
import type { Standing } from "../../state/executions/standing.js";
import { Mark } from "./mark.js";

interface EntryProps {
  /** Whose mark and colour it has. */
  readonly standing: Standing;
  readonly pill: string;
  readonly name: string;
  readonly facts: readonly (readonly [term: string, value: string])[];
  readonly action?: ComponentChildren;
  /** For those who look for one. */
  readonly data: Readonly<Record<`data-${string}`, string | number | boolean>>;
}

export function Entry({ standing, pill, name, facts, action, data }: EntryProps) {
  return (
    <li class={`row ${standing}`} data-entry={name} {...data}>
      <div class="entry">
        <span class="pill">
          <Mark standing={standing} />
          <span class="number">{pill}</span>
        </span>
        <h3>{name}</h3>
        <dl class="entry-facts">
          {facts.map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {action !== undefined && <div class="entry-action">{action}</div>}
      </div>
    </li>
  );
}

interface RegisterProps {
  /** What is listed here, in a sentence or two. */
  readonly about: string;
  /** What to say where nothing is listed. */
  readonly empty: string;
  readonly more: boolean;
  readonly children: readonly ComponentChildren[];
}

export function RegisterList({ about, empty, more, children }: RegisterProps) {
  return (
    <div class="register">
      <p class="about">{about}</p>
      {children.length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ul class="rows" role="list">
          {children}
        </ul>
      )}
      {more && <p class="more">Only the first {children.length} are shown.</p>}
    </div>
  );
}
