// What a completed execution left, in a few words and as a picture.

import type { DecodedResult } from "tidegate";
import type { Row } from "../../state/executions/row.js";
import { count, seconds } from "../ground/format.js";

export function outcomeOf({ kind, result }: Row): string {
  const members = membersOf(result);
  if (!members) return "\u00a0";
  switch (kind) {
    case "print":
      return printOutcome(Number(members["strips"]), Number(members["kept"] ?? 0));
    case "charge":
      return `€ ${members["charged"]} charged, approval ${members["approval"]}`;
    case "receipt":
      return `mailed to ${members["mailed"]}`;
    case "craft":
      return `made in ${seconds(Number(members["ms"]))}`;
    default:
      return "completed";
  }
}

function printOutcome(strips: number, kept: number): string {
  return kept > 0 ? `${count(kept, "strip")} kept, ${strips - kept} developed` : `developed in ${strips} strips`;
}

/** The small picture of a print; only ever one that the darkroom made. */
export function thumbnailOf(result: DecodedResult | null | undefined): string | undefined {
  const thumbnail = membersOf(result)?.["thumbnail"];
  return typeof thumbnail === "string" && thumbnail.startsWith("data:image/") ? thumbnail : undefined;
}

/** The result as text; pictures are named, not written out. */
export function textOfResult(result: DecodedResult | null | undefined): string | undefined {
  const members = membersOf(result);
  if (!members) return undefined;
  const short = Object.entries(members).map(([name, value]) => [name, name === "thumbnail" ? "(a picture)" : value]);
  return JSON.stringify(Object.fromEntries(short));
}

function membersOf(decoded: DecodedResult | null | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = decoded?.result;
  const isObject = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}
