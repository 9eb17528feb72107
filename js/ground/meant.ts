// What somebody meant who wrote a name a little wrong.

/** The one of the names in a limit that differs the least from the last of a path, if it does by two letters at most. */
export function meantBy(path: string, limit: string): string | undefined {
  const name = path.replace(/^.*\./, "").toLowerCase();
  const names = Array.from(limit.matchAll(/`(\w+)`/g), ([, word]) => String(word));
  const within = (wrong: number) => names.find((word) => isNear(name, word.toLowerCase(), wrong));
  return within(0) ?? (name.length > 1 ? within(1) : undefined) ?? (name.length > 2 ? within(2) : undefined);
}

/** Whether one word is the other with at most so many letters put in, left out or changed. */
function isNear(one: string, other: string, wrong: number): boolean {
  if (one === "" || other === "") return one.length + other.length <= wrong;
  const [rest, others] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return isNear(rest, others, wrong);
  if (wrong === 0) return false;
  return isNear(rest, other, wrong - 1) || isNear(one, others, wrong - 1) || isNear(rest, others, wrong - 1);
}
