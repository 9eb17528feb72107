// The port to an engine in this thread: the wasm class, called directly.

import { initSync, Engine as WasmEngine } from "#wasm";
import { revived } from "./errors.js";
import { text } from "./payload.js";
import type { Call, CallAnswer, Port, Reply, StorageReport } from "./port.js";
import type { ClockReport, TickAnswer } from "./types.generated.js";

/** Answers that carry a payload, and the member that holds it. */
const PAYLOAD_FIELDS: Readonly<Record<string, string>> = { claim: "input", get_execution_result: "result" };

export interface LocalOptions {
  /** The compiled engine. */
  module: WebAssembly.Module;
  /** Unix ms; `Date.now` when left out. */
  clock?: (() => number) | undefined;
  /** The limit of one payload, in bytes. */
  payloadBytesMax?: number | undefined;
}

/** Opens an engine in memory, in this thread. */
export function openLocal(options: LocalOptions): Port {
  initSync({ module: options.module });
  try {
    return new LocalPort(WasmEngine.openMemory(options.clock ?? null, options.payloadBytesMax ?? null));
  } catch (thrown) {
    throw revived(thrown);
  }
}

class LocalPort implements Port {
  readonly storage: StorageReport = { kind: "memory", durable: false };
  readonly #engine: WasmEngine;

  constructor(engine: WasmEngine) {
    this.#engine = engine;
  }

  async send(calls: Call[]): Promise<Reply> {
    const payloads: Uint8Array[] = [];
    const texts = calls.map((call) => wireText(call, payloads));
    const message = this.#run(() => this.#engine.batch(`[${texts.join()}]`, payloads));
    const reply = JSON.parse(message.text) as Reply;
    const received = message.payloads;
    for (const [index, answer] of reply.answers.entries()) attach(calls[index]?.op, answer, received);
    return reply;
  }

  async tick(): Promise<TickAnswer> {
    return this.#run(() => this.#engine.tick());
  }

  async clock(): Promise<ClockReport> {
    return this.#run(() => this.#engine.clockReport());
  }

  async acceptClock(): Promise<number> {
    return this.#run(() => this.#engine.acceptClock());
  }

  async close(): Promise<void> {
    this.#engine.close();
  }

  #run<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw revived(thrown);
    }
  }
}

/** The text of one call; its payload joins the list, and its place in it stands for it. */
function wireText({ op, args, payload, requestId }: Call, payloads: Uint8Array[]): string {
  const all = payload === undefined ? args : { ...args, [payload.field]: payloads.push(payload.bytes) - 1 };
  const request = requestId === undefined ? "" : `,"requestId":${text(requestId, "requestId")}`;
  return `{"op":${text(op, "op")},"args":${text(all, "arguments", "")}${request}}`;
}

/** Puts the payload of an answer where its place stands. */
function attach(op: string | undefined, answer: CallAnswer, payloads: Uint8Array[]): void {
  const field = op === undefined ? undefined : PAYLOAD_FIELDS[op];
  if (field === undefined || !("ok" in answer) || answer.ok === null) return;
  const ok = answer.ok as Record<string, unknown>;
  const place = ok[field];
  if (typeof place === "number") ok[field] = payloads[place];
}
