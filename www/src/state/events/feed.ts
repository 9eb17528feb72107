// The event log as it grows, and back to its beginning: the newest events, and windows of earlier ones. The log is read
// forward only, so that the places at which windows begin are kept on the way.

import type { Engine, EventRecord, EventStream, ReadEventsArgs } from "tidegate";
import { Observable } from "../ground/observable.js";
import { CHANGES, isTooOld } from "./tidings.js";

/** Events that are shown at most; a window of earlier ones has half as many. */
export const FEED_MAX = 500;
const WINDOW = FEED_MAX / 2;

/** Which events are shown; what is left out matches all. */
export interface FeedFilter {
  readonly stream?: EventStream;
  readonly namespace?: string;
  readonly tag?: { readonly key: string; readonly value: string };
}

export type FeedState = "reading" | "live" | "paused";

export class Feed extends Observable {
  readonly #engine: Engine;
  #filter: FeedFilter = {};
  #state: FeedState = "reading";
  #wanted: "live" | "paused" = "live";
  #running: AbortController | undefined;
  /** The newest, in the order of the log, and the cursor before the first of them. */
  #newest: EventRecord[] = [];
  #before = "start";
  /** Where the reading goes on. */
  #after = "start";
  /** Where the windows of earlier events begin, the oldest first. */
  #marks: string[] = [];
  /** Which of them is shown instead of the newest, and which is to be: it is being read while they differ. */
  #window: number | undefined;
  #wantedWindow: number | undefined;
  /** Tells the reading of a window that is still wanted from one that is not. */
  #turns = 0;
  #earlier: readonly EventRecord[] = [];
  #notice = "";
  #trouble: unknown;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  get filter(): FeedFilter {
    return this.#filter;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** The newest first. */
  get shown(): readonly EventRecord[] {
    return (this.#window === undefined ? this.#newest : this.#earlier).toReversed();
  }

  /** Whether earlier events are shown instead of the newest. */
  get isPast(): boolean {
    return this.#window !== undefined;
  }

  get hasEarlier(): boolean {
    return (this.#window ?? this.#marks.length) > 0;
  }

  /** What became of events that cannot be shown. */
  get notice(): string {
    return this.#notice;
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  /** Goes on reading, unless it was paused; for when it comes into sight. */
  begin(): void {
    if (this.#wanted === "live") this.#start();
  }

  /** Reads nothing while nobody looks. */
  rest(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  pause(): void {
    this.#wanted = "paused";
    this.rest();
    this.#turn("paused");
  }

  goOn(): void {
    this.#wanted = "live";
    this.#notice = "";
    this.showNewest();
    this.#start();
  }

  ask(filter: FeedFilter): void {
    this.rest();
    this.#wanted = "live";
    this.#filter = filter;
    this.#forget("start");
    this.#notice = "";
    this.#start();
  }

  showNewest(): void {
    this.#leaveThePast();
    this.changed();
  }

  /** Shows the window before the one that was asked for last. */
  showEarlier(): Promise<void> {
    return this.#show((this.#wantedWindow ?? this.#marks.length) - 1);
  }

  /** Shows the window after it, and after the last one the newest. */
  async showLater(): Promise<void> {
    const next = (this.#wantedWindow ?? this.#marks.length) + 1;
    if (next >= this.#marks.length) this.showNewest();
    else await this.#show(next);
  }

  async #show(window: number): Promise<void> {
    const after = this.#marks[window];
    if (after === undefined) return;
    this.#wantedWindow = window;
    this.#turns += 1;
    const turn = this.#turns;
    try {
      const { events } = await this.#engine.readEvents({ ...this.#args(), after, limit: WINDOW });
      if (turn !== this.#turns) return;
      this.#earlier = events;
      this.#window = window;
      this.#trouble = undefined;
    } catch (thrown) {
      if (turn !== this.#turns) return;
      this.#wantedWindow = this.#window;
      this.#trouble = isTooOld(thrown) ? undefined : thrown;
      if (isTooOld(thrown)) this.#letGo(window);
    }
    this.changed();
  }

  /** Whatever window is shown, or still being read. */
  #leaveThePast(): void {
    this.#window = undefined;
    this.#wantedWindow = undefined;
    this.#turns += 1;
  }

  /** What is past its retention cannot be gone back to. */
  #letGo(window: number): void {
    this.#marks = this.#marks.slice(window + 1);
    this.#leaveThePast();
    this.#notice = "There are no earlier events: the engine has let go of those that are past their retention.";
  }

  #start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#trouble = undefined;
    void this.#read(this.#running.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      this.#turn("reading");
      await this.#catchUp(signal);
      this.#turn("live");
      for await (const event of this.#engine.events({ ...this.#args(), after: this.#after, signal })) {
        this.#after = event.cursor;
        this.#add([event]);
        this.changedSoon();
      }
    } catch (thrown) {
      if (signal.aborted) return;
      this.#running = undefined;
      this.#met(thrown);
      if (isTooOld(thrown)) this.#start();
      else this.pause();
    }
  }

  /** Reads in pages what there is already. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    for (let atEnd = false; !atEnd; ) {
      const page = await this.#engine.readEvents({ ...this.#args(), after: this.#after, limit: 2 * FEED_MAX });
      signal.throwIfAborted();
      this.#add(page.events);
      this.#after = page.cursor;
      atEnd = page.atEnd;
    }
  }

  #add(events: readonly EventRecord[]): void {
    for (const event of events) {
      // The log keeps the newest progress of each execution alone.
      if (event.cause === "progress_reported")
        this.#newest = this.#newest.filter(
          ({ cause, executionId }) => cause !== event.cause || executionId !== event.executionId,
        );
      this.#newest.push(event);
      if (this.#newest.length <= FEED_MAX) continue;
      const gone = this.#newest.splice(0, WINDOW);
      this.#marks.push(this.#before);
      this.#before = gone.at(-1)?.cursor ?? this.#before;
    }
  }

  /** Where the log was trimmed past the reading, it goes on with what is kept. */
  #met(thrown: unknown): void {
    if (!isTooOld(thrown)) {
      this.#trouble = thrown;
      return;
    }
    this.#notice =
      "The feed stood still for longer than events are kept: what came in between is gone, and it goes on with the oldest that is left.";
    this.#forget(String(thrown.details["oldest"] ?? "start"));
  }

  /** Begins again at a place of the log. */
  #forget(after: string): void {
    this.#newest = [];
    this.#marks = [];
    this.#leaveThePast();
    this.#before = after;
    this.#after = after;
  }

  #args(): ReadEventsArgs {
    const { stream, namespace, tag } = this.#filter;
    return {
      streams: stream === undefined ? CHANGES : [stream],
      ...(namespace !== undefined && { namespace }),
      ...(tag && { tag }),
    };
  }

  #turn(state: FeedState): void {
    this.#state = state;
    this.changed();
  }
}
