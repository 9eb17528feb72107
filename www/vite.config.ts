// How the page is built: into dist/www, to be served from any path.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const built = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: built("."),
  base: "./",
  resolve: { alias: { tidegate: built("../dist/browser/index.js") } },
  worker: { format: "es" },
  build: { outDir: built("../dist/www"), emptyOutDir: true, target: "es2022" },
});
