// What an application's kinds of work take and give, by type: `openEngine<Kinds>()`. Nothing here exists at run time.

import type { CreateAnswer, CreateArgs, MemberArgs, WaitOutcome } from "../types.generated.js";
import type { Payload } from "./payload.js";
import type { Storable, Stored } from "./storable.js";

/** What one kind of work takes and gives. */
export interface Kind {
  input?: unknown;
  result?: unknown;
}

/** The kinds of an application by their names, as an interface or a type: `{ send: { input: Mail; result: Sent } }`. */
export type KindsOf<K> = { readonly [N in keyof K]: Kind };

declare const anyKind: unique symbol;
declare const kindOf: unique symbol;

/** The kinds of an engine that was opened without any: each may take and give whatever can be kept. */
export interface AnyKinds {
  readonly [anyKind]?: Kind;
}

/** The names of kinds. */
export type KindName<K> = AnyKinds extends K ? string : keyof K & string;

/** The id of an execution of a kind. A plain text is one whose kind is not known. */
export type ExecutionId<N extends string = string> = string & { readonly [kindOf]: N };

/** One member of a kind, where it has it. */
type Of<K, N, F extends keyof Kind> = N extends keyof K
  ? K[N] extends { readonly [P in F]?: infer T }
    ? T
    : never
  : never;

/** Whether a kind has a member. */
type Has<K, N, F extends keyof Kind> = N extends keyof K ? (F extends keyof K[N] ? true : false) : false;

/** What a handler of a kind is given. */
export type InputOf<K, N> = AnyKinds extends K
  ? Payload | undefined
  : Has<K, N, "input"> extends true
    ? Stored<Of<K, N, "input">>
    : undefined;

/** What an execution of a kind came to. */
export type ResultOf<K, N> = AnyKinds extends K
  ? Payload | undefined
  : Has<K, N, "result"> extends true
    ? Stored<Of<K, N, "result">> | undefined
    : undefined;

/** What is known of the result of an execution by its id. */
export type ResultById<K, I> = I extends { readonly [kindOf]: infer N } ? ResultOf<K, N> : Payload | undefined;

/** What a handler of a kind may return. */
export type Returned<K, N> =
  Has<K, N, "result"> extends true ? Storable<Of<K, N, "result">> | Promise<Storable<Of<K, N, "result">>> : unknown;

/** The input of something of a kind that is created: it is given where the kind has one. */
type Taken<K, N, I> = AnyKinds extends K
  ? { input?: I & Storable<I> }
  : Has<K, N, "input"> extends true
    ? undefined extends Of<K, N, "input">
      ? { input?: Storable<Of<K, N, "input">> }
      : { input: Storable<Of<K, N, "input">> }
    : { input?: never };

/** An execution to create; the input is a JSON value, bytes or a file. */
export type CreateExecution<K = AnyKinds, N extends string = string, I = AnyPayload> = Omit<
  CreateArgs,
  "input" | "kind"
> & {
  kind: N;
} & Taken<K, N, I>;

/** What came of a creation: an id that knows its kind. */
export type Created<K, N extends string> = AnyKinds extends K
  ? CreateAnswer
  : Omit<CreateAnswer, "executionId"> & { executionId: ExecutionId<N> };

/** A member of a flow to submit; the input is a JSON value, bytes or a file. */
export type FlowMember<K = AnyKinds> = AnyKinds extends K
  ? Omit<MemberArgs, "input"> & { input?: AnyPayload }
  : { [N in keyof K & string]: Omit<MemberArgs, "input" | "kind"> & { kind: N } & Taken<K, N, never> }[keyof K &
      string];

/** How an execution ended, its result decoded. */
export type Ended<R = Payload | undefined> = Omit<WaitOutcome, "result"> & { result?: R };

/** What may be a payload where its type is not looked into: whatever `Storable` refuses is refused by its path all the same. */
export type AnyPayload = Payload | Blob | object;
