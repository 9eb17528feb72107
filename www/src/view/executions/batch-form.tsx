// Submitting a batch: what kind, how many, and what came of it.

import { useState } from "preact/hooks";
import { BATCH_MAX, type BatchReport, type Choice } from "../../state/executions/batch.js";
import type { Shop } from "../../state/shop.js";
import { FACTS, isKind, KINDS, type Kind } from "../../work/kinds.js";
import { count } from "../ground/format.js";
import { textOf } from "../ground/troubles.js";

export function BatchForm({ shop }: { shop: Shop }) {
  const [kind, setKind] = useState<Kind>("print");
  const [number, setNumber] = useState("12");
  const [delayMs, setDelayMs] = useState(0);
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<BatchReport>();
  const many = readNumber(number);

  const submit = async (choice: Choice) => {
    if (many === undefined || busy) return;
    setBusy(true);
    setReport(await shop.submit(choice, many, delayMs));
    setBusy(false);
  };

  return (
    <form
      class="panel"
      aria-labelledby="batch-heading"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(kind);
      }}
    >
      <h2 id="batch-heading" tabIndex={-1}>
        Submit a batch
      </h2>
      <div class="fields">
        <KindField kind={kind} onChange={setKind} />
        <NumberField value={number} valid={many !== undefined} onChange={setNumber} />
        <BeginField delayMs={delayMs} onChange={setDelayMs} />
      </div>
      <div class="abouts">
        {KINDS.map((one) => (
          <p key={one} class="about" {...(one === kind ? { id: "kind-about" } : { hidden: true })}>
            {FACTS[one].about}
          </p>
        ))}
      </div>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={busy}>
          Submit
        </button>
        <button type="button" aria-disabled={busy} onClick={() => void submit("mixed")}>
          Mixed batch
        </button>
      </div>
      <p class="outcome" role="status" data-batch={outcomeOf(report)}>
        {report ? <OutcomeText report={report} /> : "The creates of a batch are made in one turn and share one commit."}
      </p>
    </form>
  );
}

function KindField({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  return (
    <div class="field">
      <label for="kind">Kind of work</label>
      <select
        id="kind"
        aria-describedby="kind-about"
        value={kind}
        onChange={({ currentTarget }) => isKind(currentTarget.value) && onChange(currentTarget.value)}
      >
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {FACTS[one].verb}
          </option>
        ))}
      </select>
    </div>
  );
}

function NumberField(props: { value: string; valid: boolean; onChange: (value: string) => void }) {
  return (
    <div class="field">
      <label for="number">How many</label>
      <input
        id="number"
        type="number"
        inputMode="numeric"
        min={1}
        max={BATCH_MAX}
        step={1}
        required
        value={props.value}
        aria-invalid={!props.valid}
        onInput={({ currentTarget }) => props.onChange(currentTarget.value)}
      />
    </div>
  );
}

/** After how many ms the executions of a batch may begin. */
const BEGINS: readonly (readonly [ms: number, name: string])[] = [
  [0, "at once"],
  [60_000, "in a minute"],
  [3_600_000, "in an hour"],
];

function BeginField({ delayMs, onChange }: { delayMs: number; onChange: (delayMs: number) => void }) {
  return (
    <div class="field">
      <label for="begin">To begin</label>
      <select id="begin" value={delayMs} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
        {BEGINS.map(([ms, name]) => (
          <option key={ms} value={ms}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** In one word, for those who look for it. */
function outcomeOf(report: BatchReport | undefined): "none" | "created" | "partly" | "refused" {
  if (!report) return "none";
  if (report.refused === 0) return "created";
  return report.created + report.duplicates === 0 ? "refused" : "partly";
}

function OutcomeText({ report }: { report: BatchReport }) {
  const { created, duplicates, differing, differences, refused, reasons, firstOrder, ms } = report;
  const reason = reasons.map(textOf).join("; ");
  if (outcomeOf(report) === "refused") return <span class="bad">The batch was refused: {reason}</span>;
  const last = firstOrder + created + duplicates + refused - 1;
  const orders = last === firstOrder ? `order ${firstOrder}` : `orders ${firstOrder} to ${last}`;
  return (
    <span
      data-batch-created={created}
      data-batch-refused={refused}
      data-batch-differing={differing}
      data-batch-ms={Math.round(ms)}
    >
      <strong>{created} created</strong>
      {refused > 0 && ` of ${created + duplicates + refused}`} in one commit, {ms < 10 ? ms.toFixed(1) : Math.round(ms)}{" "}
      ms: {refused > 0 && "among "}
      {orders}
      {duplicates > 0 && `; ${count(duplicates, "was", "were")} known already`}
      {differing > 0 && `, ${differing} of them with another ${differences.join(" and ")}: they stay as they were`}.
      {refused > 0 && (
        <span class="bad">
          {" "}
          <strong>{refused} refused</strong>: {reason}
        </span>
      )}
    </span>
  );
}

function readNumber(text: string): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= BATCH_MAX ? number : undefined;
}
