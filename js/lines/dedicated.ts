// The line to a database in the browser's own files: a dedicated worker of its own, started from the program that the
// package carries or from an address.

import { storageError } from "../ground/errors.js";
import { unsupported } from "../storage/opfs.js";
import { workerProgram } from "./inlined.js";
import type { Line } from "./line.js";
import type { Opening } from "./posted.js";
import { openRemote, type WorkerLike } from "./remote.js";

/** Opens a database in a dedicated worker of its own. */
export function openInWorker(opening: Opening, workerUrl: string | URL | undefined): Promise<Line> {
  const hint = workerUrl === undefined ? "; where the page forbids workers from a blob, set workerUrl" : "";
  return openRemote(() => spawn(workerUrl), opening, hint);
}

function spawn(workerUrl: string | URL | undefined): WorkerLike {
  if (typeof Worker === "undefined")
    throw unsupported("this host has no dedicated workers, which a browser's own files need");
  if (workerUrl !== undefined) return started(workerUrl);
  if (workerProgram === null) throw unsupported("this build of the package is for hosts without a browser's own files");
  const url = URL.createObjectURL(new Blob([workerProgram], { type: "text/javascript" }));
  // The worker has its program by then, or never will.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return started(url);
}

function started(url: string | URL): WorkerLike {
  try {
    return new Worker(url) as WorkerLike;
  } catch (thrown) {
    throw storageError("unavailable", `no worker can be started from ${url}: ${thrown}`, { workerUrl: String(url) });
  }
}
