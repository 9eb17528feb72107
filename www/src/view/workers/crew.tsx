// The worker of this tab: what it does, and its controls.

import { useChanges } from "../../state/ground/observable.js";
import type { Shop } from "../../state/shop.js";
import { CONCURRENCIES, type CrewState } from "../../state/workers/crew.js";
import { HANDLED } from "../../work/kinds.js";
import { count } from "../ground/format.js";

const SAYS: Readonly<Record<CrewState, string>> = {
  working: "Working",
  finishing: "Finishing",
  paused: "Paused",
};

export function CrewPanel({ shop }: { shop: Shop }) {
  const { crew, ledger } = shop;
  useChanges(crew);
  const others = ledger.forOthers.reduce((sum, { count }) => sum + count, 0);
  const { state } = crew;
  return (
    <section class="panel" aria-labelledby="crew-heading" data-worker={state} data-worker-running={crew.running}>
      <div class="crew-head">
        <h2 id="crew-heading">The worker</h2>
        <p class="crew-state">
          <span class={`lamp ${state}`} aria-hidden="true" />
          <span role="status">{SAYS[state]}</span>
        </p>
      </div>
      <div class="fields crew-fields">
        <div class="field">
          <label for="concurrency">At the same time</label>
          <select
            id="concurrency"
            value={crew.concurrency}
            onChange={({ currentTarget }) => void crew.setConcurrency(Number(currentTarget.value))}
          >
            {CONCURRENCIES.map((number) => (
              <option key={number} value={number}>
                {number}
              </option>
            ))}
          </select>
        </div>
        {state === "working" ? (
          <button type="button" onClick={() => void crew.pause()}>
            Pause
          </button>
        ) : (
          <button type="button" class="primary" aria-disabled={state === "finishing"} onClick={() => crew.resume()}>
            Resume
          </button>
        )}
      </div>
      <p class="about">
        It claims what it has handlers for ({HANDLED.join(", ")}) from all lanes of the shop, under leases of{" "}
        {crew.leaseMs / 1_000} s, and renews them while it works. When this tab dies, the next one gives them back and
        goes on at once.
      </p>
      <p class="about" role="status" data-for-others={others}>
        {others > 0 && `${count(others, "execution waits", "executions wait")} for a worker that does other kinds.`}
      </p>
    </section>
  );
}
