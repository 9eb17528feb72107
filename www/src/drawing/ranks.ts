// Which column each node of a graph stands in: one after the last of those that it comes after.

/** From which node to which, by their places in a list. */
export interface Arc {
  readonly from: number;
  readonly to: number;
}

/** The rank of each node: 0 where nothing comes before it, else one more than the highest before it. */
export function ranksOf(count: number, arcs: readonly Arc[]): number[] {
  const ranks = new Array<number>(count).fill(0);
  const after: number[][] = ranks.map(() => []);
  const before = new Array<number>(count).fill(0);
  for (const { from, to } of arcs) {
    after[from]?.push(to);
    before[to] = (before[to] ?? 0) + 1;
  }
  // A node is passed once all before it were; nodes in a circle, which no flow has, would stay where they are.
  const passed = [...before.keys()].filter((node) => before[node] === 0);
  for (const node of passed)
    for (const next of after[node] ?? []) {
      ranks[next] = Math.max(ranks[next] ?? 0, (ranks[node] ?? 0) + 1);
      before[next] = (before[next] ?? 0) - 1;
      if (before[next] === 0) passed.push(next);
    }
  return ranks;
}
