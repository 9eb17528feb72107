// Modules of the page, as the page has them, with the package that is built.

import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const cwd = fileURLToPath(new URL("../../../", import.meta.url));
const tidegate = pathToFileURL(`${cwd}dist/js/index.js`).href;

/**
 * A module of the page.
 * @param {string} name its path in www/src, without its ending
 */
export async function pageModule(name) {
  const made = await rolldown({ input: `www/src/${name}.ts`, cwd, external: ["tidegate"] });
  const { output } = await made.generate({ format: "esm", paths: { tidegate } });
  await made.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}
