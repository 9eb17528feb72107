// The page: what its session allows to be shown.

import { useEffect, useMemo } from "preact/hooks";
import { useChanges } from "../state/ground/observable.js";
import { Session, type SessionState } from "../state/session.js";
import type { Address, AddressReading } from "../state/storage/address.js";
import { Desk } from "./desk.js";
import { Footer } from "./footer.js";
import { Alert } from "./ground/alert.js";
import { headingOfMain, useKeptFocus } from "./ground/focus.js";
import { Masthead } from "./masthead.js";
import { Refusal } from "./storage/refusal.js";

export function Page({ reading }: { reading: AddressReading }) {
  if ("address" in reading) return <OpenPage address={reading.address} />;
  return (
    <>
      <Masthead />
      <main class="sheet" data-ready="false">
        <Alert heading="This address cannot be opened" code="address">
          <p>{reading.problem}</p>
          <p>
            <a class="button primary" href={location.pathname}>
              Open the page without it
            </a>
          </p>
        </Alert>
      </main>
      <Footer />
    </>
  );
}

function OpenPage({ address }: { address: Address }) {
  const session = useMemo(() => new Session(address), [address]);
  useChanges(session);
  useKeptFocus(headingOfMain);
  useEffect(() => void session.open(), [session]);
  const { state } = session;
  const isOpen = state.phase === "open";
  return (
    <>
      <a class="skip" href="#main">
        Skip to the work
      </a>
      <Masthead isOpening={state.phase === "opening"} {...(isOpen && { session, shop: state.shop })} />
      <Main session={session} state={state} />
      <Footer />
    </>
  );
}

function Main({ session, state }: { session: Session; state: SessionState }) {
  if (state.phase === "open") return <Desk shop={state.shop} />;
  return (
    <main id="main" class="sheet" data-ready="false">
      {state.phase === "opening" ? (
        <p class="opening" role="status" tabIndex={-1}>
          Opening the database…
        </p>
      ) : (
        <Refusal session={session} error={state.error} />
      )}
    </main>
  );
}
