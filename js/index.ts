// The package's front door.

export type { Timer } from "./alarm.js";
export {
  type CallOptions,
  type ClaimedExecution,
  type ClaimOptions,
  type CreateExecution,
  type DecodedResult,
  Engine,
  type Executions,
  type Leases,
} from "./engine.js";
export { type PlainError, TidegateError } from "./errors.js";
export { type MemoryStorage, type OpenOptions, type OpfsStorage, openEngine } from "./open.js";
export { destroyDatabase, listDatabases, type RescuedDatabase, rescueDatabase } from "./opfs.js";
export type { Json, Payload } from "./payload.js";
export type { StorageReport } from "./port.js";
export { type StopReason, type Task, TaskFailure, TaskStopped } from "./task.js";
export type * from "./types.generated.js";
export type { Handler, Handlers, Worker, WorkOptions } from "./work.js";
