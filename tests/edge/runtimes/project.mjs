// A project of a user of the package: packed, installed, and what runs in it.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export class Project {
  folder = mkdtempSync(join(tmpdir(), "tidegate-edge-"));

  constructor() {
    const options = ["--ignore-scripts", "--json", "--pack-destination", this.folder];
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", ...options], { cwd: root, encoding: "utf8" }));
    this.write("package.json", JSON.stringify({ name: "user", private: true, type: "module" }));
    const install = [
      "install",
      "--offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      join(this.folder, filename),
    ];
    execFileSync("npm", install, { cwd: this.folder, stdio: "pipe" });
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  /**
   * What a program writes; rejects with what went wrong in its words.
   * @param {string} command @param {string[]} args @param {Record<string, string>} settings
   * @returns {Promise<string>}
   */
  run(command, args, settings) {
    const env = { PATH: process.env["PATH"], HOME: this.folder, ...settings };
    return new Promise((resolve, reject) => {
      execFile(command, args, { cwd: this.folder, env, timeout: 120_000 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${command} ${args.join(" ")}: ${error.message}\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
