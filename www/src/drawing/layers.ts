// The columns of a drawing and the order within each: nodes stand near those that they are joined to. What leads past a
// column has a place in it, so that no line is hidden behind a node.

import { type Arc, ranksOf } from "./ranks.js";

/** A node, or the place where an arc passes a column. */
export interface Cell {
  /** The node's place in the list; undefined where an arc only passes. */
  readonly node: number | undefined;
  readonly rank: number;
  /** Cells of the column before, and of the one behind. */
  readonly before: Cell[];
  readonly after: Cell[];
  /** Its place in its column. */
  place: number;
  /** Where its middle is. */
  y: number;
}

export interface Layers {
  /** Each column from its top. */
  readonly columns: readonly (readonly Cell[])[];
  /** For each arc the cells that it goes through, its ends included. */
  readonly routes: readonly (readonly Cell[])[];
}

/** More places of arcs than this are not worth their time: then arcs go straight. */
const PASSING_MAX = 5_000;
const SWEEPS = 4;

export function layersOf(count: number, arcs: readonly Arc[]): Layers {
  const ranks = ranksOf(count, arcs);
  const cells = ranks.map((rank, node) => cellAt(rank, node));
  const columns: Cell[][] = Array.from({ length: Math.max(0, ...ranks) + 1 }, () => []);
  for (const cell of cells) columns[cell.rank]?.push(cell);
  const passing = arcs.reduce((sum, { from, to }) => sum + lengthOf(ranks, from, to) - 1, 0);
  const routes = arcs.map(({ from, to }) => route(cells, columns, from, to, passing <= PASSING_MAX));
  for (const column of columns) renumber(column);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of columns) settle(column, "before");
    for (const column of columns.toReversed()) settle(column, "after");
  }
  for (const column of columns) settle(column, "before");
  return { columns, routes };
}

function cellAt(rank: number, node?: number): Cell {
  return { node, rank, before: [], after: [], place: 0, y: 0 };
}

function lengthOf(ranks: readonly number[], from: number, to: number): number {
  return Math.max(1, (ranks[to] ?? 0) - (ranks[from] ?? 0));
}

/** Joins two nodes, through a cell of each column between them. */
function route(cells: readonly Cell[], columns: readonly Cell[][], from: number, to: number, throughAll: boolean) {
  const [first, last] = [cells[from], cells[to]];
  if (!first || !last) return [];
  const through = [first];
  for (let rank = first.rank + 1; throughAll && rank < last.rank; rank++) {
    const cell = cellAt(rank);
    columns[rank]?.push(cell);
    through.push(cell);
  }
  through.push(last);
  for (const [at, cell] of through.entries()) {
    const next = through[at + 1];
    if (!next) break;
    cell.after.push(next);
    next.before.push(cell);
  }
  return through;
}

/** Puts a column in the order of the middles of what each of its cells is joined to at one side. */
function settle(column: Cell[], side: "before" | "after"): void {
  const middles = new Map(column.map((cell) => [cell, middleOf(cell, cell[side])]));
  column.sort((one, other) => (middles.get(one) ?? 0) - (middles.get(other) ?? 0) || one.place - other.place);
  renumber(column);
}

/** Places are shares of their columns, so that columns of unlike length can be held against each other. */
function middleOf(cell: Cell, joined: readonly Cell[]): number {
  if (joined.length === 0) return cell.place;
  return joined.reduce((sum, { place }) => sum + place, 0) / joined.length;
}

function renumber(column: readonly Cell[]): void {
  for (const [at, cell] of column.entries()) cell.place = (at + 0.5) / column.length;
}
