// Submitting a sample flow, well or with a mishap in it.

import { useState } from "preact/hooks";
import type { Shop } from "../../state/shop.js";
import { SAMPLE_FACTS, SAMPLES, type Sample } from "../../work/samples.js";

export function FlowSamples({ shop }: { shop: Shop }) {
  const [mishap, setMishap] = useState(false);
  const [busy, setBusy] = useState(false);
  const submit = async (sample: Sample) => {
    if (busy) return;
    setBusy(true);
    await shop.troubles.watchOver("The flow was not submitted", shop.flows.submit(sample, mishap));
    setBusy(false);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and this is none
    <div class="samples" role="group" aria-labelledby="samples-heading">
      <h3 id="samples-heading">Submit a sample</h3>
      <div class="sample-list">
        {SAMPLES.map((sample) => (
          <div key={sample} class="sample">
            <button
              type="button"
              aria-disabled={busy}
              aria-describedby={`sample-${sample}`}
              onClick={() => void submit(sample)}
            >
              {SAMPLE_FACTS[sample].name}
            </button>
            <p id={`sample-${sample}`} class="about">
              {SAMPLE_FACTS[sample].about}
            </p>
          </div>
        ))}
      </div>
      <label class="choice">
        <input type="checkbox" checked={mishap} onChange={({ currentTarget }) => setMishap(currentTarget.checked)} />
        <span>
          With a mishap: <span class="quiet">one member fails, until it is replayed</span>
        </span>
      </label>
    </div>
  );
}
