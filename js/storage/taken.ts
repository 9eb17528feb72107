// Files that another holds: waiting until they are free.

import { TidegateError } from "../ground/errors.js";

/** How long files are waited for where nobody says, in ms. */
export const WAIT_MS = 1_000;

/** The rest between two tries to take files that another holds, in ms. */
const TRY_MS = 20;

/**
 * Tries for so many ms for as long as another holds the files: a page that was just reloaded, and a worker that was ended,
 * let go of theirs a moment later.
 */
export async function untilFree<T>(waitMs: number, take: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + waitMs; ; ) {
    try {
      return await take();
    } catch (thrown) {
      const taken = thrown instanceof TidegateError && thrown.code === "storage.taken";
      if (!taken || performance.now() >= until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
  }
}
