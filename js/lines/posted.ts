// What a page and the dedicated worker of its engine post to each other.

import type { PlainError } from "../ground/errors.js";
import type { Question } from "./line.js";
import type { Limits } from "./local.js";

/** The first message to a worker. */
export interface Opening {
  module: WebAssembly.Module;
  name: string;
  strict: boolean;
  limits: Limits;
  image: Uint8Array | undefined;
  /** How long to wait for another holder of the files to let go, in ms. */
  waitMs: number;
}

/** A question to a worker; the opening is the question of number 0. */
export type Asked = { id: 0; open: Opening } | { id: number; question: Question | "sleep" | "close"; args: unknown[] };

/** Its answer. */
export type Answered = { id: number; ok: unknown } | { id: number; error: PlainError };
