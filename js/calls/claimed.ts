// A claimed execution with its payloads decoded.

import { decode, type Payload } from "../ground/payload.js";
import type { Bytes, Claim, RecordedStep, Upstream } from "../types.generated.js";

/** What has its result decoded: a JSON value where one was given, else bytes. */
export type WithResult<T> = Omit<T, "result"> & { result?: Payload | undefined };

/** What has its input decoded: a JSON value where one was given, else bytes. */
export type WithInput<T> = Omit<T, "input"> & { input?: Payload | undefined };

/** A recorded step, its result decoded: a JSON value where one was given, else bytes. */
export type DecodedStep = WithResult<RecordedStep>;

/** What an upstream came to, its result decoded: a JSON value where one was given, else bytes. */
export type DecodedUpstream = WithResult<Upstream>;

/** A claimed execution with its input, steps and upstreams decoded: JSON values where some were given, else bytes. */
export type ClaimedExecution = Omit<Claim, "input" | "steps" | "upstream"> & {
  input?: Payload | undefined;
  /** What those that it waited for in its flow came to, in the order of the edges' ids. */
  upstream: DecodedUpstream[];
  /** The steps that earlier attempts recorded, in order. */
  steps: DecodedStep[];
};

/** A claim as its worker gets it. */
export function decoded(claim: Claim): ClaimedExecution {
  const { steps = [], upstream = [], ...rest } = claim;
  const input = decode(claim.input, claim.encoding);
  return { ...rest, input, steps: steps.map(withResult), upstream: upstream.map(withResult) };
}

/** What has an input, decoded. */
export function withInput<T extends { input?: Bytes; encoding?: string }>(told: T): WithInput<T> {
  return { ...told, input: decode(told.input, told.encoding) };
}

/** What something came to, its result decoded. */
export function withResult<T extends { result?: Bytes; encoding?: string }>(told: T): WithResult<T> {
  return { ...told, result: decode(told.result, told.encoding) };
}
