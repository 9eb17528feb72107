// The program of the dedicated worker: it holds the files of one database and answers what the line asks.

import { build } from "./ground/build.js";
import { plainOf } from "./ground/errors.js";
import { openFile } from "./lines/files.js";
import type { Line, Question } from "./lines/line.js";
import type { Answered, Asked, Beside, Opening } from "./lines/posted.js";
import { untilFree } from "./storage/taken.js";

/** What of a dedicated worker's scope is used here; its types and the page's exclude each other. */
interface Scope {
  onmessage: ((event: { data: Asked }) => void) | null;
  postMessage(message: Answered, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let line: Line | undefined;

scope.onmessage = ({ data }) => void answer(data);

async function answer(asked: Asked): Promise<void> {
  try {
    const ok = "open" in asked ? await open(asked.open) : await ask(asked.question, asked.args);
    scope.postMessage({ id: asked.id, ok }, bytesOf(ok));
  } catch (thrown) {
    scope.postMessage({ id: asked.id, error: plainOf(thrown) }, []);
  }
}

async function open(opening: Opening): Promise<void> {
  line = await untilFree(opening.waitMs, () => openFile(opening));
}

async function ask(question: Question | Beside, args: unknown[]): Promise<unknown> {
  if (question === "build") return build;
  if (line === undefined) throw new Error("the worker was asked before it had opened its engine");
  if (question === "close") return line.close();
  if (question === "sleep") return new Promise((resolve) => setTimeout(resolve, Number(args[0])));
  return (line.ask as (question: Question, ...args: unknown[]) => Promise<unknown>)(question, ...args);
}

/** The bytes of an answer, which move instead of being copied. */
function bytesOf(ok: unknown): Transferable[] {
  if (ok instanceof Uint8Array) return [ok.buffer];
  const payloads = (ok as { payloads?: unknown } | undefined)?.payloads;
  return Array.isArray(payloads) ? payloads.map((bytes: Uint8Array) => bytes.buffer) : [];
}
