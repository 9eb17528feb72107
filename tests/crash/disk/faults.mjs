// Faults on order: what the next operations on files do instead of what they are asked for.

/** @typedef {"write" | "truncate" | "flush"} Operation */
/** @typedef {"short write" | "quota" | "flush that took effect" | "flush that did not" | "invalid handle"} Fault */

/** The operations that a fault meets. @type {Record<Fault, Operation[]>} */
const MEETS = {
  "short write": ["write"],
  quota: ["write", "truncate"],
  "flush that took effect": ["flush"],
  "flush that did not": ["flush"],
  "invalid handle": ["write", "truncate", "flush"],
};

export const FAULTS = /** @type {Fault[]} */ (Object.keys(MEETS));

/** Those that last for as long as they are ordered: a storage is not full for one write alone. */
const LASTING = ["quota"];

/** One order: this fault, once so many operations that it could meet have gone well. */
export class Order {
  /** How often it came to that. */
  struck = 0;
  /** The operation that it met last. @type {Operation | undefined} */
  met;
  /** Where in the log. */
  place = 0;
  #left;

  /** @param {Fault} fault @param {number} after how many go well @param {number} [share] how much a short write writes */
  constructor(fault, after, share = 0.5) {
    this.fault = fault;
    this.share = share;
    this.#left = after;
  }

  /**
   * Whether it meets this operation, at this place in the log.
   * @param {Operation} operation @param {number} [place]
   */
  meets(operation, place = 0) {
    if (!MEETS[this.fault].includes(operation)) return false;
    if (this.#left > 0) {
      this.#left -= 1;
      return false;
    }
    if (this.struck > 0 && !LASTING.includes(this.fault)) return false;
    this.struck += 1;
    this.met = operation;
    this.place = place;
    return true;
  }
}

/**
 * What a handle throws.
 * @param {"QuotaExceededError" | "InvalidStateError" | "NotFoundError" | "NoModificationAllowedError"} name
 */
export const refusal = (name) => new DOMException(`the disk says ${name}`, name);
