// Images of a crash: what the files may be when power is lost at some place in the log. What was flushed stays, file by
// file; of what came after, a policy says what is there.

import { Bytes } from "./bytes.mjs";

/** @typedef {() => number} Chance from 0 to 1 */
/** @typedef {import("./log.mjs").Entry} Entry */
/** @typedef {import("./log.mjs").Change} Change */

/**
 * The disk: how many bytes it writes whole, whether a write that loses power spoils what lies beside it in its sectors
 * (`powersafe` is that it does not), and whether it lies about having flushed.
 * @typedef {{ sector: number, powersafe: boolean, lies?: boolean }} Disk
 */

/** @type {Disk} */
export const HONEST = { sector: 512, powersafe: true };

/** @typedef {{ path: string, content: Bytes }} Left a file after the crash */
/** @typedef {{ files: Left[], pending: number, torn: number, spoiled: number }} Image */

/**
 * How much of each change that was not flushed is there: all of it (1), nothing (0), or each sector with this chance.
 * @type {Record<string, (changes: number, chance: Chance) => number[]>}
 */
const SHARES = {
  /** Nothing more than was flushed. */
  none: (changes) => Array(changes).fill(0),
  /** Everything, as when the worker or the browser ends, not the power. */
  all: (changes) => Array(changes).fill(1),
  random: (changes, chance) => Array(changes).fill(chance()),
  /** The first changes, the last of them torn. */
  prefix: (changes, chance) => around(changes, chance, [1, chance(), 0]),
  /** The later changes alone. */
  suffix: (changes, chance) => around(changes, chance, [0, 1, 1]),
  /** All but one, of which parts are there. */
  "drop-one": (changes, chance) => around(changes, chance, [1, 0.5, 1]),
};

export const POLICIES = Object.keys(SHARES);

/**
 * Shares before a change that chance chooses, of it, and after it.
 * @param {number} changes @param {Chance} chance @param {[number, number, number]} shares
 */
function around(changes, chance, [before, at, after]) {
  const chosen = Math.floor(chance() * changes);
  return Array.from({ length: changes }, (_, index) => (index < chosen ? before : index === chosen ? at : after));
}

/** A log up to a place, and the images of a crash there. */
export class Replay {
  /** @type {Map<number, { path: string, flushed: Bytes, pending: Change[] }>} */
  #files = new Map();
  #entries;
  #disk;
  #at = 0;

  /** @param {Entry[]} entries @param {Disk} [disk] */
  constructor(entries, disk = HONEST) {
    this.#entries = entries;
    this.#disk = disk;
  }

  /** Goes on to a place, which may be no earlier one. @param {number} place */
  advance(place) {
    for (; this.#at < place; this.#at += 1) {
      const entry = this.#entries[this.#at];
      if (entry !== undefined && "file" in entry) this.#apply(entry);
    }
  }

  /** @param {import("./log.mjs").Deed} deed */
  #apply(deed) {
    if (deed.did === "create") {
      this.#files.set(deed.file, { path: deed.path, flushed: new Bytes(), pending: [] });
      return;
    }
    const file = this.#files.get(deed.file);
    if (file === undefined) throw new Error(`the log does not say where file ${deed.file} comes from`);
    if (deed.did !== "flush") file.pending.push(deed);
    else if (!this.#disk.lies) for (const change of file.pending.splice(0)) whole(file.flushed, change);
  }

  /**
   * What is left by a crash here.
   * @param {string} policy @param {Chance} chance
   * @returns {Image}
   */
  image(policy, chance) {
    const image = { files: /** @type {Left[]} */ ([]), pending: 0, torn: 0, spoiled: 0 };
    for (const { path, flushed, pending } of this.#files.values()) {
      const content = flushed.copy();
      const shares = SHARES[policy]?.(pending.length, chance) ?? [];
      for (const [index, change] of pending.entries()) {
        const outcome = partly(content, change, shares[index] ?? 0, this.#disk, chance);
        image.torn += outcome.torn ? 1 : 0;
        image.spoiled += outcome.spoiled;
      }
      image.files.push({ path, content });
      image.pending += pending.length;
    }
    return image;
  }
}

/** @param {Bytes} content @param {Change} change */
function whole(content, change) {
  if (change.did === "write") content.write(change.bytes, change.at);
  else content.resize(change.size);
}

/**
 * Applies a change as far as its share says; tells whether it was torn and how many sectors that spoiled.
 * @param {Bytes} content @param {Change} change @param {number} share @param {Disk} disk @param {Chance} chance
 */
function partly(content, change, share, disk, chance) {
  if (change.did === "truncate" || share === 0 || share === 1) {
    if (chance() < share) whole(content, change);
    return { torn: false, spoiled: 0 };
  }
  const { at, bytes } = change;
  const end = at + bytes.length;
  let kept = 0;
  for (let from = at; from < end; ) {
    const next = Math.min(end, (Math.floor(from / disk.sector) + 1) * disk.sector);
    if (chance() < share) {
      content.write(bytes.subarray(from - at, next - at), from);
      kept += next - from;
    }
    from = next;
  }
  if (kept === bytes.length) return { torn: false, spoiled: 0 };
  return { torn: true, spoiled: disk.powersafe ? 0 : spoil(content, at, end, disk.sector, chance) };
}

/**
 * Fills what lies in the first and the last sector of a torn write with garbage, as far as the write did not reach there.
 * @param {Bytes} content @param {number} at @param {number} end @param {number} sector @param {Chance} chance
 */
function spoil(content, at, end, sector, chance) {
  const before = [Math.floor(at / sector) * sector, at];
  const after = [end, Math.min(Math.ceil(end / sector) * sector, content.size)];
  let spoiled = 0;
  for (const [from = 0, to = 0] of [before, after]) {
    if (to <= from) continue;
    content.write(
      Uint8Array.from({ length: to - from }, () => Math.floor(chance() * 256)),
      from,
    );
    spoiled += 1;
  }
  return spoiled;
}
