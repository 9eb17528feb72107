// A run of named steps, each with a header and its time.

/** @param {number} started */
function secondsSince(started) {
  return ((Date.now() - started) / 1000).toFixed(1);
}

/**
 * Runs one step under its header and answers what the step answers.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} body
 */
export async function step(name, body) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const answer = await body();
  console.log(`== ${name}: ${secondsSince(started)} s`);
  return answer;
}
