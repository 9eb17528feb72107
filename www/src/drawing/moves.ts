// Going through a drawn graph with the keyboard: along its arcs to the left and the right, through a column up and down.

import type { Layout } from "./layout.js";
import type { Arc } from "./ranks.js";

/** The node that a key leads to from another; undefined where the key leads nowhere. */
export function reachedBy(key: string, node: number, layout: Layout, arcs: readonly Arc[]): number | undefined {
  const column = layout.columns[layout.places[node]?.column ?? 0] ?? [];
  switch (key) {
    case "ArrowRight":
      return nearest(node, layout, ends(arcs, "from", node, "to"));
    case "ArrowLeft":
      return nearest(node, layout, ends(arcs, "to", node, "from"));
    case "ArrowDown":
      return column[column.indexOf(node) + 1];
    case "ArrowUp":
      return column[column.indexOf(node) - 1];
    case "Home":
      return layout.columns[0]?.[0];
    case "End":
      return layout.columns.at(-1)?.at(-1);
    default:
      return undefined;
  }
}

type Side = keyof Arc;

function ends(arcs: readonly Arc[], near: Side, node: number, far: Side): number[] {
  return arcs.filter((arc) => arc[near] === node).map((arc) => arc[far]);
}

/** The one that is nearest: first by its column, then by its height. */
function nearest(node: number, { places }: Layout, nodes: readonly number[]): number | undefined {
  const from = places[node];
  if (!from) return undefined;
  const far = (one: number) => {
    const place = places[one] ?? from;
    return Math.abs(place.column - from.column) * 1e6 + Math.abs(place.y - from.y);
  };
  return nodes.reduce<number | undefined>(
    (best, one) => (best === undefined || far(one) < far(best) ? one : best),
    undefined,
  );
}
