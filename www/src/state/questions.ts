// What the page asks before it acts. One question at a time, as a dialog shows it.

import { Observable } from "./observable.js";

export interface Question {
  readonly heading: string;
  /** What will happen. */
  readonly text: string;
  /** What is asked for beside a yes. */
  readonly field: { readonly label: string; readonly value: string; readonly numberMax?: number };
  /** The names of the two ways out. */
  readonly yes: string;
  readonly no: string;
  readonly isDanger: boolean;
  /** Does it with what the field holds; what it throws is shown, and the question stays. */
  readonly act: (value: string) => Promise<void>;
}

export class Questions extends Observable {
  #open: Question | undefined;

  get open(): Question | undefined {
    return this.#open;
  }

  ask(question: Question): void {
    this.#open = question;
    this.changed();
  }

  /** Takes the question away. */
  drop(): void {
    this.#open = undefined;
    this.changed();
  }
}
