// Where the numbers of new orders begin: after the highest that any execution has.

import { isKind } from "../../work/kinds.js";
import { FIRST_ORDER } from "../../work/order.js";
import type { Ledger } from "./ledger.js";
import type { Row } from "./row.js";

/** Numbers only grow, so the executions of the newest instant have the highest; only these are described. */
export async function nextOrder(ledger: Ledger): Promise<number> {
  for (const ids of ledger.instants()) {
    const orders = ledger.rows(ids).filter(({ kind }) => isKind(kind));
    const numbers = (await ledger.described(orders.map(({ id }) => id)))
      .map(numberOf)
      .filter((number) => number !== undefined);
    if (numbers.length > 0) return Math.max(...numbers) + 1;
  }
  return FIRST_ORDER;
}

function numberOf({ snapshot }: Row): number | undefined {
  const number = Number(snapshot?.tags["order"]);
  return Number.isSafeInteger(number) && number >= FIRST_ORDER ? number : undefined;
}
