// What executions are looked for by, beside their state: lane, kind, a tag, and when they were created.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Criteria, Finding } from "../../state/executions/finding.js";
import type { Shop } from "../../state/shop.js";
import { CRAFT } from "../../work/craft.js";
import { FACTS, KINDS } from "../../work/kinds.js";
import { readTag, TagFields, textIn } from "../ground/tag-fields.js";

/** Spans of time, in ms, as they are called. */
export const WITHIN: readonly (readonly [ms: number, name: string])[] = [
  [60_000, "the last minute"],
  [600_000, "the last 10 minutes"],
  [3_600_000, "the last hour"],
  [86_400_000, "the last day"],
  [604_800_000, "the last week"],
];

export function SearchForm({ shop }: { shop: Shop }) {
  const { finding, overview } = shop;
  const [problem, setProblem] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const { criteria } = finding;
  useEmptied(form.current, finding);
  const clear = () => {
    // The button goes away with the search.
    form.current?.querySelector("select")?.focus();
    setProblem("");
    void finding.ask({});
  };
  const ask = (from: HTMLFormElement) => {
    const reading = readCriteria(from);
    setProblem("problem" in reading ? reading.problem : "");
    if ("problem" in reading || JSON.stringify(reading) === JSON.stringify(finding.criteria)) return;
    void finding.ask(reading);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element search is too new for some browsers
    <form
      ref={form}
      class="search"
      role="search"
      aria-label="Executions"
      onChange={(event) => ask(event.currentTarget)}
      onSubmit={(event) => {
        event.preventDefault();
        ask(event.currentTarget);
      }}
    >
      <Choice
        id="find-lane"
        name="lane"
        label="Lane"
        chosen={criteria.lane ?? ""}
        options={overview.lanes.entries.map(({ lane }) => [lane, lane])}
      />
      <Choice
        id="find-kind"
        name="kind"
        label="Kind"
        chosen={criteria.kind ?? ""}
        options={[...KINDS.map((kind) => [kind, FACTS[kind].name] as const), [CRAFT, "Craft"]]}
      />
      <TagFields id="find" tag={criteria.tag} />
      <Choice
        id="find-within"
        name="withinMs"
        label="Created within"
        chosen={String(criteria.withinMs ?? "")}
        options={WITHIN.map(([ms, name]) => [String(ms), name])}
      />
      <div class="buttons">
        <button type="submit">Search</button>
        {!finding.isPlain && (
          <button type="button" onClick={clear}>
            Clear
          </button>
        )}
      </div>
      <p role="status" class="calm search-problem bad">
        {problem}
      </p>
    </form>
  );
}

/** The fields are emptied when the search was given up elsewhere. */
function useEmptied(form: HTMLFormElement | null, { isPlain }: Finding): void {
  useEffect(() => {
    if (isPlain) form?.reset();
  }, [form, isPlain]);
}

interface ChoiceProps {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly options: readonly (readonly [value: string, name: string])[];
}

function Choice({ id, name, label, chosen, options }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name}>
        <option value="">any</option>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function readCriteria(form: HTMLFormElement): Criteria | { readonly problem: string } {
  const reading = readTag(form);
  if ("problem" in reading) return reading;
  const [lane, kind, within] = [textIn(form, "lane"), textIn(form, "kind"), Number(textIn(form, "withinMs"))];
  return {
    ...(lane !== "" && { lane }),
    ...(kind !== "" && { kind }),
    ...reading,
    ...(within > 0 && { withinMs: within }),
  };
}

/** What was looked for, in words. */
export function wordsOf({ lane, kind, tag, withinMs }: Criteria): string {
  const within = WITHIN.find(([ms]) => ms === withinMs)?.[1];
  const words = [
    lane !== undefined && `in lane ${lane}`,
    kind !== undefined && `of kind ${kind}`,
    tag && `tagged ${tag.key} = ${tag.value}`,
    within && `created within ${within}`,
  ];
  return words.filter(Boolean).join(", ");
}
