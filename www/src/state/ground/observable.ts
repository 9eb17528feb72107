// What changes and can be watched, and the hook with which a view watches it.

import { useEffect, useReducer } from "preact/hooks";

/** Changes within so many ms are drawn together. */
const GATHER_MS = 100;

export class Observable {
  readonly #watchers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  protected changed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const watcher of this.#watchers) watcher();
  }

  /** As `changed`, a moment later, for changes that come one upon the other. */
  protected changedSoon(): void {
    this.#timer ??= setTimeout(() => this.changed(), GATHER_MS);
  }
}

/** Draws the calling component anew whenever the watched changes. */
export function useChanges(watched: Observable): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => watched.watch(() => redraw(undefined as never)), [watched]);
}
