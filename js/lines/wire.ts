// The port over a line: calls become one text with the bytes it points to, and answers come back the same way.

import { type PlainError, TidegateError } from "../ground/errors.js";
import { isA } from "../ground/files.js";
import { text } from "../ground/json.js";
import type { StorageReport } from "../storage/report.js";
import { almostFull, quota, type Space, space } from "../storage/space.js";
import type { ClockReport, StorageFigures, TickAnswer } from "../types.generated.js";
import type { Line } from "./line.js";
import type { Call, CallAnswer, Port, Reply } from "./port.js";

/** The members that may hold a payload, and the lists of an answer whose members may. */
const PAYLOAD_FIELDS = ["input", "result", "bytes"];
const PAYLOAD_LISTS = ["steps", "upstream", "frames"];

/** What one message carries at most, in characters of its text and bytes of payloads; one larger call goes alone. */
const MESSAGE_MAX = 8 << 20;

/** How arguments are told: by their own names, and texts without halves of characters. */
const ARGUMENT = { wellFormed: true };
const ARGUMENTS = { ...ARGUMENT, field: "arguments", prefix: "" };

/** What may hold payloads. */
type Holder = Record<string, unknown>;

/** The port to an engine at the end of a line; `storage` is what is known of where it keeps its state. */
export class WirePort implements Port {
  readonly #line: Line;
  #storage: StorageReport;

  constructor(line: Line, storage: StorageReport) {
    this.#line = line;
    this.#storage = storage;
  }

  get storage(): StorageReport {
    return this.#storage;
  }

  get reopens(): boolean {
    return this.#line.reopens;
  }

  async send(calls: Call[]): Promise<Reply> {
    const { texts, payloads, refused } = written(calls);
    const message = await this.#line.ask("batch", `[${texts.join()}]`, payloads);
    const reply = JSON.parse(message.text) as Reply;
    const received = message.payloads;
    for (const answer of reply.answers) attach(answer, received);
    for (const [place, thrown] of refused)
      if (place <= reply.answers.length) reply.answers.splice(place, 0, { thrown });
    if (this.#storage.kind === "opfs" && (await blameSpace(reply.answers))) this.#note({ full: true });
    return reply;
  }

  tick(): Promise<TickAnswer> {
    return this.#asked(this.#line.ask("tick"));
  }

  clock(): Promise<ClockReport> {
    return this.#line.ask("clockReport");
  }

  acceptClock(): Promise<number> {
    return this.#asked(this.#line.ask("acceptClock"));
  }

  async measure(figures?: StorageFigures): Promise<StorageReport> {
    const known = figures ?? { databaseBytes: await this.#line.ask("databaseBytes") };
    this.#note({ ...known, ...(this.#storage.kind === "opfs" && (await space())) });
    return this.#storage;
  }

  async check(slice: number): Promise<boolean> {
    try {
      const more = await this.#line.ask("check", slice);
      if (!more) this.#note({ checked: "sound" });
      return more;
    } catch (thrown) {
      if (thrown instanceof TidegateError && thrown.code === "storage.damaged") this.#note({ checked: "damaged" });
      throw thrown;
    }
  }

  async reserve(): Promise<boolean> {
    const room = await this.#line.ask("reserve");
    this.#note({ full: !room });
    return room;
  }

  compact(bytesMax: number): Promise<number> {
    return this.#asked(this.#line.ask("compact", bytesMax));
  }

  exportFile(): Promise<Uint8Array> {
    return this.#line.ask("export");
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#line.sleep(ms, signal);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  #note(news: Partial<StorageReport>): void {
    this.#storage = { ...this.#storage, ...news };
  }

  /** What failed for want of space says so. */
  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      if (this.#storage.kind === "opfs" && thrown instanceof TidegateError && ofStorage(thrown))
        throw new TidegateError(named(thrown.toJSON(), await space()));
      throw thrown;
    }
  }
}

/** What a message carries of these calls, from the first on; by their places those that cannot be written. */
function written(calls: Call[]) {
  const texts: string[] = [];
  const payloads: Uint8Array[] = [];
  const refused: [place: number, thrown: unknown][] = [];
  let left = MESSAGE_MAX;
  for (const [place, call] of calls.entries()) {
    const own: Uint8Array[] = [];
    try {
      const text = wireText(call, own, payloads.length);
      left -= own.reduce((sum, { byteLength }) => sum + byteLength, text.length);
      if (left < 0 && texts.length > 0) break;
      texts.push(text);
      payloads.push(...own);
    } catch (thrown) {
      refused.push([place, thrown]);
    }
  }
  return { texts, payloads, refused };
}

/** The text of one call; its payloads join the list, and their places, after so many before them, stand for them. */
function wireText({ op, args, requestId }: Call, payloads: Uint8Array[], before: number): string {
  const all = exchanged(args, op === "submit_flow" ? ["members"] : [], (bytes) =>
    isA(bytes, Uint8Array) ? before + payloads.push(bytes) - 1 : bytes,
  );
  const request = requestId === undefined ? "" : `,"requestId":${text(requestId, { ...ARGUMENT, field: "requestId" })}`;
  return `{"op":${JSON.stringify(op)},"args":${text(all, ARGUMENTS)}${request}}`;
}

/** Puts the payloads of an answer where their places stand. */
function attach(answer: CallAnswer, payloads: Uint8Array[]): void {
  if (payloads.length === 0 || !("ok" in answer) || typeof answer.ok !== "object" || answer.ok === null) return;
  answer.ok = exchanged(answer.ok as Holder, PAYLOAD_LISTS, (place) =>
    typeof place === "number" ? payloads[place] : place,
  );
}

/** A copy with another thing in the place of each payload. */
function exchanged(holder: Holder, lists: readonly string[], exchange: (found: unknown) => unknown): Holder {
  const copy = { ...holder };
  for (const field of PAYLOAD_FIELDS) if (field in copy) copy[field] = exchange(copy[field]);
  for (const field of lists) {
    const list = copy[field];
    if (Array.isArray(list)) copy[field] = list.map((one) => exchanged(one, [], exchange));
  }
  return copy;
}

/**
 * Browsers say that space ran out in more than one way: what failed in the storage is held against what is left.
 * Answers whether it ran out.
 */
async function blameSpace(answers: CallAnswer[]): Promise<boolean> {
  const failed = answers.filter((answer) => "error" in answer && ofStorage(answer.error));
  if (failed.length === 0) return false;
  const left = await space();
  for (const answer of failed) if ("error" in answer) answer.error = named(answer.error, left);
  return failed.some((answer) => "error" in answer && answer.error.code === "storage.quota");
}

function ofStorage({ code }: { code: string }): boolean {
  return code === "storage.io" || code === "storage.quota";
}

function named(error: PlainError, left: Space): PlainError {
  return error.code === "storage.quota" || almostFull(left) ? quota(error, left) : error;
}
