// What goes wrong while the shop is open: said once, and gone when it is over.

import { useChanges } from "../state/observable.js";
import type { Shop } from "../state/shop.js";

export function Troubles({ shop }: { shop: Shop }) {
  const { ledger, crew } = shop;
  useChanges(crew);
  const said = [
    ledger.trouble && `The state could not be read, and is tried again: ${textOf(ledger.trouble)}`,
    crew.trouble && `The worker met with an error, and goes on: ${textOf(crew.trouble)}`,
  ].filter((text) => typeof text === "string");
  return (
    <div role="alert" class="troubles">
      {said.map((text) => (
        <p class="trouble" key={text}>
          {text}
        </p>
      ))}
    </div>
  );
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
