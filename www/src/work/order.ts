// What an execution works on: one order of the print shop. All about it follows from its number.

import { type Json, type Payload, TaskFailure } from "tidegate";

export interface Order {
  readonly number: number;
  readonly customer: string;
  readonly picture: string;
  readonly euros: number;
}

export const FIRST_ORDER = 1001;

const CUSTOMERS = [
  "Ada Moreau",
  "Brahim Idrissi",
  "Chiara Conti",
  "Dmitri Volkov",
  "Emeka Obi",
  "Fatima Zahra",
  "Greta Lindqvist",
  "Hiro Tanaka",
  "Inês Duarte",
  "Jonas Weber",
  "Kavya Rao",
] as const;

export const MOTIFS = ["Calm sea", "Swell", "Island", "Sails"] as const;
export const HOURS = ["at dawn", "at noon", "at dusk", "by night"] as const;

export function orderOf(number: number): Order {
  const { motif, hour } = sceneOf(number);
  return {
    number,
    customer: CUSTOMERS[number % CUSTOMERS.length] ?? CUSTOMERS[0],
    picture: `${MOTIFS[motif]} ${HOURS[hour]}`,
    euros: 18 + ((number * 7) % 60),
  };
}

/** Which picture an order is for. */
export function sceneOf(number: number): { motif: number; hour: number } {
  return { motif: (number * 3 + Math.floor(number / 4)) % MOTIFS.length, hour: number % HOURS.length };
}

/** The order of an execution's input. */
export function orderIn(input: Payload | undefined): Order {
  const number = isRecord(input) ? input["order"] : undefined;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0)
    throw new TaskFailure("the input names no order", { class: "permanent", category: "input" });
  return orderOf(number);
}

function isRecord(value: Payload | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
