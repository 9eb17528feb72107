// The worker registry: who is there, when it was last heard of, and marking dead who is not.

import type { WorkerSummary } from "tidegate";
import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { Entry, RegisterList } from "../ground/entry.js";
import { ago, countdown } from "../ground/format.js";
import { useSeconds } from "../ground/seconds.js";
import { askMarkDead } from "../operator/asking.js";

/** One that was not heard of in two heartbeats of three is about to count as gone. */
const LATE = 2 / 3;

export function WorkersPanel({ shop }: { shop: Shop }) {
  useChanges(shop.overview);
  useSeconds();
  const { entries, more } = shop.overview.workers;
  return (
    <RegisterList
      about="Workers enter themselves here, and tell by heartbeats that they are still there. One that stops leaves; one that dies is swept out when its time is over."
      empty="No worker is registered. Resume the worker, and it enters itself."
      more={more}
    >
      {entries.map((one) => (
        <Registered key={`${one.namespace}/${one.workerInstanceId}`} shop={shop} worker={one} now={shop.now()} />
      ))}
    </RegisterList>
  );
}

function Registered({ shop, worker, now }: { shop: Shop; worker: WorkerSummary; now: number }) {
  const { workerId, workerInstanceId, lanes, lastHeartbeatAt, livenessTtlMs, expiresAt } = worker;
  const heardMs = Math.max(0, now - lastHeartbeatAt);
  const isOurs = workerInstanceId === shop.crew.instanceId;
  // One tab at a time has the database: every other worker was of an earlier one.
  const isSilent = !isOurs || heardMs > livenessTtlMs * LATE;
  return (
    <Entry
      standing={isSilent ? "lapsed" : "active"}
      pill={isSilent ? "silent" : "there"}
      name={`${workerId} ${workerInstanceId}`}
      facts={[
        ["Lives in", isOurs ? "this tab" : "a tab that is gone"],
        ["Lanes", lanes.join(", ")],
        ["Last heard of", ago(heardMs)],
        ["Expires", expiresAt > now ? `in ${countdown(expiresAt - now)}` : "now"],
      ]}
      action={
        <button
          type="button"
          class="small danger"
          aria-haspopup="dialog"
          aria-label={`Mark ${workerInstanceId} dead`}
          onClick={() => askMarkDead(shop, worker)}
        >
          Mark dead
        </button>
      }
      data={{ "data-worker-instance": workerInstanceId, "data-ours": isOurs }}
    />
  );
}
