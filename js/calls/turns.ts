// The turns of parked claims. What became claimable gives a turn to as many parked claims as it can serve, first come
// first served, and to none that could not take it.
//
// Invariant: whenever a parked claim could take something, a claim that could take it too has a turn for it, or is asking
// right now and asks again. So a turn ends only where it is shown to be used up: its claim asked after it was given and
// took just that, or found nothing at all, which nobody who waits for the same could find either. Whoever took something
// else, took what may not be it, gave up or failed passes the turn on.

import type { RouteWake, Wakes } from "../types.generated.js";

/** What a claim can take. */
export interface Wish {
  readonly lanes: readonly string[];
  readonly kinds?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
}

/** What was taken. */
export interface Taken {
  readonly lane: string;
  readonly kind: string;
}

/** What a turn is for: null for whatever stands in a lane that was opened, which all of its claims ask for. */
type Turn = RouteWake | null;

/** One parked claim. */
export class Waiter {
  readonly lanes: ReadonlySet<string>;
  readonly #kinds: ReadonlySet<string> | undefined;
  readonly #offered: ReadonlySet<string>;
  readonly #wake: () => void;
  /** Given since it began to ask the last time. */
  turn: Turn | undefined;
  /** Given before that, and not used up yet. */
  #asking: Turn | undefined;

  constructor({ lanes, kinds, capabilities }: Wish, wake: () => void) {
    this.lanes = new Set(lanes);
    this.#kinds = kinds && new Set(kinds);
    this.#offered = new Set(capabilities);
    this.#wake = wake;
  }

  /** Whether it could take what stands on a route. */
  covers({ lane, kind, required }: RouteWake): boolean {
    if (!this.lanes.has(lane) || this.#kinds?.has(kind) === false) return false;
    return required === undefined || required.every((token) => this.#offered.has(token));
  }

  give(turn: Turn): void {
    this.turn = turn;
    this.#wake();
  }

  /** Asks with the turn that it has. Where there is nothing, nobody else would find anything for this turn. */
  async ask<T>(attempt: () => Promise<T | null>): Promise<T | null> {
    this.#asking = this.turn;
    this.turn = undefined;
    const found = await attempt();
    if (found === null) this.#asking = undefined;
    return found;
  }

  /** The turns that are to be passed on by one that took this, or nothing. */
  left(taken: Taken | null): RouteWake[] {
    const asking = taken !== null && this.#used(taken) ? null : this.#asking;
    return [asking, this.turn].filter((turn) => turn != null);
  }

  /** Whether what it took is surely what its turn was for: of one kind there may be some that require something else. */
  #used({ lane, kind }: Taken): boolean {
    return this.#asking?.lane === lane && this.#asking.kind === kind && this.#offered.size === 0;
  }
}

export class Turns {
  /** Parked claims of each lane, in the order in which they came. */
  readonly #lanes = new Map<string, Set<Waiter>>();

  park(waiter: Waiter): void {
    for (const lane of waiter.lanes) {
      const waiters = this.#lanes.get(lane);
      if (waiters) waiters.add(waiter);
      else this.#lanes.set(lane, new Set([waiter]));
    }
  }

  /** It waits no longer; turns that it did not use are passed on. */
  leave(waiter: Waiter, taken: Taken | null): void {
    for (const lane of waiter.lanes) {
      const waiters = this.#lanes.get(lane);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#lanes.delete(lane);
    }
    for (const route of waiter.left(taken)) this.#give(route, 1);
  }

  wake({ lanes, opened }: Pick<Wakes, "lanes" | "opened">): void {
    for (const route of lanes) this.#give(route, route.count);
    for (const lane of opened)
      for (const waiter of this.#lanes.get(lane) ?? []) if (waiter.turn === undefined) waiter.give(null);
  }

  /** Everybody asks, as when it is not known what was woken. */
  wakeAll(): void {
    for (const waiters of this.#lanes.values()) for (const waiter of waiters) waiter.give(waiter.turn ?? null);
  }

  #give(route: RouteWake, count: number): void {
    let left = count;
    for (const waiter of this.#lanes.get(route.lane) ?? []) {
      if (left === 0) return;
      if (waiter.turn || !waiter.covers(route)) continue;
      left -= 1;
      waiter.give(route);
    }
  }
}
