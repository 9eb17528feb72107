// The package's front door.

export type { ClaimedExecution, DecodedStep, DecodedUpstream } from "./calls/claimed.js";
export type { WaitOptions } from "./calls/end.js";
export type { Failing, Renewed } from "./calls/held.js";
export type { CallOptions } from "./calls/send.js";
export { type AcceptedClock, Engine } from "./engine.js";
export type { Timer } from "./ground/alarm.js";
export { type PlainError, TidegateError } from "./ground/errors.js";
export { FileBytes } from "./ground/files.js";
export type {
  AnyKinds,
  AnyPayload,
  Created,
  CreateExecution,
  Ended,
  ExecutionId,
  FlowMember,
  InputOf,
  Kind,
  KindName,
  KindsOf,
  ResultOf,
} from "./ground/kinds.js";
export type { Payload } from "./ground/payload.js";
export type { Json, Storable, Stored } from "./ground/storable.js";
export type { TrustedAddress } from "./ground/trusted.js";
export type { Retention } from "./lines/local.js";
export { openEngine } from "./opening/open.js";
export type {
  ClockOptions,
  LentClockOptions,
  MemoryStorage,
  OpenOptions,
  OpfsStorage,
} from "./opening/options.js";
export type { AppendOptions, ClaimOptions, Progress } from "./operations/attempts.js";
export type { WatchOptions } from "./operations/events.js";
export type { DecodedInput, DecodedResult, Executions } from "./operations/executions.js";
export type { CancelFlow, Flows, SubmitFlow } from "./operations/flows.js";
export type { Lanes } from "./operations/lanes.js";
export type { Leases } from "./operations/leases.js";
export type { CompleteByFence, Protocol, Reclaimed } from "./operations/protocol.js";
export type { StreamFrame, StreamPage, StreamSummary, Streams, TailOptions } from "./operations/streams.js";
export type { Workers } from "./operations/workers.js";
export type { CompactOptions, CompactProgress } from "./storage/compact.js";
export { destroyDatabase, listDatabases, type RescuedDatabase, rescueDatabase } from "./storage/opfs.js";
export type { StorageReport } from "./storage/report.js";
export type * from "./types.generated.js";
export type { Worker } from "./work/loop.js";
export type { Handler, Handlers, HandlersOf, WorkOptions } from "./work/options.js";
export { type StopReason, type Task, TaskFailure, type TaskFailureOptions, TaskStopped } from "./work/task.js";
