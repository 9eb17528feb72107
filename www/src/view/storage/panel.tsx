// Where the state lives: the storage, how safe it is, how much room there is, and the engine's clock.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Freeable, StorageReport } from "tidegate";
import { useChanges } from "../../state/ground/observable.js";
import type { Session } from "../../state/session.js";
import type { Shop } from "../../state/shop.js";
import { downloadDatabase, KEPT_DAYS } from "../../state/storage/database.js";
import type { Compaction, Vitals } from "../../state/storage/vitals.js";
import { useKeptFocus } from "../ground/focus.js";
import { bytes, count, seconds } from "../ground/format.js";
import { textOf } from "../ground/troubles.js";
import { DeleteButton } from "./delete-button.js";

/** Engine time that is ahead by no more than this is in step: clocks are corrected by that much all the time. */
const AHEAD_MS_MAX = 1_000;

export function StoragePanel({ session, shop }: { session: Session; shop: Shop }) {
  const { vitals } = shop;
  useChanges(vitals);
  useKeptFocus((held) => {
    const panel = held.closest(".storage-panel");
    return panel ? () => panel.querySelector<HTMLElement>(".storage-buttons button") : undefined;
  });
  const { storage } = vitals;
  const { kind, name, durability, checked, persisted, full } = storage;
  return (
    <section
      class="storage-panel"
      aria-labelledby="storage-heading"
      data-storage-kind={kind}
      data-storage-name={name ?? ""}
      data-storage-durability={durability}
      data-storage-checked={checked}
      data-storage-full={full}
    >
      <h2 id="storage-heading" class="sr-only">
        Where the state lives
      </h2>
      <dl>
        <Fact term="Storage" note={name === null ? "of this tab only" : `${name}, ${CHECKED[checked]}`}>
          {kind === "opfs" ? "Browser files" : "Memory"}
        </Fact>
        <Fact term="After a reload" note={SURVIVAL[durability]}>
          {durability === "none" ? "All is gone" : "All is kept"}
        </Fact>
        <Space vitals={vitals} />
        <Clock vitals={vitals} />
        <Free vitals={vitals} />
        <Fact term="Kept" note="then ended work and events go">
          {count(KEPT_DAYS, "day")}
        </Fact>
      </dl>
      <div class="buttons storage-buttons">
        <DownloadButton shop={shop} />
        <button
          type="button"
          class="small"
          aria-disabled={vitals.compaction.phase === "working"}
          onClick={() => void vitals.compact()}
        >
          Compact
        </button>
        {kind === "opfs" && persisted === false && (
          <button type="button" class="small" onClick={() => void vitals.persist()}>
            Protect data
          </button>
        )}
        <DeleteButton session={session} unfinished={() => shop.unfinished} />
      </div>
      <CompactionLine compaction={vitals.compaction} />
    </section>
  );
}

const CHECKED: Readonly<Record<StorageReport["checked"], string>> = {
  pending: "being looked through",
  sound: "found sound",
  damaged: "damaged",
};

const SURVIVAL: Readonly<Record<StorageReport["durability"], string>> = {
  strict: "each answer is on disk first",
  relaxed: "a power cut may take the last moments",
  none: "nothing is written to disk",
};

function Fact({ term, note, children }: { term: string; note: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{term}</dt>
      <dd>
        <strong>{children}</strong>
        <span class="fact-note">{note}</span>
      </dd>
    </div>
  );
}

function Space({ vitals }: { vitals: Vitals }) {
  const { kind, databaseBytes, quotaBytes, persisted, full } = vitals.storage;
  const inFiles = kind === "opfs";
  const allowed = quotaBytes === null ? "" : `of ${bytes(quotaBytes)}, `;
  const safety = persisted ? "protected from clean-ups" : "the browser may clear it";
  const note = full ? "new orders are refused" : safety;
  return (
    <Fact term="Space" note={inFiles ? `${allowed}${note}` : "of this tab's memory"}>
      {bytes(databaseBytes)}
      {full && ", full"}
    </Fact>
  );
}

/** What a compaction could give back. */
function Free({ vitals }: { vitals: Vitals }) {
  const { freeBytes, freeable } = vitals.storage;
  return (
    <Fact term="Unused in it" note={freeable ? pastRetention(freeable) : "not measured yet"}>
      <span data-free-bytes={freeBytes ?? ""}>{freeBytes === null ? "…" : bytes(freeBytes)}</span>
    </Fact>
  );
}

function pastRetention({ executions, events }: Freeable): string {
  const parts = [
    ...(executions > 0 ? [count(executions, "execution")] : []),
    ...(events > 0 ? [count(events, "event")] : []),
  ];
  return parts.length === 0 ? "nothing is past its time" : `${parts.join(" and ")} past their time`;
}

/** How far a compaction is, and what it came to; only that is read out. */
function CompactionLine({ compaction }: { compaction: Compaction }) {
  return (
    <div class="compaction" data-compaction={compaction.phase}>
      {compaction.phase === "working" && (
        <progress
          aria-label="Compaction"
          max={Math.max(1, compaction.freedBytes + compaction.leftBytes)}
          value={compaction.freedBytes}
        />
      )}
      <p role="status">{compactionText(compaction)}</p>
    </div>
  );
}

function compactionText(compaction: Compaction): string {
  switch (compaction.phase) {
    case "none":
      return "";
    case "working":
      return "Compacting…";
    case "done":
      return compaction.freedBytes > 0
        ? `Compacted: ${bytes(compaction.freedBytes)} given back.`
        : "Compacted: there was nothing to give back.";
    case "failed":
      return `It could not be compacted: ${textOf(compaction.thrown)}`;
  }
}

function Clock({ vitals }: { vitals: Vitals }) {
  const isAhead = vitals.aheadMs > AHEAD_MS_MAX;
  return (
    <Fact term="Engine clock" note={isAhead ? "this computer's clock was put back" : "with this computer's clock"}>
      {isAhead ? `${seconds(vitals.aheadMs)} ahead` : "In step"}
      {isAhead && (
        <button type="button" class="small" onClick={() => void vitals.acceptClock()}>
          Set it back
        </button>
      )}
    </Fact>
  );
}

function DownloadButton({ shop }: { shop: Shop }) {
  const [failure, setFailure] = useState("");
  const download = () =>
    downloadDatabase(shop.engine).then(
      () => setFailure(""),
      (thrown: unknown) => setFailure(textOf(thrown)),
    );
  return (
    <>
      <button type="button" class="small" onClick={() => void download()}>
        Download database
      </button>
      {failure && <p role="alert">The database could not be read: {failure}</p>}
    </>
  );
}
