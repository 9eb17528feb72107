// What a person's action came to: said once, and gone after a while.

import { useChanges } from "../../state/ground/observable.js";
import type { Operator } from "../../state/operator/operator.js";

export function Said({ operator }: { operator: Operator }) {
  useChanges(operator);
  const { said } = operator;
  return (
    // It stands there before it has something to say: what comes into such a region is read out.
    <div role="status" class="said" data-said={said}>
      {said && <p class="said-line">{said}</p>}
    </div>
  );
}
