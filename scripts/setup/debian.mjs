// Debian packages by apt-get: as root, or by a sudo that asks for no password. Elsewhere a sentence says what to
// install.

import { ask, find, run } from "./child.mjs";
import { Failure } from "./failure.mjs";

/**
 * Installs the first of the given sets of packages that can be installed.
 * @param {string} why what the packages are for, as the subject of a sentence
 * @param {string[][]} sets
 */
export async function installPackages(why, sets) {
  const wanted = /** @type {string[]} */ (sets[0]).join(" ");
  const apt = aptGet(why, wanted);
  console.log(`installing ${wanted} by apt-get: ${why}`);
  await run(apt.command, [...apt.args, "update", "-q"], { env: apt.env });
  for (const packages of sets) {
    const args = [...apt.args, "install", "-y", "-q", "--no-install-recommends", ...packages];
    if (await run(apt.command, args, { env: apt.env })) return;
  }
  throw new Failure(`apt-get could not install ${wanted}: ${why}; install it by hand, then run this again.`);
}

/**
 * @param {string} why
 * @param {string} wanted
 */
function aptGet(why, wanted) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!find("apt-get")) {
    throw new Failure(
      `${why}, and this system has no apt-get: install ${wanted} so that it is in PATH, then run this again.`,
    );
  }
  if (process.getuid?.() === 0) return { command: "apt-get", args: [], env };
  if (ask("sudo", ["-n", "true"]) !== undefined) {
    return { command: "sudo", args: ["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"], env };
  }
  throw new Failure(`${why}: run \`sudo apt-get install -y ${wanted}\`, then this again.`);
}
