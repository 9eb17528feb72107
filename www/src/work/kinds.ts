// The kinds of work of the print shop: their lanes, their names, their handlers. Orders are of three kinds; a fourth, the
// handiwork, is done for flows only.

import type { CreateExecution, Handlers } from "tidegate";
import { CHARGE_RETRY, charge } from "./charge.js";
import { CRAFT, craft, WORKSHOP } from "./craft.js";
import { type Order, orderOf } from "./order.js";
import { print } from "./print.js";
import { receipt } from "./receipt.js";

export const KINDS = ["print", "charge", "receipt"] as const;
export type Kind = (typeof KINDS)[number];

interface KindFacts {
  readonly lane: string;
  readonly name: string;
  readonly verb: string;
  readonly about: string;
  readonly subject: (order: Order) => string;
}

export const FACTS: Readonly<Record<Kind, KindFacts>> = {
  print: {
    lane: "darkroom",
    name: "Print",
    verb: "Develop prints",
    about:
      "Slow, with progress: a seascape is computed strip by strip in a thread of its own, two to three seconds each.",
    subject: ({ picture }) => picture,
  },
  charge: {
    lane: "till",
    name: "Charge",
    verb: "Charge cards",
    about:
      "Fails and retries: the bank does not answer orders in 2, 4, 6 or 8 at first, those in 9 never. It declines those in 7.",
    subject: ({ customer, euros }) => `€ ${euros} from ${customer}`,
  },
  receipt: {
    lane: "post",
    name: "Receipt",
    verb: "Mail receipts",
    about: "Quick: a tenth of a second each, and always well.",
    subject: ({ customer }) => `to ${customer}`,
  },
};

export const LANES = [...KINDS.map((kind) => FACTS[kind].lane), WORKSHOP];
export const HANDLERS: Handlers = { print, charge, receipt, [CRAFT]: craft };

export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(FACTS, kind);
}

/** The execution of one kind for an order. A repetition of it is a duplicate. */
export function executionFor(kind: Kind, number: number): CreateExecution {
  const { customer } = orderOf(number);
  return {
    lane: FACTS[kind].lane,
    kind,
    input: { order: number },
    tags: { order: String(number), customer },
    idempotencyKey: `${kind} ${number}`,
    ...(kind === "charge" && { retry: CHARGE_RETRY }),
  };
}
