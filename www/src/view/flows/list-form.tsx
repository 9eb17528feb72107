// Which flows are listed: those of a state, of a kind, with a tag.

import { useState } from "preact/hooks";
import type { FlowState } from "tidegate";
import type { FlowFilter, FlowList } from "../../state/flows/list.js";
import { readTag, TagFields, textIn } from "../ground/tag-fields.js";
import { STANDING_OF_FLOW } from "./words.js";

const STATES = Object.keys(STANDING_OF_FLOW) as FlowState[];

export function FlowListForm({ list }: { list: FlowList }) {
  const [problem, setProblem] = useState("");
  const { state, kind = "", tag } = list.filter;
  const ask = (form: HTMLFormElement) => {
    const reading = readFilter(form);
    setProblem("problem" in reading ? reading.problem : "");
    if ("problem" in reading || JSON.stringify(reading) === JSON.stringify(list.filter)) return;
    list.ask(reading);
  };
  return (
    <form
      class="search"
      aria-label="Which flows are listed"
      onChange={(event) => ask(event.currentTarget)}
      onSubmit={(event) => {
        event.preventDefault();
        ask(event.currentTarget);
      }}
    >
      <div class="field">
        <label for="flows-state">State of the flow</label>
        <select id="flows-state" name="state">
          <option value="">any</option>
          {STATES.map((one) => (
            <option key={one} value={one} selected={one === state}>
              {one}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="flows-kind">Kind of the flow</label>
        <input id="flows-kind" name="kind" autoComplete="off" placeholder="as album" defaultValue={kind} />
      </div>
      <TagFields id="flows" tag={tag} />
      <button type="submit">List these</button>
      <p role="status" class="calm search-problem bad">
        {problem}
      </p>
    </form>
  );
}

function readFilter(form: HTMLFormElement): FlowFilter | { readonly problem: string } {
  const reading = readTag(form);
  if ("problem" in reading) return reading;
  const state = STATES.find((one) => one === textIn(form, "state"));
  const kind = textIn(form, "kind");
  return { ...(state && { state }), ...(kind !== "" && { kind }), ...reading };
}

/** What was asked for, in words. */
export function wordsOfFilter({ state, kind, tag }: FlowFilter): string {
  const words = [
    state && `that is ${state}`,
    kind !== undefined && `of kind ${kind}`,
    tag && `tagged ${tag.key} = ${tag.value}`,
  ];
  return words.filter(Boolean).join(", ");
}
