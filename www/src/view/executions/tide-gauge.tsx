// How far the executions are in all: one bar, and the same in words.

import { type Group, type Tally, unfinished } from "../../state/executions/standing.js";
import { count } from "../ground/format.js";

/** From what has ended to what has not begun. */
const ORDER: readonly Group[] = ["completed", "failed", "cancelled", "active", "delayed", "waiting"];

export function TideGauge({ tally }: { tally: Tally }) {
  return (
    <div class="gauge">
      <p class="gauge-text">{sentence(tally)}</p>
      <p class="sr-only" role="status">
        {tally.all > 0 && unfinished(tally) === 0 ? "All work is done." : ""}
      </p>
      <div class="gauge-bar" aria-hidden="true">
        {ORDER.filter((group) => tally[group] > 0).map((group) => (
          <span key={group} class={`gauge-part ${group}`} style={{ flexGrow: tally[group] }} />
        ))}
      </div>
    </div>
  );
}

function sentence(tally: Tally): string {
  if (tally.all === 0) return "No execution yet";
  const left = unfinished(tally);
  if (left === 0) return `All ${count(tally.all, "execution")} ended`;
  return `${tally.all - left} of ${tally.all} ended`;
}
