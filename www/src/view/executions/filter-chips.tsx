// Which states are shown: one button each, with its count.

import { type Filter, GROUPS, type Tally } from "../../state/executions/standing.js";
import { Mark } from "../ground/mark.js";

export const NAMES: Readonly<Record<Filter, string>> = {
  all: "All",
  active: "Active",
  waiting: "Waiting",
  delayed: "Delayed",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled or skipped",
};

interface FilterChipsProps {
  readonly tally: Tally;
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function FilterChips({ tally, filter, onChange }: FilterChipsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and this is none
    <div class="chips" role="group" aria-label="Show executions by state">
      {(["all", ...GROUPS] as const).map((one) => (
        <button
          type="button"
          key={one}
          class={`chip ${one}`}
          aria-pressed={one === filter}
          data-filter={one}
          onClick={() => onChange(one)}
        >
          {one !== "all" && <Mark standing={one} />}
          {NAMES[one]} <span class="chip-count">{tally[one]}</span>
        </button>
      ))}
    </div>
  );
}
