// What the page asks before it acts. One question at a time, as a dialog shows it.

import { Observable } from "../ground/observable.js";

export interface Question {
  readonly heading: string;
  /** What will happen. */
  readonly text: string;
  /** What is to be chosen, the first unless another is. */
  readonly choice?: { readonly label: string; readonly options: readonly Option[] };
  /** What is asked for beside a yes. */
  readonly field?: { readonly label: string; readonly value: string; readonly numberMax?: number };
  /** The names of the two ways out. */
  readonly yes: string;
  readonly no: string;
  readonly isDanger: boolean;
  /** Does it with what the field holds and what was chosen; what it throws is shown, and the question stays. */
  readonly act: (value: string, chosen: string) => Promise<void>;
}

/** One of several ways. */
export interface Option {
  readonly value: string;
  readonly name: string;
  readonly about: string;
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
