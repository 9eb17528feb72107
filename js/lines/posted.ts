// What a page and the dedicated worker of its engine post to each other.

import type { PlainError } from "../ground/errors.js";
import type { Question } from "./line.js";
import type { Limits } from "./local.js";

/** The message to a worker that opens its engine. */
export interface Opening {
  module: WebAssembly.Module;
  name: string;
  strict: boolean;
  limits: Limits;
  image: Uint8Array | undefined;
  /** How long to wait for another holder of the files to let go, in ms. */
  waitMs: number;
}

/** What is asked beside what an engine is asked; first of all of which build the worker is. */
export type Beside = "build" | "sleep" | "close";

/** A question to a worker; those until the engine is open have the number 0. */
export type Asked = { id: 0; open: Opening } | { id: number; question: Question | Beside; args: unknown[] };

/** Its answer. */
export type Answered = { id: number; ok: unknown } | { id: number; error: PlainError };
