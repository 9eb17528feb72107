// Why there is no engine, for each code, and the ways on.

import { useState } from "preact/hooks";
import { TidegateError } from "tidegate";
import type { Session } from "../../state/session.js";
import { downloadRescued } from "../../state/storage/database.js";
import { Alert } from "../ground/alert.js";
import { textOf } from "../ground/troubles.js";
import { type Advice, adviceFor } from "./advice.js";
import { DeleteButton } from "./delete-button.js";

interface RefusalProps {
  readonly session: Session;
  readonly error: unknown;
}

export function Refusal({ session, error }: RefusalProps) {
  const code = error instanceof TidegateError ? error.code : "unknown";
  const advice = adviceFor(code, session.address.storage);
  return (
    <Alert heading={advice.heading} code={code}>
      <p>{advice.text}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void session.open()}>
          {advice.retry}
        </button>
        <Ways session={session} advice={advice} />
      </div>
      <p class="said">
        The engine says: {textOf(error)} (<code>{code}</code>)
      </p>
    </Alert>
  );
}

function Ways({ session, advice }: { session: Session; advice: Advice }) {
  return (
    <>
      {advice.inMemory && (
        <button type="button" onClick={() => void session.openInMemory()}>
          Continue in memory (nothing survives)
        </button>
      )}
      {advice.startOver && (
        <>
          <RescueButton name={session.address.name} />
          <DeleteButton session={session} />
        </>
      )}
    </>
  );
}

function RescueButton({ name }: { name: string }) {
  const [failure, setFailure] = useState("");
  const [saved, setSaved] = useState<readonly string[]>([]);
  const rescue = async () => {
    try {
      setSaved(await downloadRescued(name));
      setFailure("");
    } catch (thrown) {
      setSaved([]);
      setFailure(textOf(thrown));
    }
  };
  return (
    <>
      <button type="button" onClick={() => void rescue()}>
        Download the files as they are
      </button>
      {failure && <p role="alert">Nothing was saved: {failure}</p>}
      <p role="status" class="saved">
        {saved.length > 0 && `Saved as ${saved.join(" and ")}.`}
        {saved.length > 1 &&
          " Keep both together under these names: to import the first one alone drops what is only in the second."}
      </p>
    </>
  );
}
