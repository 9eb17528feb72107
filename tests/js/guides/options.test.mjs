// Every option of `create`, `work` and `openEngine` stands in a table of some guide, and no table has one that there is not.
//
// The options are those of the declared types: the compiler is given what the tables name, and tells the difference.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.mjs";
import { pages, textOf } from "./samples.mjs";

const doors = /** @type {const} */ ({
  create: 'Parameters<Engine["executions"]["create"]>[0]',
  work: 'Parameters<Engine["work"]>[0]',
  openEngine: "Parameters<typeof openEngine>[0]",
});

/** The paths of all members of a type: of objects in objects, of lists of them and of either of several, but of no payload. */
const TYPES = `import type { Engine, openEngine } from "tidegate";
type Leaf = string | number | boolean | null | undefined | Uint8Array | { toJSON(): string } | ((...args: never[]) => unknown);
type Deeper<K extends string, T> = K extends "input" | "module" ? never : \`\${K}.\${Paths<Exclude<T, undefined>>}\`;
type Members<T> = string extends keyof T ? never : { [K in keyof T & string]-?: K | Deeper<K, T[K]> }[keyof T & string];
type Of<T> = T extends Leaf ? never : T extends readonly (infer M)[] ? Paths<M> : Members<T>;
type Paths<T> = T extends unknown ? Of<T> : never;
type Told<A> = [A] extends [never] ? "none" : A;
`;

/** What the tables of a page name, by the head of their first column. @param {string} page @param {string} door */
function named(page, door) {
  const tables = textOf(page)
    .split(/\n\n+/)
    .filter((part) => part.startsWith(`| Option of \`${door}\``));
  return tables.flatMap((table) => [...table.matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => String(name)));
}

/** @param {keyof typeof doors} door @param {string[]} names */
function program(door, names) {
  return `${TYPES}
type Named = ${names.map((name) => JSON.stringify(name)).join(" | ") || "never"};
type Options = Paths<NonNullable<${doors[door]}>>;
export const missing: Told<Exclude<Options, Named>> = "none";
export const unknown: Told<Exclude<Named, Options>> = "none";
`;
}

for (const door of /** @type {(keyof typeof doors)[]} */ (Object.keys(doors)))
  test(`every option of ${door} stands in a guide, and every one that stands there is one`, () => {
    const names = pages.flatMap((page) => named(page, door));
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) < at),
      [],
      "each is told once",
    );
    assert.equal(compile(`options-${door}`, program(door, names)).errors, "");
  });
