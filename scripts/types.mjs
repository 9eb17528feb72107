// `npm run types`: writes js/types.generated.ts from the Rust structs. With --check it only says whether it is current.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { asProgram, Failure } from "./setup/failure.mjs";
import { root } from "./setup/project.mjs";

const file = join(root, "js/types.generated.ts");

await asProgram(import.meta.url, async () => {
  const command = ["run", "--quiet", "--features", "types", "--example", "types"];
  const text = execFileSync("cargo", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
    console.log(`types: wrote ${relative(root, file)}`);
  } else if (readFileSync(file, "utf8") !== text) {
    throw new Failure("js/types.generated.ts is stale: run `npm run types` and commit it.");
  }
});
