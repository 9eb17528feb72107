// A claimed execution with its payloads decoded.

import { decode, type Payload } from "./payload.js";
import type { Claim, RecordedStep } from "./types.generated.js";

/** A recorded step, its result decoded: a JSON value where one was given, else bytes. */
export type DecodedStep = Omit<RecordedStep, "result"> & { result?: Payload | undefined };

/** A claimed execution with its input and steps decoded: JSON values where some were given, else bytes. */
export type ClaimedExecution = Omit<Claim, "input" | "steps"> & {
  input?: Payload | undefined;
  /** The steps that earlier attempts recorded, in order. */
  steps: DecodedStep[];
};

/** A claim as its worker gets it. */
export function decoded(claim: Claim): ClaimedExecution {
  const { steps = [], ...rest } = claim;
  return { ...rest, input: decode(claim.input, claim.encoding), steps: steps.map(decodedStep) };
}

/** A step as its worker gets it. */
export function decodedStep(step: RecordedStep): DecodedStep {
  return { ...step, result: decode(step.result, step.encoding) };
}
