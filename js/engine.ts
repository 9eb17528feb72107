// The engine as an application sees it: every operation a documented method, all asynchronous, wherever it runs.

import { Parking } from "./calls/parking.js";
import { filesRead } from "./calls/reading.js";
import { given, type Send } from "./calls/send.js";
import { hostTimer, type Timer } from "./ground/alarm.js";
import { closedError, TidegateError } from "./ground/errors.js";
import type { AnyKinds } from "./ground/kinds.js";
import { hostPace, type Pace } from "./ground/pace.js";
import { within } from "./ground/sleep.js";
import { Gather } from "./lines/gather.js";
import type { Port, Reply } from "./lines/port.js";
import { Attempts } from "./operations/attempts.js";
import { type WatchOptions, watch } from "./operations/events.js";
import { Executions } from "./operations/executions.js";
import { Flows } from "./operations/flows.js";
import { Lanes } from "./operations/lanes.js";
import { Leases } from "./operations/leases.js";
import { Protocol } from "./operations/protocol.js";
import { Streams } from "./operations/streams.js";
import { Workers } from "./operations/workers.js";
import { type CompactOptions, type CompactProgress, compact } from "./storage/compact.js";
import { destroyDatabase } from "./storage/opfs.js";
import type { StorageReport } from "./storage/report.js";
import type {
  ClockReport,
  EventPage,
  EventRecord,
  ReadEventsArgs,
  StorageFigures,
  TickAnswer,
  Wakes,
} from "./types.generated.js";
import { Worker } from "./work/loop.js";
import type { Handlers, HandlersOf, WorkOptions } from "./work/options.js";

/** How long after a failed tick the next one is made, in ms. */
const AGAIN_MS = 1_000;

/** How long a close waits for workers to leave the registry, in ms; after that they are swept when their time is over. */
const LEAVE_MS = 500;

/** A clock that came back, and that the engine went back to. */
export interface AcceptedClock {
  /** By how much engine time went back, in ms. */
  byMs: number;
  /** Engine time, in Unix ms. */
  now: number;
}

/** What an engine has of its host. */
export interface Surroundings {
  /** The clock, in Unix ms; `Date.now` when left out. */
  now?: (() => number) | undefined;
  /** Hears of each accepted clock. */
  onClock?: ((accepted: AcceptedClock) => void) | undefined;
}

/** Hears of what a batch woke. */
type WakeListener = (wakes: Wakes) => void;

/** An engine; `K` has the kinds of its application, where `openEngine` was told them. */
export class Engine<K = AnyKinds> extends Attempts {
  /** Creating, reading, moving, replaying and cancelling executions. */
  readonly executions: Executions<K>;
  /** Submitting, building, reading, awaiting and cancelling flows: graphs of executions that depend on each other. */
  readonly flows: Flows<K>;
  /** Listing leases by their expiry, and taking them away. */
  readonly leases: Leases;
  /** Opening, closing and listing lanes. */
  readonly lanes: Lanes;
  /** Reading and following what attempts stream. */
  readonly streams: Streams;
  /** The worker registry. */
  readonly workers: Workers;
  /** What only a separate scheduler needs. */
  readonly protocol: Protocol;
  readonly #port: Port;
  readonly #gather: Gather;
  readonly #parking: Parking;
  readonly #timer: Timer;
  readonly #now: () => number;
  readonly #onClock: Surroundings["onClock"];
  readonly #listeners = new Set<WakeListener>();
  readonly #workers = new Set<Worker>();
  /** Set once a close has begun: later calls are refused, while workers may still be leaving the registry. */
  #closed: Promise<void> | undefined;

  /** Use `openEngine`. */
  constructor(port: Port, timer?: Timer, pace?: Pace, { now = Date.now, onClock }: Surroundings = {}) {
    const send: Send = (op, args, extra) => this.#call(op, args, extra);
    const parking = new Parking(pace ?? hostPace((ms, signal) => port.sleep(ms, signal)));
    super(send, parking);
    this.#port = port;
    this.#timer = timer ?? hostTimer(now);
    this.#now = now;
    this.#onClock = onClock;
    this.#parking = parking;
    this.#gather = new Gather(port, {
      replied: (reply) => this.#heard(reply),
      shaken: () => {
        // What the batch that met it woke was never told.
        parking.wakeAll();
        void this.#ring();
      },
      ended: (error) => this.end(error),
    });
    this.executions = new Executions(send, parking, port);
    this.flows = new Flows(send, parking);
    this.leases = new Leases(send);
    this.lanes = new Lanes(send);
    this.streams = new Streams(send, parking, port);
    this.workers = new Workers(send);
    this.protocol = new Protocol(send);
  }

  /** Where the state is kept, and how well; its figures are those of the open or of the last `measureStorage`. */
  get storage(): StorageReport {
    return this.#port.storage;
  }

  /** Asks again how much is used and may be used, and what could be freed. */
  async measureStorage(): Promise<StorageReport> {
    return this.#port.measure((await this.#call("inspect_storage", {})) as StorageFigures);
  }

  /**
   * Deletes what is past its retention and gives the room of what was deleted back, so that the database becomes smaller.
   * Calls go on meanwhile.
   */
  compact(options: CompactOptions = {}): Promise<CompactProgress> {
    return compact(this, this.#port, given("options", options));
  }

  /** The whole database as one self-contained SQLite file; `openEngine({ import })` takes it. */
  export(): Promise<Uint8Array> {
    return this.#open() ?? this.#port.exportFile();
  }

  /** Closes the engine and deletes its database. */
  async destroy(): Promise<void> {
    const { kind, name } = this.storage;
    await this.close();
    if (kind === "opfs" && name !== null) await destroyDatabase({ name });
  }

  /** What ended the engine, if anything did: it was closed, it panicked in memory, or its database is damaged. */
  get over(): unknown {
    return this.#gather.over;
  }

  /** Whether a batch is under way. */
  get busy(): boolean {
    return this.#gather.busy;
  }

  /** Ends the engine with an error, which every later call gets. */
  end(error: TidegateError): void {
    this.#gather.end(error);
    this.#timer.set(null, () => {});
    this.#parking.wakeAll();
    for (const worker of this.#workers) worker.end();
  }

  /**
   * Watches the log: every event after `after`, then those that come, in order, each once; all phase changes, or the
   * streams asked for, as far as the filter lets them through. Without `after` it begins with this call; each event's
   * `cursor` resumes after it. For one reader, which may be as slow as it likes; `break` and the signal end it, the
   * signal with its reason. Throws what reading throws: `engine.closed` once the engine is closed, `state.cursor_too_old` when
   * the log was trimmed past the reader.
   */
  events(options: WatchOptions = {}): AsyncIterableIterator<EventRecord> {
    const { reopens } = this.#port;
    return watch(given("options", options), { read: (args) => this.readEvents(args), parking: this.#parking, reopens });
  }

  /** A page of the event log: all phase changes, or the streams asked for, as far as the filter lets them through. */
  async readEvents(args: ReadEventsArgs = {}): Promise<EventPage> {
    return (await this.#call("read_events", given("options", args))) as EventPage;
  }

  /**
   * Works on lanes until stopped: claims up to `concurrency` executions, runs the handler of their kind, renews their
   * leases, completes them with what the handler returns and fails them with what it throws.
   */
  work(options: WorkOptions, handlers: HandlersOf<K>): Worker {
    const worker = new Worker(this, options, handlers as Handlers, {
      listen: (listener) => this.#listen(listener),
      claim: (args, ask) => this.claimAsking(args, ask),
      pace: this.#parking.pace,
    });
    this.#workers.add(worker);
    // A close waits for those that are leaving, too.
    void worker.stopped.then(() => worker.left()).then(() => this.#workers.delete(worker));
    return worker;
  }

  /** Applies what is due now. The alarm does this by itself; a host without timers calls it when it is woken. */
  async tick(): Promise<TickAnswer> {
    const answer = await (this.#open() ?? this.#port.tick());
    this.#heard({ answers: [], ...answer });
    return answer;
  }

  /** Engine time beside the host's clock. */
  clock(): Promise<ClockReport> {
    return this.#open() ?? this.#port.clock();
  }

  /**
   * After the host's clock was put back: has engine time go back to it, and what lies ahead with it. Answers by how much, in
   * ms. An engine that follows its clock does so by itself.
   */
  async acceptClock(): Promise<number> {
    const movedMs = await (this.#open() ?? this.#port.acceptClock());
    // Sets the alarm anew and wakes whom it gave something to do.
    await this.tick();
    return movedMs;
  }

  /** Stops the workers without waiting for their handlers, and closes the engine. Later calls are refused. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const workers = [...this.#workers];
    // They ask to leave at once, before this close counts as begun; only the answers are waited for.
    for (const worker of workers) worker.end();
    this.#timer.set(null, () => {});
    await within(LEAVE_MS, Promise.all(workers.map((worker) => worker.left())));
    this.#gather.end(closedError());
    this.#timer.close?.();
    this.#parking.wakeAll();
    await this.#port.close();
  }

  #call(op: string, args: object, { requestId }: { requestId?: string | undefined } = {}): Promise<unknown> {
    const members = args as Record<string, unknown>;
    const call = { op, args: members, ...(requestId !== undefined && { requestId }) };
    return this.#open() ?? this.#gather.call(call, filesRead(op, members));
  }

  /** What a call gets instead of an answer, once the engine has ended or its close has begun. */
  #open(): Promise<never> | undefined {
    const over = this.over ?? (this.#closed && closedError());
    return over === undefined ? undefined : Promise.reject(over);
  }

  #listen(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #heard({ wakes, nextDueAt, acceptedMs, now }: Reply): void {
    const ticking = this.over === undefined && this.#closed === undefined;
    this.#timer.set(ticking ? nextDueAt : null, () => void this.#ring());
    this.#parking.wake(wakes);
    for (const listener of this.#listeners) listener(wakes);
    if (acceptedMs !== undefined) this.#tellClock({ byMs: acceptedMs, now });
  }

  #tellClock(accepted: AcceptedClock): void {
    try {
      this.#onClock?.(accepted);
    } catch (thrown) {
      console.error("tidegate: onClock threw", thrown);
    }
  }

  /**
   * The alarm rang, or the engine was opened again: apply what is due, again while there is more. What goes wrong is
   * told by the next call, and tried again in a moment.
   */
  async #ring(): Promise<void> {
    try {
      // Between two ticks those who were woken ask first.
      while ((await this.tick()).more) await new Promise((resolve) => setTimeout(resolve));
    } catch (thrown) {
      const ended = thrown instanceof TidegateError && thrown.category === "engine" && !this.#port.reopens;
      if (ended) this.end(thrown);
      if (this.over === undefined) this.#timer.set(this.#now() + AGAIN_MS, () => void this.#ring());
      this.#parking.wakeAll();
    }
  }
}
