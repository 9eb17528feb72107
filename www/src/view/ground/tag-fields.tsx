// The two fields by which a tag is asked for, and reading them: it takes both.

interface TagFieldsProps {
  /** Tells the fields of one form from those of another. */
  readonly id: string;
  readonly tag: { readonly key: string; readonly value: string } | undefined;
}

export function TagFields({ id, tag }: TagFieldsProps) {
  return (
    <>
      <div class="field">
        <label for={`${id}-tag-key`}>Tag</label>
        <input
          id={`${id}-tag-key`}
          name="tagKey"
          autoComplete="off"
          placeholder="as customer"
          defaultValue={tag?.key ?? ""}
        />
      </div>
      <div class="field">
        <label for={`${id}-tag-value`}>Its value</label>
        <input
          id={`${id}-tag-value`}
          name="tagValue"
          autoComplete="off"
          placeholder="as Ada Moreau"
          defaultValue={tag?.value ?? ""}
        />
      </div>
    </>
  );
}

/** The tag that is asked for, if one is, or what is missing. */
export function readTag(
  form: HTMLFormElement,
): { readonly tag?: { readonly key: string; readonly value: string } } | { readonly problem: string } {
  const [key, value] = [textIn(form, "tagKey"), textIn(form, "tagValue")];
  if (key === "" && value === "") return {};
  if (key === "" || value === "") return { problem: "A tag is looked for by its name and its value." };
  return { tag: { key, value } };
}

/** What a field of a form holds. */
export function textIn(form: HTMLFormElement, name: string): string {
  return String(new FormData(form).get(name) ?? "").trim();
}
