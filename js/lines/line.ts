// The line to the wasm engine, in this thread or in another: what is asked of it, and how it is answered.

import type { ClockReport, TickAnswer } from "../types.generated.js";

/** A batch as it crosses: a JSON text and the bytes it points to. */
export interface Message {
  text: string;
  payloads: Uint8Array[];
}

/** What can be asked, and the answers. */
export interface Questions {
  batch(text: string, payloads: Uint8Array[]): Message;
  tick(): TickAnswer;
  clockReport(): ClockReport;
  acceptClock(): number;
  databaseBytes(): number;
  check(slice: number): boolean;
  reserve(): boolean;
  /** Gives at most so many bytes of empty pages back; answers how many are left to give. */
  compact(bytesMax: number): number;
  export(): Uint8Array;
}

export type Question = keyof Questions;

/** A line to one engine. Every question rejects with a TidegateError. */
export interface Line {
  /** Whether it opens the engine again after a panic. */
  readonly reopens: boolean;
  ask<Q extends Question>(question: Q, ...args: Parameters<Questions[Q]>): Promise<ReturnType<Questions[Q]>>;
  /** Resolves after so many ms, or when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
