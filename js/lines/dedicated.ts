// The line to a database in the browser's own files: a dedicated worker of its own, started from the program that the
// package carries or from an address.

import { storageError, TidegateError } from "../ground/errors.js";
import { TRUST_REMEDY, type TrustedAddress, trusted } from "../ground/trusted.js";
import { unsupported } from "../storage/opfs.js";
import { workerProgram } from "./inlined.js";
import type { Line } from "./line.js";
import type { Opening } from "./posted.js";
import { NO_REASON, openRemote, type WorkerLike } from "./remote.js";

/** Where a worker's script is; none for the program that the package carries. */
type Address = string | URL | TrustedAddress | undefined;

/** Opens a database in a dedicated worker of its own. */
export async function openInWorker(opening: Opening, workerUrl: Address): Promise<Line> {
  let forbidden = false;
  const hear = ({ effectiveDirective }: SecurityPolicyViolationEvent) => {
    forbidden ||= effectiveDirective === "worker-src";
  };
  globalThis.addEventListener?.("securitypolicyviolation", hear);
  try {
    return await openRemote(() => spawn(workerUrl), opening);
  } catch (thrown) {
    if (!(thrown instanceof TidegateError) || thrown.details["found"] !== NO_REASON) throw thrown;
    const found = forbidden ? policyOf(workerUrl) : await lookedAt(workerUrl);
    throw storageError("unavailable", thrown.message.replace(NO_REASON, found), { found });
  } finally {
    globalThis.removeEventListener?.("securitypolicyviolation", hear);
  }
}

function policyOf(workerUrl: Address): string {
  const [what, remedy] = workerUrl === undefined ? ["a blob", "set workerUrl"] : [workerUrl, "allow it there"];
  return `the content policy of the page (worker-src) forbids workers from ${what}; ${remedy}`;
}

/** Why a worker did not start although the page's policy allows it: what its script is answered with. */
async function lookedAt(workerUrl: Address): Promise<string> {
  if (workerUrl === undefined) return `${NO_REASON}; where the page forbids workers from a blob, set workerUrl`;
  try {
    const { ok, status, headers } = await fetch(String(workerUrl));
    const type = String(headers.get("content-type"));
    if (!ok) return `${workerUrl} is answered with HTTP status ${status}`;
    if (!type.includes("javascript")) return `${workerUrl} is answered as ${type}, not as JavaScript`;
    const header = "Cross-Origin-Embedder-Policy";
    if (!headers.has(header)) return `${workerUrl} is served without ${header}, which it needs where the page has it`;
  } catch (thrown) {
    return `${workerUrl} cannot be fetched (${thrown})`;
  }
  return NO_REASON;
}

function spawn(workerUrl: Address): WorkerLike {
  if (typeof Worker === "undefined")
    throw unsupported("this host has no dedicated workers, which a browser's own files need");
  if (workerUrl !== undefined) return started(workerUrl);
  if (workerProgram === null) throw unsupported("this build of the package is for hosts without a browser's own files");
  const url = URL.createObjectURL(new Blob([workerProgram], { type: "text/javascript" }));
  // The worker has its program by then, or never will.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return started(trusted(url));
}

function started(url: Exclude<Address, undefined>): WorkerLike {
  try {
    return new Worker(url as string) as WorkerLike;
  } catch (thrown) {
    const remedy = thrown instanceof TypeError ? TRUST_REMEDY : "";
    const message = `no worker can be started from ${url}: ${thrown}${remedy}`;
    throw storageError("unavailable", message, { workerUrl: String(url) });
  }
}
