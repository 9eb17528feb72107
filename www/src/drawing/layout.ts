// Where everything of a graph is drawn: nodes in columns from the left to the right, arcs as curves between them. Nothing
// here knows what a node is or how it looks.

import { type Cell, layersOf } from "./layers.js";
import type { Arc } from "./ranks.js";

export const NODE_WIDTH = 156;
export const NODE_HEIGHT = 64;
const COLUMN_GAP = 46;
const NODE_GAP = 26;
/** The room that an arc has where it passes a column. */
const ARC_GAP = 14;
/** The room around it all. */
const MARGIN = 16;
const ALIGNMENTS = 3;

export interface Place {
  /** Of its upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly column: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** In the order of the nodes. */
  readonly places: readonly Place[];
  /** The curve of each arc, as the data of an SVG path. */
  readonly curves: readonly string[];
  /** The nodes of each column from its top. */
  readonly columns: readonly (readonly number[])[];
}

export function layoutOf(count: number, arcs: readonly Arc[]): Layout {
  if (count === 0) return { width: 0, height: 0, places: [], curves: [], columns: [] };
  const { columns, routes } = layersOf(count, arcs);
  align(columns);
  const cells = columns.flat();
  const top = Math.min(...cells.map(({ node, y }) => y - halfOf(node)));
  const bottom = Math.max(...cells.map(({ node, y }) => y + halfOf(node)));
  for (const cell of cells) cell.y += MARGIN - top;
  const places = new Array<Place>(count);
  for (const { node, rank, y } of cells)
    if (node !== undefined) places[node] = { x: leftOf(rank), y: round(y - NODE_HEIGHT / 2), column: rank };
  return {
    width: leftOf(columns.length - 1) + NODE_WIDTH + MARGIN,
    height: round(bottom - top + 2 * MARGIN),
    places,
    curves: routes.map(curveThrough),
    columns: columns.map((column) => column.flatMap(({ node }) => node ?? [])),
  };
}

function leftOf(rank: number): number {
  return MARGIN + rank * (NODE_WIDTH + COLUMN_GAP);
}

/** Half the height that a cell takes. */
function halfOf(node: number | undefined): number {
  return node === undefined ? 0 : NODE_HEIGHT / 2;
}

/** Moves each column to where its cells are level with what they are joined to, and as far apart as they have to be. */
function align(columns: readonly (readonly Cell[])[]): void {
  for (const column of columns)
    spread(
      column,
      column.map(() => 0),
    );
  for (let pass = 0; pass < ALIGNMENTS; pass++) {
    for (const column of columns)
      spread(
        column,
        column.map((cell) => levelOf(cell, cell.before)),
      );
    for (const column of columns.toReversed())
      spread(
        column,
        column.map((cell) => levelOf(cell, cell.after)),
      );
  }
  for (const column of columns)
    spread(
      column,
      column.map((cell) => levelOf(cell, [...cell.before, ...cell.after])),
    );
}

function levelOf(cell: Cell, joined: readonly Cell[]): number {
  return joined.length === 0 ? cell.y : joined.reduce((sum, { y }) => sum + y, 0) / joined.length;
}

/**
 * Gives the cells of a column the places that are, by least squares, nearest to those wanted, in their order and without
 * overlap: neighbours that want to overlap become a block, whose place is the mean of what its cells want.
 */
function spread(column: readonly Cell[], wanted: readonly number[]): void {
  const offsets = offsetsOf(column);
  const places = blocksOf(wanted.map((y, at) => y - (offsets[at] ?? 0))).flatMap((block) =>
    new Array<number>(block.count).fill(meanOf(block)),
  );
  for (const [at, cell] of column.entries()) cell.y = (places[at] ?? 0) + (offsets[at] ?? 0);
}

/** How far below the first each cell is where all are as near as they may be. */
function offsetsOf(column: readonly Cell[]): number[] {
  const offsets: number[] = [];
  for (const [at, cell] of column.entries()) {
    const above = column[at - 1];
    offsets.push(above ? (offsets[at - 1] ?? 0) + apart(above, cell) : 0);
  }
  return offsets;
}

interface Block {
  readonly sum: number;
  readonly count: number;
}

/** Joins neighbours until the means of the blocks ascend. */
function blocksOf(wanted: readonly number[]): Block[] {
  const blocks: Block[] = [];
  for (const y of wanted) {
    let block = { sum: y, count: 1 };
    for (let last = blocks.at(-1); last && meanOf(last) >= meanOf(block); last = blocks.at(-1)) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks;
}

function meanOf({ sum, count }: Block): number {
  return sum / count;
}

function apart(above: Cell, below: Cell): number {
  const isPassing = above.node === undefined || below.node === undefined;
  return halfOf(above.node) + halfOf(below.node) + (isPassing ? ARC_GAP : NODE_GAP);
}

/** Level where it leaves, passes and arrives; it passes a column in a straight line. */
function curveThrough(route: readonly Cell[]): string {
  const [first] = route;
  if (!first) return "";
  let path = `M${leftOf(first.rank) + NODE_WIDTH} ${round(first.y)}`;
  let from = leftOf(first.rank) + NODE_WIDTH;
  let y = first.y;
  for (const cell of route.slice(1)) {
    const to = leftOf(cell.rank);
    const bend = round(Math.min((to - from) / 2, COLUMN_GAP));
    path += `C${from + bend} ${round(y)} ${to - bend} ${round(cell.y)} ${to} ${round(cell.y)}`;
    if (cell.node === undefined) path += `h${NODE_WIDTH}`;
    from = to + NODE_WIDTH;
    y = cell.y;
  }
  return path;
}

/** The middle of a curve's last bend, or of a straight line. */
export function middleOf(curve: string): { readonly x: number; readonly y: number } | undefined {
  const bend = /C(\S+) (\S+) \S+ \S+ \S+ (\S+)$/.exec(curve);
  if (bend) return { x: Number(bend[1]), y: round((Number(bend[2]) + Number(bend[3])) / 2) };
  const [, x1, y1, x2, y2] = /^M(\S+) (\S+)L(\S+) (\S+)$/.exec(curve)?.map(Number) ?? [];
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined;
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
