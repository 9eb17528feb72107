// The alarm: one timer for the next instant at which time itself acts. Late is harmless, the engine catches up.

import { DELAY_MS_MAX } from "./sleep.js";

/** What an alarm needs of the host; `setTimeout`, a Durable Object's alarm and a test's hand all fit. */
export interface Timer {
  /** Calls `ring` once at `at` (Unix ms) or soon after; replaces an earlier setting. Null clears it. */
  set(at: number | null, ring: () => void): void;
  /** Gives back what it holds of the host; called once, when its engine is closed. */
  close?(): void;
}

/** Events after which a sleeping page's timers may have been held back. */
const WAKING = ["visibilitychange", "pageshow", "resume", "online"] as const;

/** How far a clock is put back at least that the timer rings for, in ms: the engine may follow it. */
const BACK_MS = 1_000;

/** Calls whenever a page wakes up, until the signal aborts; never where there is no page. */
export function onWaking(call: () => void, signal: AbortSignal): void {
  if (typeof document === "undefined") return;
  for (const name of WAKING) {
    const target = name === "visibilitychange" || name === "resume" ? document : globalThis;
    target.addEventListener(name, call, { signal });
  }
}

/** A timer over `setTimeout` that rings at once when a page wakes up. Never keeps a process alive. */
export function hostTimer(now: () => number): Timer {
  let handle: ReturnType<typeof setTimeout> | undefined;
  /** When the timer goes off, and when it should: later is left, it is then set again. Each batch brings a new instant. */
  let [armed, wanted] = [0, 0];
  let ringNow: (() => void) | undefined;
  const closed = new AbortController();
  onWaking(() => ringNow?.(), closed.signal);
  const disarm = () => {
    clearTimeout(handle);
    handle = undefined;
  };
  const arm = () => {
    disarm();
    const begun = now();
    armed = Math.min(Math.max(wanted, begun), begun + DELAY_MS_MAX);
    handle = setTimeout(goOff, armed - begun);
    letGo(handle);
  };
  const goOff = () => {
    handle = undefined;
    const ended = now();
    if (wanted > ended && armed - ended <= BACK_MS) arm();
    else ringNow?.();
  };
  return {
    set(at, ring) {
      ringNow = at === null ? undefined : ring;
      if (at === null) return disarm();
      wanted = at;
      if (handle === undefined || at < armed) arm();
    },
    close() {
      disarm();
      ringNow = undefined;
      closed.abort();
    },
  };
}

/** Node and Deno: waiting for a due instant alone is no reason to stay. */
function letGo(handle: ReturnType<typeof setTimeout> | number): void {
  const { Deno } = globalThis as { Deno?: { unrefTimer?(id: number): void } };
  if (typeof handle === "number") Deno?.unrefTimer?.(handle);
  else if ("unref" in handle) handle.unref();
}
