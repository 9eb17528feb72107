// The open shop: submitting on one side, what is being worked on at the other.

import { useChanges } from "../state/ground/observable.js";
import type { Shop } from "../state/shop.js";
import { BatchForm } from "./executions/batch-form.js";
import { Inherited } from "./executions/inherited.js";
import { Floor } from "./floor.js";
import { Troubles } from "./ground/troubles.js";
import { QuestionDialog } from "./operator/question.js";
import { FullNotice } from "./storage/full-notice.js";
import { Benches } from "./workers/benches.js";
import { CrewPanel } from "./workers/crew.js";

export function Desk({ shop }: { shop: Shop }) {
  const { ledger } = shop;
  useChanges(ledger);
  useChanges(shop.clock);
  const { tally } = ledger;
  return (
    <main
      id="main"
      class="desk"
      data-ready="true"
      data-count-all={tally.all}
      data-count-active={tally.active}
      data-count-waiting={tally.waiting}
      data-count-delayed={tally.delayed}
      data-count-completed={tally.completed}
      data-count-failed={tally.failed}
      data-count-cancelled={tally.cancelled}
    >
      <div class="counter">
        <BatchForm shop={shop} />
        <CrewPanel shop={shop} />
      </div>
      <div class="floor">
        <Inherited shop={shop} />
        <FullNotice vitals={shop.vitals} />
        <Troubles shop={shop} />
        <Benches shop={shop} />
        <Floor shop={shop} />
      </div>
      <QuestionDialog questions={shop.questions} />
    </main>
  );
}
