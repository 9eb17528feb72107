// The package's front door.

export type { Timer } from "./alarm.js";
export type { ClaimedExecution, DecodedStep, DecodedUpstream } from "./claimed.js";
export type { CompactOptions, CompactProgress } from "./compact.js";
export type { WaitOptions } from "./end.js";
export { type AppendOptions, type ClaimOptions, Engine } from "./engine.js";
export { type PlainError, TidegateError } from "./errors.js";
export type { WatchOptions } from "./events.js";
export type { CreateExecution, DecodedResult, Ended, Executions } from "./executions.js";
export type { CancelFlow, FlowMember, Flows, SubmitFlow } from "./flows.js";
export type { Lanes } from "./lanes.js";
export type { Leases } from "./leases.js";
export type { Retention } from "./local.js";
export { type MemoryStorage, type OpenOptions, type OpfsStorage, openEngine } from "./open.js";
export { destroyDatabase, listDatabases, type RescuedDatabase, rescueDatabase } from "./opfs.js";
export type { Json, Payload } from "./payload.js";
export type { StorageReport } from "./port.js";
export type { CompleteByFence, Protocol, Reclaimed } from "./protocol.js";
export type { CallOptions } from "./send.js";
export type { StreamFrame, StreamPage, StreamSummary, Streams, TailOptions } from "./streams.js";
export { type StopReason, type Task, TaskFailure, TaskStopped } from "./task.js";
export type * from "./types.generated.js";
export type { Handler, Handlers, Worker, WorkOptions } from "./work.js";
export type { Workers } from "./workers.js";
