// That the storage is full, for as long as it is.

import { useChanges } from "../../state/ground/observable.js";
import type { Vitals } from "../../state/storage/vitals.js";

export function FullNotice({ vitals }: { vitals: Vitals }) {
  useChanges(vitals);
  const { full } = vitals.storage;
  return (
    // It stands there before it has something to say: what comes into such a region is read out.
    <div role="status" class="calm" data-full={full}>
      {full && (
        <p class="notice">
          The storage is full: new orders are refused until there is room; what is under way can end.
        </p>
      )}
    </div>
  );
}
