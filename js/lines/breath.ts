// Letting the event loop go on. An engine in this thread answers without a task passing, so calls that each wait for the
// one before would keep out timers, events and paints for as long as there is work.

/** How long calls may follow each other before everybody else has a turn, in ms. */
const TASK_MS = 5;

/** Calls once in a later task, in time for others to have had their turn. */
type Post = (call: () => void) => void;

export class Breath {
  /** Since when no other task was seen, by the host's steady clock. */
  #since: number | undefined;

  /** Whether this task takes too long already. */
  get due(): boolean {
    if (post === undefined) post = chosen();
    if (post === null) return false;
    if (this.#since !== undefined) return performance.now() - this.#since >= TASK_MS;
    this.#since = performance.now();
    post(() => (this.#since = undefined));
    return false;
  }

  /** Resolves in a later task. */
  taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#since = undefined;
      post?.(resolve);
    });
  }
}

let post: Post | null | undefined;

/** The fastest way to a later task that lets timers ring in between; null where nothing is kept out. */
function chosen(): Post | null {
  const { setImmediate: immediate, WebSocketPair: edge } = globalThis as {
    setImmediate?: Post;
    WebSocketPair?: object;
  };
  // The clock of workerd stands still while code runs, and a task of one request may never come for another.
  if (edge !== undefined) return null;
  if (immediate !== undefined) return (call) => immediate(call);
  // An open channel keeps other hosts than browsers alive.
  const browser = "document" in globalThis || "WorkerNavigator" in globalThis;
  if (!browser || "Deno" in globalThis) return (call) => setTimeout(call);
  const { port1, port2 } = new MessageChannel();
  const calls: (() => void)[] = [];
  port1.onmessage = () => calls.shift()?.();
  return (call) => {
    calls.push(call);
    port2.postMessage(null);
  };
}
