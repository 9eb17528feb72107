// Sending one photo: the handler of the kind `upload`. It may run more than once for a photo, after a failure or a
// reload; the key that it sends under is always the same, so the server keeps the photo once.

import { TaskFailure } from "tidegate";

/** A server that answers so may answer otherwise in a moment; any other refusal is for good. */
const FOR_NOW = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Percent of a photo between two reports of its progress. */
const STRIDE = 10;

/** @param {import("tidegate").Task} task */
export async function upload(task) {
  const { executionId, tags, encoding = "" } = task.claim;
  const photo = /** @type {Uint8Array<ArrayBuffer>} */ (task.input);
  let told = 0;
  const answer = await put(`photos/${executionId}?name=${encodeURIComponent(tags["photo.name"] ?? "")}`, {
    body: new Blob([photo], { type: encoding }),
    signal: task.signal,
    sent(percent) {
      if (percent < told + STRIDE) return;
      told = percent;
      // Progress is for the eye: one report that is lost harms nothing.
      task.progress(percent).catch(() => {});
    },
  });
  if (answer.status >= 400) throw failure(answer);
  return { arrivedAt: Date.now() };
}

/** What a refusal means: a server that is busy says when it may be asked again. @param {XMLHttpRequest} answer */
function failure(answer) {
  const { status, responseText } = answer;
  const message = responseText || `the server answered ${status}`;
  if (!FOR_NOW.has(status)) return new TaskFailure(message, { class: "permanent", category: "refused" });
  const seconds = Number(answer.getResponseHeader("retry-after") ?? Number.NaN);
  const later = Number.isFinite(seconds) ? { retryAt: Date.now() + Math.ceil(seconds * 1_000) } : {};
  return new TaskFailure(message, { class: "transient", category: "busy", ...later });
}

/**
 * Puts a body to an address. `fetch` does not tell how much has been sent; this does.
 * @param {string} url
 * @param {{ body: Blob, signal: AbortSignal, sent: (percent: number) => void }} options
 * @returns {Promise<XMLHttpRequest>}
 */
function put(url, { body, signal, sent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.upload.onprogress = ({ loaded, total }) => sent(Math.floor((100 * loaded) / total));
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error("the server could not be reached"));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}
