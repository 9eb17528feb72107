// The one engine of the page, from opening to closing, and what is shown while there is none.

import { destroyDatabase } from "tidegate";
import { Observable } from "./ground/observable.js";
import { Shop } from "./shop.js";
import type { Address } from "./storage/address.js";
import { openStorage } from "./storage/database.js";

export type SessionState =
  | { readonly phase: "opening" }
  | { readonly phase: "refused"; readonly error: unknown }
  | { readonly phase: "open"; readonly shop: Shop }
  | { readonly phase: "lost"; readonly error: unknown };

export class Session extends Observable {
  #address: Address;
  #state: SessionState = { phase: "opening" };
  /** Resolves when a lost engine has let go of its database. */
  #letGo: Promise<void> = Promise.resolve();

  constructor(address: Address) {
    super();
    this.#address = address;
  }

  /** What is open, or was last tried. */
  get address(): Address {
    return this.#address;
  }

  get state(): SessionState {
    return this.#state;
  }

  async open(): Promise<void> {
    this.#turn({ phase: "opening" });
    try {
      await this.#letGo;
      const engine = await openStorage(this.#address);
      const shop = await Shop.begin(engine, (error) => this.#lose(error));
      this.#turn({ phase: "open", shop });
    } catch (error) {
      this.#turn({ phase: "refused", error });
    }
  }

  /** Only when the visitor asks for it: nothing survives there. */
  openInMemory(): Promise<void> {
    this.#address = { ...this.#address, storage: "memory" };
    return this.open();
  }

  /** Deletes the database, open or not, and begins with a new one. */
  async startOver(): Promise<void> {
    const before = this.#state;
    this.#turn({ phase: "opening" });
    try {
      await this.#letGo;
      if (before.phase === "open") await before.shop.destroy();
      else await destroyDatabase({ name: this.#address.name });
    } catch (error) {
      return this.#turn({ phase: "refused", error });
    }
    await this.open();
  }

  #lose(error: unknown): void {
    if (this.#state.phase !== "open") return;
    // A lost engine answers nothing: what closing it says does not matter.
    this.#letGo = this.#state.shop.close().catch(() => {});
    this.#turn({ phase: "lost", error });
  }

  #turn(state: SessionState): void {
    this.#state = state;
    this.changed();
  }
}
