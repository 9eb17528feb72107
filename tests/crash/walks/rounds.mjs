// Rounds of walks for so many seconds: all plans with a seed, then all with the next one. A round that was begun is
// finished only if it is the first, in which everything has to occur.

import { Occurrences } from "../world/occurrences.mjs";
import { plans } from "./plans.mjs";
import { walked } from "./threads.mjs";

/** @typedef {import("./plans.mjs").Plan} Plan */
/** @typedef {{ plan: Plan, seed: number, images: number, wrong: string[] }} Done */

/** From the seed of a round to that of the next: far enough that runs from seeds beside each other do not meet. */
const ROUND = 1_000_003;

export class Rounds {
  occurrences = new Occurrences();
  /** @type {Done[]} */
  done = [];

  /**
   * @param {{ seed: number, seconds: number, only?: string | undefined }} options `only` one plan, once
   * @param {(line: string) => void} say
   */
  async walk({ seed, seconds, only }, say) {
    const until = Date.now() + seconds * 1_000;
    const chosen = plans.filter(({ name }) => only === undefined || name === only);
    for (let round = 0; round === 0 || (only === undefined && Date.now() < until); round += 1)
      for (const plan of chosen) {
        if (round > 0 && Date.now() >= until) return;
        await this.#walk(plan, (seed + round * ROUND) % 2 ** 32, say);
      }
  }

  /** @param {Plan} plan @param {number} seed @param {(line: string) => void} say */
  async #walk(plan, seed, say) {
    const none = (/** @type {unknown} */ error) => ({ images: 0, wrong: [String(error)], counts: [] });
    const { images, wrong, counts } = await walked(plan, seed).catch(none);
    this.occurrences.join(counts);
    this.done.push({ plan, seed, images, wrong });
    say(`seed ${seed}, ${plan.name}: ${images} images`);
  }

  /**
   * What went wrong in walks about something, with the command that repeats the first.
   * @param {import("./plans.mjs").About} about
   */
  wrong(about) {
    const bad = this.done.filter(({ plan, wrong }) => plan.about === about && wrong.length > 0);
    return bad.map(({ plan, seed, wrong }) => {
      const command = `TIDEGATE_SEED=${seed} TIDEGATE_PLAN="${plan.name}" node --test tests/crash/power.test.mjs`;
      return `${wrong.length} wrong, this repeats them:\n  ${command}\n${wrong.slice(0, 3).join("\n")}`;
    });
  }
}
