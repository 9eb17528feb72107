// The question that is open, as a dialog: what will happen, what it needs to know, and the two ways out.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useChanges } from "../../state/ground/observable.js";
import type { Question, Questions } from "../../state/operator/questions.js";
import { focusReturn } from "../ground/focus.js";
import { textOf } from "../ground/troubles.js";

export function QuestionDialog({ questions }: { questions: Questions }) {
  useChanges(questions);
  const { open } = questions;
  return open ? <Asked key={open.heading} question={open} onDone={() => questions.drop()} /> : null;
}

function Asked({ question, onDone }: { question: Question; onDone: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const giveBack = useRef(() => {});
  useLayoutEffect(() => {
    giveBack.current = focusReturn();
    dialog.current?.showModal();
    // What is proposed goes at the first key, however soon that comes.
    dialog.current?.querySelector<HTMLInputElement>("input:not([type=radio])")?.select();
  }, []);
  const leave = () => {
    onDone();
    giveBack.current();
  };
  const act = async (given: FormData) => {
    if (busy) return;
    setBusy(true);
    try {
      await question.act(String(given.get("answer") ?? ""), String(given.get("choice") ?? ""));
      dialog.current?.close();
    } catch (thrown) {
      setRefusal(textOf(thrown));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="question-heading" aria-describedby="question-text" onClose={leave}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act(new FormData(event.currentTarget));
        }}
      >
        <h2 id="question-heading">{question.heading}</h2>
        <p id="question-text">{question.text}</p>
        {question.choice && <ChoiceField {...question.choice} />}
        {question.field && <AnswerField {...question.field} />}
        <div role="alert" class="calm">
          {refusal && <p class="refusal">Refused: {refusal}</p>}
        </div>
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {question.no}
          </button>
          <button type="submit" class={question.isDanger ? "danger" : "primary"} aria-disabled={busy}>
            {question.yes}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function ChoiceField({ label, options }: NonNullable<Question["choice"]>) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {options.map(({ value, name, about }, at) => (
        <label key={value} class="choice">
          <input type="radio" name="choice" value={value} defaultChecked={at === 0} />
          <span>
            {name}: <span class="quiet">{about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function AnswerField({ label, value, numberMax }: NonNullable<Question["field"]>) {
  const kind =
    numberMax === undefined
      ? ({ type: "text" } as const)
      : ({ type: "number", inputMode: "numeric", min: 0, max: numberMax, step: 1, required: true } as const);
  return (
    <div class="field">
      <label for="answer">{label}</label>
      <input id="answer" name="answer" autoComplete="off" defaultValue={value} {...kind} />
    </div>
  );
}
