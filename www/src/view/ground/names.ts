// What an execution is called on the page.

import type { Row } from "../../state/executions/row.js";
import { CRAFT } from "../../work/craft.js";
import { FACTS, isKind } from "../../work/kinds.js";
import { orderOf } from "../../work/order.js";

export interface Names {
  readonly title: string;
  readonly subject: string;
}

export function namesOf({ kind, snapshot }: Row): Names {
  const { order: number, work, flow } = snapshot?.tags ?? {};
  if (kind === CRAFT && work !== undefined) return { title: work, subject: `for flow ${flow ?? ""}` };
  const name = isKind(kind) ? FACTS[kind].name : kind;
  if (number === undefined || !isKind(kind)) return { title: name, subject: "\u00a0" };
  return { title: `${name} ${number}`, subject: FACTS[kind].subject(orderOf(Number(number))) };
}
