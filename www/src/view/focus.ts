// The focus, when a redraw takes the control that had it away: it goes to a neighbour instead of to the page's start.

import { useLayoutEffect } from "preact/hooks";

type Neighbour = () => HTMLElement | null | undefined;

/** `neighbourOf` sees the held control before the redraw, and answers how to find its neighbour after it. */
export function useKeptFocus(neighbourOf: (held: Element) => Neighbour | undefined): void {
  const held = isHeld() ? document.activeElement : null;
  const neighbour = held ? neighbourOf(held) : undefined;
  useLayoutEffect(() => {
    if (!neighbour || isHeld()) return;
    // One that was only moved is still there.
    const target = held?.isConnected && held instanceof HTMLElement ? held : neighbour();
    target?.focus();
  });
}

function isHeld(): boolean {
  return document.activeElement !== null && document.activeElement !== document.body;
}

const ROWS = "[data-execution-id]";

/** For a control among executions: its row's details, else those of the row that took its place, else the heading. */
export function neighbourAmongRows(held: Element): Neighbour | undefined {
  const section = held.closest<HTMLElement>("section.executions");
  if (!section) return undefined;
  const row = held.closest<HTMLElement>(ROWS);
  const before = [...section.querySelectorAll<HTMLElement>(ROWS)];
  const id = row?.dataset["executionId"];
  // "Show more" stands after the last row: the first of the new ones takes its place.
  const place = row ? before.indexOf(row) : before.length;
  return () => {
    const after = [...section.querySelectorAll<HTMLElement>(ROWS)];
    const next = after.find((one) => one.dataset["executionId"] === id) ?? after[place] ?? after.at(-1);
    return next?.querySelector<HTMLElement>("[aria-expanded]") ?? section.querySelector<HTMLElement>("h2");
  };
}

/** For a control of a part of the page that goes away with all it holds: the heading of what the page shows then. */
export function headingOfMain(): Neighbour {
  return () => document.querySelector<HTMLElement>("main h2, main .opening");
}
