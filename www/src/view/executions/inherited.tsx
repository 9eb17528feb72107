// What was found unfinished when the page was opened, and what becomes of what was in mid-work; until it is put away.

import { useEffect, useState } from "preact/hooks";
import type { Row } from "../../state/executions/row.js";
import { hasEnded } from "../../state/executions/standing.js";
import type { Shop } from "../../state/shop.js";
import { useKeptFocus } from "../ground/focus.js";
import { count, countdown } from "../ground/format.js";
import { Mark, wordOf } from "../ground/mark.js";
import { namesOf } from "../ground/names.js";

export function Inherited({ shop }: { shop: Shop }) {
  const [seen, setSeen] = useState(false);
  const { inheritance, ledger } = shop;
  const { unfinished, underWay } = inheritance;
  useEffect(() => {
    ledger.see("inherited", seen ? [] : underWay);
  }, [ledger, underWay, seen]);
  useKeptFocus((held) =>
    held.closest("[data-inherited]") ? () => document.getElementById("benches-heading") : undefined,
  );
  if (seen || unfinished === 0) return null;
  return (
    <section
      class="notice"
      aria-labelledby="inherited-heading"
      data-inherited={unfinished}
      data-inherited-active={underWay.length}
    >
      <div class="notice-head">
        <h2 id="inherited-heading">Welcome back</h2>
        <button type="button" class="small" onClick={() => setSeen(true)}>
          Got it
        </button>
      </div>
      <p>
        {count(unfinished, "execution was", "executions were")} unfinished when this page was last closed
        {underWay.length === 0
          ? ", and the work goes on."
          : `, ${underWay.length} of them in mid-work: this tab goes on with them, in the same attempts.`}
      </p>
      {underWay.length > 0 && (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ul class="inherited" role="list">
          {ledger.rows(underWay).map((row) => (
            <li key={row.id} class={row.standing}>
              <Mark standing={row.standing} />
              <span>
                <strong>{namesOf(row).title}</strong>: {fateOf(row, shop)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function fateOf({ standing, snapshot }: Row, shop: Shop): string {
  const lease = snapshot?.currentLease;
  const taken = (snapshot?.leaseReclaimCount ?? 0) > 0 ? "taken over, " : "";
  if (hasEnded(standing) || standing !== "active") return `${taken}${wordOf(standing)}`;
  if (!lease || lease.workerInstanceId === shop.crew.instanceId) return `${taken}at work again`;
  return `its lease runs out in ${countdown(lease.expiresAt - shop.now())}`;
}
