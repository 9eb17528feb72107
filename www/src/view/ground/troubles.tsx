// What goes wrong while the shop is open: said once, and gone when it is over.

import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";

export function Troubles({ shop }: { shop: Shop }) {
  const { ledger, troubles } = shop;
  useChanges(troubles);
  const said = [...troubles.all];
  if (ledger.trouble) said.unshift(["The state could not be read, and is tried again", ledger.trouble]);
  return (
    <div role="alert" class="troubles">
      {said.map(([what, thrown]) => (
        <p class="trouble" key={what}>
          {what}: {textOf(thrown)}
        </p>
      ))}
    </div>
  );
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
