// The samples of the guides: read out of their pages, and made into a program that runs as it stands there.
//
// A comment directly above a sample says where it runs: `<!-- runs in a browser -->`, or `<!-- not run: why -->`.
// Without one it runs in Node. What `console.log` prints is what the comment behind it says.

import { readdirSync, readFileSync } from "node:fs";

/** @typedef {"node" | "browser" | "nowhere"} Place */
/**
 * @typedef {{
 *   page: string,
 *   heading: string,
 *   language: "js" | "ts",
 *   place: Place,
 *   why: string,
 *   code: string,
 * }} Sample
 */

const root = new URL("../../../", import.meta.url);

/** All pages with samples: the guides, and the page in front of them. */
export const pages = [
  "README.md",
  ...readdirSync(new URL("docs", root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** @param {string} page */
export function textOf(page) {
  return readFileSync(new URL(page, root), "utf8");
}

const PARTS = /^#+ (?<heading>.+)$|(?:^<!-- (?<mark>.+) -->\n)?^```(?<language>js|ts)\n(?<code>[\s\S]*?)^```$/gm;

/**
 * The samples of a page, in order.
 * @param {string} page
 * @returns {Sample[]}
 */
export function samplesOf(page) {
  const found = [];
  let heading = "";
  for (const { groups = {} } of textOf(page).matchAll(PARTS)) {
    const { mark = "", language, code } = groups;
    heading = groups["heading"] ?? heading;
    if (code === undefined) continue;
    const why = /^not run: (.+)$/.exec(mark)?.[1] ?? "";
    const place = why !== "" ? "nowhere" : mark === "runs in a browser" ? "browser" : "node";
    found.push(/** @type {Sample} */ ({ page, heading, language, place, why, code }));
  }
  return found;
}

/** What a sample promises to print, line by line. @param {string} code */
export function promised(code) {
  return [...code.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm)].map(([, line]) => String(line));
}

/**
 * The body of an asynchronous function that does what a sample does and answers what it exports: `load` finds what it
 * imports. It is a block of its own, so that a sample may give its own meaning to a name that is around it.
 * @param {string} code
 */
export function body(code) {
  const exported = [...code.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  const loaded = code
    .replaceAll(
      /^import (\{[^}]*\}) from ("[^"]+");/gm,
      (_, names, from) => `const ${renamed(names)} = await load(${from});`,
    )
    .replaceAll(
      /^import (\w+) from ("[^"]+");/gm,
      (_, name, from) => `const { default: ${name} } = await load(${from});`,
    )
    .replaceAll("import.meta.resolve", "load.resolve")
    .replaceAll(/^export (?=async |function |const |class )/gm, "");
  return `{\n${loaded}\nreturn { ${exported.join(", ")} };\n}`;
}

/** @param {string} names */
const renamed = (names) => names.replaceAll(" as ", ": ");
