// The head of the page: what this is, and the state of the engine.

import type { Session } from "../state/session.js";
import type { Shop } from "../state/shop.js";
import { StoragePanel } from "./storage/panel.js";

interface MastheadProps {
  readonly session?: Session;
  readonly shop?: Shop;
  readonly isOpening?: boolean;
}

export function Masthead({ session, shop, isOpening = false }: MastheadProps) {
  return (
    <header class="masthead">
      <div class="masthead-inner">
        <div>
          <p class="wordmark">
            <Logo />
            Tidegate
          </p>
          <h1>A print shop that lives in this tab</h1>
          <p class="lead">
            Every order is a durable execution in a database inside your browser. Reload the page, or kill the tab in
            mid-work: once you are back, what was under way goes on at once.
          </p>
        </div>
        {session && shop && <StoragePanel session={session} shop={shop} />}
        {isOpening && <div class="storage-panel placeholder" />}
      </div>
      <Waves />
    </header>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <path d="M8 6v15M24 6v15M8 9h16" class="logo-gate" />
      <path d="M3 24c3.2-3 6.4-3 8.7 0s5.5 3 8.6 0 5.5-3 8.7 0" class="logo-tide" />
    </svg>
  );
}

function Waves() {
  return (
    <div class="waves" aria-hidden="true">
      <svg class="wave back" viewBox="0 0 2400 60" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path d="M0 34q150-34 300 0t300 0 300 0 300 0 300 0 300 0 300 0 300 0v26H0z" />
      </svg>
      <svg class="wave front" viewBox="0 0 2400 60" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path d="M0 42q100-22 200 0t200 0 200 0 200 0 200 0 200 0 200 0 200 0 200 0 200 0 200 0 200 0v18H0z" />
      </svg>
    </div>
  );
}
