// What tests leave in their pages.

import type { ClaimedExecution } from "../../../dist/js/index.js";
import type * as Client from "./client.mjs";

declare global {
  interface Window {
    client: typeof Client;
    /** An engine that a test leaves open. */
    engine?: Client.Engine;
    /** What a test left under way. */
    claims?: ClaimedExecution[];
    /** Tells an answer to the test. */
    answered?: (answer: { created?: string; completed?: [string, number, string] }) => Promise<void>;
    Worker: typeof Worker;
  }
}
