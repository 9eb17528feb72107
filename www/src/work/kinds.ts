// The kinds of work of the print shop: their lanes, their names, their handlers. Orders are of four kinds, and nobody here
// has a handler for the last of them; a fifth, the handiwork, is done for flows only.

import type { CreateExecution, Handlers } from "tidegate";
import { CHARGE_RETRY, charge } from "./charge.js";
import { CRAFT, craft, WORKSHOP } from "./craft.js";
import { type Order, orderOf } from "./order.js";
import { print } from "./print.js";
import { receipt } from "./receipt.js";

/** What is done here. */
export const OWN_KINDS = ["print", "charge", "receipt"] as const;
export const KINDS = [...OWN_KINDS, "framing"] as const;
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
  framing: {
    lane: WORKSHOP,
    name: "Framing",
    verb: "Frame prints (nobody here can)",
    about:
      "For others: no worker of this page has a handler for framing, so that none claims it. It waits in its lane, and holds up nothing behind it.",
    subject: ({ picture }) => picture,
  },
};

export const LANES = [...OWN_KINDS.map((kind) => FACTS[kind].lane), WORKSHOP];
export const HANDLERS: Handlers = { print, charge, receipt, [CRAFT]: craft };
/** The kinds that the worker of this page claims. */
export const HANDLED = Object.keys(HANDLERS);

export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(FACTS, kind);
}

/** Whether a worker of this page may do it. */
export function isHandled(kind: string): boolean {
  return Object.hasOwn(HANDLERS, kind);
}

/** The execution of one kind for an order, to begin at an instant if one is given. A repetition of it is a duplicate. */
export function executionFor(kind: Kind, number: number, delayUntil?: number): CreateExecution {
  const { customer } = orderOf(number);
  return {
    lane: FACTS[kind].lane,
    kind,
    input: { order: number },
    tags: { order: String(number), customer },
    idempotencyKey: `${kind} ${number}`,
    ...(kind === "charge" && { retry: CHARGE_RETRY }),
    ...(delayUntil !== undefined && { delayUntil }),
  };
}
