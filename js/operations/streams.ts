// Streams: what attempts append, read in pages or followed as it comes.

import { freed, unshaken } from "../calls/iterable.js";
import type { Parking } from "../calls/parking.js";
import { given, idKey, type Send, waitOf } from "../calls/send.js";
import type { Json } from "../ground/storable.js";
import type {
  Frame,
  FramePage,
  ReadStreamArgs,
  SummaryAnswer,
  TailStreamArgs,
  Visibility,
} from "../types.generated.js";

/** A frame, with its text where its bytes are UTF-8. */
export type StreamFrame = Frame & { text?: string };

/** A page of a stream. A short page is not the end: `more` says whether there are more frames. */
export type StreamPage = Omit<FramePage, "frames"> & { frames: StreamFrame[] };

/** The summary of an attempt, its document parsed. */
export type StreamSummary = Omit<SummaryAnswer, "documentJson"> & { document: { readonly [name: string]: Json } };

/** Where a tail begins, what it shows, and what ends it early. */
export interface TailOptions {
  /** The attempt; the current one when left out. */
  attemptIndex?: number;
  /** The id of the last frame that is known; everything that is kept comes first when left out. */
  after?: string;
  visibility?: Visibility;
  /** Ends the tail: it then throws the signal's reason. */
  signal?: AbortSignal;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reading and following what attempts stream. */
export class Streams {
  readonly #send: Send;
  readonly #parking: Parking;
  readonly #port: { readonly reopens: boolean };

  constructor(send: Send, parking: Parking, port: { readonly reopens: boolean }) {
    this.#send = send;
    this.#parking = parking;
    this.#port = port;
  }

  /** Frames of an attempt between two cursors, both included. */
  async read(args: ReadStreamArgs): Promise<StreamPage> {
    return shownPage((await this.#send("read_stream", given("options", args))) as FramePage);
  }

  /**
   * Frames of an attempt after a cursor. While there are none and the stream is open it waits, up to `blockMs`; then it
   * answers none. Given up, it rejects with the reason of its signal.
   */
  async tailPage(options: TailStreamArgs & { signal?: AbortSignal }): Promise<StreamPage> {
    const { signal, ...args } = given("options", options);
    let page: FramePage | undefined;
    const attempt = async () => {
      page = (await this.#send("tail_stream", args)) as FramePage;
      return page.frames.length > 0 || page.over || page.closedReason !== undefined || null;
    };
    await this.#parking.wait(keys(args.executionId), waitOf(args.blockMs), attempt, signal);
    return shownPage(page as unknown as FramePage);
  }

  /** What the summary frames of an attempt, the current one when left out, add up to; null before the first. */
  async summary(executionId: string, attemptIndex?: number): Promise<StreamSummary | null> {
    const answer = (await this.#send("read_summary", { executionId, attemptIndex })) as SummaryAnswer | null;
    if (answer === null) return null;
    const { documentJson, ...rest } = answer;
    return { ...rest, document: JSON.parse(documentJson) };
  }

  /**
   * Follows an attempt: first the frames that are kept, then each as it comes, until the attempt is over. One that was
   * interrupted, or whose lease ran out, may go on, and so does its tail. Nothing is fetched before it is asked for: a
   * reader that is slow holds one page.
   */
  tail(executionId: string, options: TailOptions = {}): AsyncIterableIterator<StreamFrame, void> {
    const { signal, ...args } = given("options", options);
    return freed((stop) => this.#frames({ ...args, executionId }, stop), signal);
  }

  async *#frames(args: TailStreamArgs, signal: AbortSignal): AsyncGenerator<StreamFrame, void> {
    for (;;) {
      const attempt = () => this.#filled(args);
      const page = (await this.#parking.wait(keys(args.executionId), Infinity, attempt, signal)) as FramePage;
      // Stays with the attempt that was the current one.
      args.attemptIndex = page.attemptIndex;
      for (const frame of page.frames) {
        args.after = frame.id;
        yield shown(frame);
      }
      if (page.over && !page.more) return;
    }
  }

  async #filled(args: TailStreamArgs): Promise<FramePage | null> {
    const call = () => this.#send("tail_stream", { ...args });
    const page = (await unshaken(this.#port.reopens, call)) as FramePage;
    return page.frames.length > 0 || page.over ? page : null;
  }
}

/** What tells that a stream has grown or was closed; the engine writes ids in lower case. */
function keys(executionId: string): string[] {
  const id = idKey(executionId);
  return [`stream:${id}`, `finished:${id}`];
}

function shownPage(page: FramePage): StreamPage {
  return { ...page, frames: page.frames.map(shown) };
}

function shown(frame: Frame): StreamFrame {
  return frame.encoding === "utf8" ? { ...frame, text: decoder.decode(frame.bytes) } : frame;
}
