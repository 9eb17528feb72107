// What changes and can be watched, and the hook with which a view watches it.

import { useEffect, useReducer } from "preact/hooks";

export class Observable {
  readonly #watchers = new Set<() => void>();

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  protected changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Draws the calling component anew whenever the watched changes. */
export function useChanges(watched: Observable): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => watched.watch(() => redraw(undefined as never)), [watched]);
}
