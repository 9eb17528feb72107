// The tags of an execution or a flow, and setting one.

import { useState } from "preact/hooks";
import { textOf } from "./troubles.js";

interface TagsProps {
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly onSet: (key: string, value: string) => Promise<void>;
}

export function Tags({ title, tags, onSet }: TagsProps) {
  return (
    <section class="tags" aria-label={`Tags of ${title}`}>
      <h4>Tags</h4>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ul class="tag-list" role="list">
        {Object.entries(tags).map(([key, value]) => (
          <li key={key} class="tag" data-tag={key}>
            <span class="quiet">{key}</span> {value}
          </li>
        ))}
      </ul>
      <TagForm title={title} onSet={onSet} />
    </section>
  );
}

function TagForm({ title, onSet }: Omit<TagsProps, "tags">) {
  const [refusal, setRefusal] = useState("");
  const set = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    try {
      await onSet(String(fields.get("key")), String(fields.get("value")));
      setRefusal("");
      form.reset();
    } catch (thrown) {
      setRefusal(textOf(thrown));
    }
  };
  return (
    <form
      class="tag-form"
      onSubmit={(event) => {
        event.preventDefault();
        void set(event.currentTarget);
      }}
    >
      <input name="key" required autoComplete="off" placeholder="key" aria-label={`Key of a tag for ${title}`} />
      <input
        name="value"
        required
        autoComplete="off"
        placeholder="value"
        aria-label={`Value of the tag for ${title}`}
      />
      <button type="submit" class="small" aria-label={`Set the tag of ${title}`}>
        Set tag
      </button>
      <div role="alert" class="calm">
        {refusal && <p class="refusal">Refused: {refusal}</p>}
      </div>
    </form>
  );
}
