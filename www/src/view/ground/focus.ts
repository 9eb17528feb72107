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

/** For what takes the focus for a while: gives it back to the control that had it, or to its neighbour. */
export function focusReturn(): () => void {
  const held = document.activeElement;
  const neighbour = held
    ? (neighbourAmongRows(held) ?? neighbourAmongEntries(held) ?? neighbourInFlow(held))
    : undefined;
  return () => {
    // A control of a dialog that is closed has the focus only until the next frame.
    if (isHeld() && !document.activeElement?.closest("dialog:not([open])")) return;
    const target = held?.isConnected && held instanceof HTMLElement ? held : neighbour?.();
    target?.focus();
  };
}

function isHeld(): boolean {
  return document.activeElement !== null && document.activeElement !== document.body;
}

const ROWS = "[data-execution-id]";

/** For a control among executions: its row's details, else those of the row that took its place, else the tab. */
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
    return next?.querySelector<HTMLElement>("[aria-expanded]") ?? shownTab();
  };
}

const ENTRIES = "[data-entry]";

/** For a control of a register's entry: that of the entry that took its place, else the register's tab. */
export function neighbourAmongEntries(held: Element): Neighbour | undefined {
  const register = held.closest<HTMLElement>(".register");
  const entry = held.closest<HTMLElement>(ENTRIES);
  if (!register || !entry) return undefined;
  const place = [...register.querySelectorAll(ENTRIES)].indexOf(entry);
  return () => {
    const after = [...register.querySelectorAll<HTMLElement>(ENTRIES)];
    const next = after[place] ?? after.at(-1);
    return next?.querySelector<HTMLElement>("button, select") ?? shownTab();
  };
}

/** For a control of the flow that is looked at: what leads to the same member, else the flow's heading. */
export function neighbourInFlow(held: Element): Neighbour | undefined {
  if (!held.closest(".flow")) return undefined;
  const id = held.closest<HTMLElement>("[data-member-id]")?.dataset["memberId"];
  return () =>
    document.querySelector<HTMLElement>(`[data-member-id="${id}"] .link`) ?? document.getElementById("flow-heading");
}

function shownTab(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
}

/** For a control of a part of the page that goes away with all it holds: the heading of what the page shows then. */
export function headingOfMain(): Neighbour {
  return () => document.querySelector<HTMLElement>("main h2, main .opening");
}
