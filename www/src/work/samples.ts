// Flows to try out: a chain, a fan that opens and closes again, a race, and a clean-up after a failure. How long their members take is left to chance.

import type { FlowMember, SubmitFlow } from "tidegate";
import { CRAFT, type Craft, WORKSHOP } from "./craft.js";

export const SAMPLES = ["chain", "fan", "race", "cleanup"] as const;
export type Sample = (typeof SAMPLES)[number];

interface SampleFacts {
  readonly name: string;
  readonly about: string;
  /** What goes wrong where that is wished for. */
  readonly mishap: string;
}

export const SAMPLE_FACTS: Readonly<Record<Sample, SampleFacts>> = {
  chain: {
    name: "Chain",
    about: "An album: five members, each after the one before.",
    mishap: "Bind",
  },
  fan: {
    name: "Fan-out, fan-in",
    about: "An exhibition: four frames at the same time; it is hung once all are done.",
    mishap: "Frame 3",
  },
  race: {
    name: "Race, 2 of 3",
    about: "A proof from three labs: the first two that come suffice, and the third is cancelled.",
    mishap: "Lab East",
  },
  cleanup: {
    name: "Clean-up",
    about: "A restoration: only if varnishing fails is the canvas scraped clean. It is written up in any case.",
    mishap: "Varnish",
  },
};

/** How long a member takes, in ms: from the shortest to the longest. */
const SHORT_MS = 900;
const LONG_MS = 2_600;
/** The labs are far enough apart for one to be late. */
const LAB_MS = [1_500, 2_800, 6_000] as const;

type Order = Pick<FlowMember, "after" | "need" | "onSatisfied"> & { readonly name: string; readonly ms?: number };

export function sampleFlow(sample: Sample, withMishap: boolean): SubmitFlow {
  const { mishap } = SAMPLE_FACTS[sample];
  const { kind, orders } = PLANS[sample]();
  return {
    kind,
    tags: { sample },
    members: orders.map(({ ms = between(SHORT_MS, LONG_MS), ...order }) => {
      const isMishap = withMishap && order.name === mishap;
      // It goes wrong before what races with it is done.
      const craft: Craft = { work: order.name, ms: isMishap ? SHORT_MS : ms, mishap: isMishap };
      return { ...order, lane: WORKSHOP, kind: CRAFT, input: { ...craft }, tags: { work: order.name, flow: kind } };
    }),
  };
}

interface Plan {
  readonly kind: string;
  readonly orders: readonly Order[];
}

const PLANS: Readonly<Record<Sample, () => Plan>> = {
  chain: () => {
    const names = ["Select", "Print", "Bind", "Wrap", "Send"];
    return {
      kind: "album",
      orders: names.map((name, at) => ({ name, ...after(names.slice(Math.max(0, at - 1), at)) })),
    };
  },
  fan: () => {
    const frames = [1, 2, 3, 4].map((number) => `Frame ${number}`);
    const orders = [
      { name: "Choose" },
      ...frames.map((name) => ({ name, ...after(["Choose"]) })),
      { name: "Hang", ...after(frames) },
      { name: "Open", ...after(["Hang"]) },
    ];
    return { kind: "exhibition", orders };
  },
  race: () => {
    const labs = ["Lab North", "Lab East", "Lab South"];
    const times = shuffled(LAB_MS);
    const orders = [
      { name: "Order" },
      ...labs.map((name, at) => ({ name, ms: times[at] ?? LONG_MS, ...after(["Order"]) })),
      { name: "Compare", ...after(labs), need: { quorum: 2 }, onSatisfied: "cancel_remaining" as const },
      { name: "Send", ...after(["Compare"]) },
    ];
    return { kind: "proof", orders };
  },
  cleanup: () => {
    const orders: Order[] = [
      { name: "Stretch" },
      { name: "Varnish", after: ["Stretch"] },
      { name: "Deliver", after: ["Varnish"] },
      { name: "Scrape clean", after: [{ name: "Varnish", on: "failure" }] },
      {
        name: "Write up",
        after: [
          { name: "Deliver", on: "end" },
          { name: "Scrape clean", on: "end" },
        ],
      },
    ];
    return { kind: "restoration", orders };
  },
};

function after(names: string[]): { after?: string[] } {
  return names.length === 0 ? {} : { after: names };
}

function between(least: number, most: number): number {
  return Math.round(least + Math.random() * (most - least));
}

function shuffled(list: readonly number[]): number[] {
  const drawn = list.map((value) => ({ value, lot: Math.random() }));
  return drawn.sort((one, other) => one.lot - other.lot).map(({ value }) => value);
}
