// Hearing of aborts: one listener for each signal, however many wait for it. Hosts warn of a leak when a signal has more
// than ten, and a worker of many slots waits in all of them for the same one.

interface Heard {
  all: Set<() => void>;
  end(): void;
}

const heard = new WeakMap<AbortSignal, Heard>();

/** Calls once when the signal aborts, which it has not yet; answers how to stop hearing. */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (signal === undefined) return () => {};
  const calls = heard.get(signal) ?? listened(signal);
  // The same function may wait more than once.
  const own = () => call();
  calls.all.add(own);
  return () => {
    if (calls.all.delete(own) && calls.all.size === 0) calls.end();
  };
}

function listened(signal: AbortSignal): Heard {
  const all = new Set<() => void>();
  const ring = () => {
    for (const call of [...all]) call();
  };
  const end = () => {
    signal.removeEventListener("abort", ring);
    heard.delete(signal);
  };
  signal.addEventListener("abort", ring, { once: true });
  const calls = { all, end };
  heard.set(signal, calls);
  return calls;
}
