// How often everything occurred that a run has to meet: a run in which one thing never did has shown nothing about it.

export class Occurrences {
  /** @type {Map<string, number>} */
  counts = new Map();

  /** @param {string} what @param {number} [times] */
  add(what, times = 1) {
    if (times > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** @param {Iterable<[string, number]>} counts */
  join(counts) {
    for (const [what, times] of counts) this.add(what, times);
  }

  /** @param {string[]} expected */
  missing(expected) {
    return expected.filter((what) => !this.counts.has(what));
  }

  /** A line for each, in the order of their names. */
  lines() {
    return [...this.counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([what, times]) => `${times} ${what}`);
  }
}
