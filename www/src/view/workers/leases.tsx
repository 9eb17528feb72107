// The leases: who holds what, for how long still, and taking one away.

import { useEffect } from "preact/hooks";
import type { LeaseEntry } from "tidegate";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { Entry, RegisterList } from "../ground/entry.js";
import { leaseLeft } from "../ground/format.js";
import { namesOf } from "../ground/names.js";
import { useSeconds } from "../ground/seconds.js";
import { askRevoke } from "../operator/asking.js";

export function LeasesPanel({ shop }: { shop: Shop }) {
  useChanges(shop.overview);
  useSeconds();
  const { entries, more } = shop.overview.leases;
  useDescribed(shop, entries);
  return (
    <RegisterList
      about="A worker holds an execution under a lease, and renews it while it works. One that lapses is taken over in a new attempt; one that is revoked goes on in the same attempt."
      empty="Nothing is held under a lease at this moment."
      more={more}
    >
      {entries.map((one) => (
        <Lease key={one.executionId} shop={shop} lease={one} now={shop.now()} />
      ))}
    </RegisterList>
  );
}

/** Has the executions described, so that they can be named. */
function useDescribed(shop: Shop, entries: readonly LeaseEntry[]): void {
  const key = entries.map(({ executionId }) => executionId).join();
  useEffect(() => {
    if (shop.ledger.see("leases", key === "" ? [] : key.split(","))) shop.look();
    return () => void shop.ledger.see("leases", []);
  }, [shop, key]);
}

function Lease({ shop, lease, now }: { shop: Shop; lease: LeaseEntry; now: number }) {
  const { executionId, kind, lane, workerId, workerInstanceId, leaseEpoch, attemptIndex } = lease;
  const leftMs = lease.lapsed ? 0 : lease.expiresAt - now;
  const [row] = shop.ledger.rows([executionId]);
  const title = row?.snapshot ? namesOf(row).title : `${kind} ${executionId}`;
  const isOurs = workerInstanceId === shop.crew.instanceId;
  return (
    <Entry
      standing={leftMs > 0 ? "active" : "lapsed"}
      pill={leaseLeft(leftMs)}
      name={title}
      facts={[
        ["Kind", `${kind}, in lane ${lane}`],
        ["Worker", `${workerId} ${workerInstanceId}${isOurs ? ", this tab" : ""}`],
        ["Attempt", String(attemptIndex + 1)],
        ["Epoch", String(leaseEpoch)],
      ]}
      action={
        leftMs > 0 && (
          <button
            type="button"
            class="small danger"
            aria-haspopup="dialog"
            aria-label={`Revoke the lease of ${title}`}
            onClick={() => askRevoke(shop, lease, title)}
          >
            Revoke
          </button>
        )
      }
      data={{
        "data-lease-of": executionId,
        "data-lease-id": lease.leaseId,
        "data-lease-left": Math.max(0, Math.ceil(leftMs / 1_000)),
        "data-ours": isOurs,
      }}
    />
  );
}
