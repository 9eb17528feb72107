// Iterables over what is still to come: pulled one item at a time, and freed at once by a break, by `return()` or by a
// signal. Between two items nothing is registered anywhere.

import { onAbort } from "../ground/aborts.js";
import { TidegateError } from "../ground/errors.js";

/** Makes an iterator of a generator whose waits end with the signal that it is given. */
export function freed<T>(
  items: (signal: AbortSignal) => AsyncGenerator<T, void>,
  outer: AbortSignal | undefined,
): AsyncIterableIterator<T, void> {
  const stop = new AbortController();
  const inner = items(stop.signal);
  let done = false;
  const end = (): IteratorReturnResult<void> => ({ done: true, value: undefined });
  return {
    async next() {
      outer?.throwIfAborted();
      const deaf = onAbort(outer, () => stop.abort(outer?.reason));
      try {
        return done ? end() : await inner.next();
      } catch (thrown) {
        // It was returned while its next item was awaited.
        if (done) return end();
        throw thrown;
      } finally {
        deaf();
      }
    },
    async return() {
      done = true;
      stop.abort();
      await inner.return();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Makes a call, and once more where the engine panicked and opens itself again: it goes on where it was. */
export async function unshaken<T>(reopens: boolean, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (!reopens || !(thrown instanceof TidegateError && thrown.code === "engine.poisoned")) throw thrown;
    return call();
  }
}
