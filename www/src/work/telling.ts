// What a handler tells while it works, in the stream of its attempt. It is no part of the work: a storage that is too full
// for another line does not keep the order from being done.

import { type Json, type Task, TidegateError } from "tidegate";

/** As much as one frame holds. */
const FRAME_BYTES_MAX = 65_536;
/** A proof is only for those who look on while the work is done. */
const PROOF_MS = 10_000;
const PROOFS_MIN = 1;

/** A line of output, or of complaint. */
export function tell(task: Task, line: string, kind: "stdout" | "stderr" = "stdout"): Promise<void> {
  return unlessFull(task.append(`${line}\n`, { kind }));
}

/** A patch of what the attempt has come to. */
export function tellSummary(task: Task, patch: { readonly [name: string]: Json }): Promise<void> {
  return unlessFull(task.append(patch, { mode: "summary", frameType: "sheet" }));
}

/** An image, which soon is forgotten. */
export async function show(task: Task, bytes: Uint8Array): Promise<void> {
  if (bytes.length > FRAME_BYTES_MAX) return;
  const fleeting = { mode: "best_effort", ttlMs: PROOF_MS, maxlenFloor: PROOFS_MIN } as const;
  await unlessFull(task.append(bytes, { kind: "blob", frameType: "proof", ...fleeting }));
}

async function unlessFull(appended: Promise<unknown>): Promise<void> {
  try {
    await appended;
  } catch (thrown) {
    if (!(thrown instanceof TidegateError) || thrown.category !== "storage") throw thrown;
  }
}
