// Deleting everything, after asking.

import { useRef, useState } from "preact/hooks";
import type { Session } from "../../state/session.js";
import { count } from "../ground/format.js";

interface DeleteButtonProps {
  readonly session: Session;
  /** Executions that would never be worked on; undefined where that is not known. */
  readonly unfinished?: () => number;
}

export function DeleteButton({ session, unfinished }: DeleteButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [left, setLeft] = useState(0);
  const ask = () => {
    setLeft(unfinished?.() ?? 0);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" class="small" aria-haspopup="dialog" onClick={ask}>
        Delete everything
      </button>
      <dialog ref={dialog} aria-labelledby="delete-heading">
        <form method="dialog">
          <h2 id="delete-heading">Delete everything?</h2>
          <p>
            The database goes, with every execution in it
            {left > 0 && `; ${count(left, "of them has", "of them have")} not ended`}. There is no way back.
          </p>
          <div class="buttons">
            <button type="submit">Keep it</button>
            <button type="button" class="danger" onClick={() => void session.startOver()}>
              Delete everything
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
