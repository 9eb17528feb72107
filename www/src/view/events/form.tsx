// Which events are wanted: of one stream, of one namespace, of executions with a tag.

import { useState } from "preact/hooks";
import type { EventStream } from "tidegate";
import type { Feed, FeedFilter } from "../../state/events/feed.js";
import { ALL_STREAMS } from "../../state/events/tidings.js";
import { readTag, TagFields, textIn } from "../ground/tag-fields.js";

const NAMES: Readonly<Record<EventStream, string>> = {
  execution: "changes of state",
  completion: "completions",
  lease: "leases",
  operator: "operators",
  worker: "workers",
  flow: "flows",
  progress: "progress",
};

export function FeedForm({ feed }: { feed: Feed }) {
  const [problem, setProblem] = useState("");
  const { stream, namespace = "", tag } = feed.filter;
  const ask = (form: HTMLFormElement) => {
    const reading = readTag(form);
    setProblem("problem" in reading ? reading.problem : "");
    if ("problem" in reading) return;
    const wanted = ALL_STREAMS.find((one) => one === textIn(form, "stream"));
    const filter: FeedFilter = {
      ...(wanted && { stream: wanted }),
      ...(textIn(form, "namespace") !== "" && { namespace: textIn(form, "namespace") }),
      ...reading,
    };
    if (JSON.stringify(filter) !== JSON.stringify(feed.filter)) feed.ask(filter);
  };
  return (
    <form
      class="search"
      aria-label="Which events are shown"
      onChange={(event) => ask(event.currentTarget)}
      onSubmit={(event) => {
        event.preventDefault();
        ask(event.currentTarget);
      }}
    >
      <div class="field">
        <label for="feed-stream">Events of</label>
        <select id="feed-stream" name="stream">
          <option value="">every change</option>
          {ALL_STREAMS.map((one) => (
            <option key={one} value={one} selected={one === stream}>
              {NAMES[one]}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="feed-namespace">Namespace</label>
        <input id="feed-namespace" name="namespace" autoComplete="off" placeholder="any" defaultValue={namespace} />
      </div>
      <TagFields id="feed" tag={tag} />
      <button type="submit">Show these</button>
      <p role="status" class="calm search-problem bad">
        {problem}
      </p>
    </form>
  );
}
