// What somebody meant who wrote a name a little wrong.

/** How many letters may be wrong. */
const WRONG_MAX = 2;

/** The one of the names in a limit that differs the least from the last of a path, if it differs little. */
export function meantBy(path: string, limit: string): string | undefined {
  const name = path.replace(/^.*\./, "").toLowerCase();
  const wrong = (word: string) => distance(name, word.toLowerCase());
  const names = Array.from(limit.matchAll(/`(\w+)`/g), ([, word]) => String(word));
  const [nearest] = names.sort((one, other) => wrong(one) - wrong(other));
  return nearest !== undefined && wrong(nearest) <= Math.min(WRONG_MAX, name.length - 1) ? nearest : undefined;
}

/** How many letters must be put in, left out or changed to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (let place = 0; place < other.length; place++) {
      const changed = Number(row[place]) + (letter === other[place] ? 0 : 1);
      next.push(Math.min(changed, Number(row[place + 1]) + 1, Number(next[place]) + 1));
    }
    row = next;
  }
  return Number(row[other.length]);
}
