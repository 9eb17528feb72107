// A shop's morning, run by the engine in this process: orders are charged, packed and mailed by three workers. Some
// charges fail and are retried, packing reports progress, one worker dies with a lease in its hands and another takes
// over.

import { readFileSync } from "node:fs";
import { cursorTo, moveCursor } from "node:readline";
import { Engine, initSync } from "../dist/wasm/tidegate.js";

initSync({ module: readFileSync(new URL("../dist/wasm/tidegate_bg.wasm", import.meta.url)) });

const live = process.stdout.isTTY;
const bytes = new TextEncoder();
const text = new TextDecoder();
const engine = Engine.openMemory();

/** @param {number} ms */
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const orders = ["Ada", "Brahim", "Chiara", "Dmitri", "Emeka", "Fatima"];
/** @type {import("../dist/wasm/tidegate.js").RetryPolicy} */
const retry = { maxRetries: 4, backoff: { type: "exponential", initialDelayMs: 300, jitter: true } };
/** @type {Map<string, string>} */
const names = new Map();

/** @param {string} lane @param {string} kind @param {string} customer */
function submit(lane, kind, customer) {
  const input = bytes.encode(JSON.stringify({ customer }));
  const idempotencyKey = `${kind} ${customer}`;
  const { executionId } = engine.createExecution({ lane, kind, input, retry, idempotencyKey, tags: { customer } });
  names.set(executionId, `${kind} ${customer}`);
}

/** What a worker does with a claim; what it throws, it failed with. */
const handlers = {
  /** @param {string} customer @param {import("../dist/wasm/tidegate.js").Claim} claim */
  async charge(customer, claim) {
    await pass(150);
    if (claim.retryCount < customer.length % 3) throw new Error("the bank did not answer");
    submit("packing", "pack", customer);
    return { charged: 20 + customer.length };
  },
  /** @param {string} customer @param {import("../dist/wasm/tidegate.js").Claim} claim */
  async pack(customer, claim) {
    if (customer === "Dmitri" && claim.attemptIndex === 0) return "died";
    for (const percent of [25, 50, 75, 100]) {
      await pass(120);
      engine.progress({ handle: claim.handle, percent, message: `item ${percent / 25} of 4` });
      engine.renew({ handle: claim.handle });
    }
    submit("mail", "mail", customer);
    return { parcel: `P-${customer}` };
  },
  /** @param {string} customer */
  async mail(customer) {
    await pass(80);
    return { to: customer };
  },
};

/** @param {string} lane @param {string} id */
async function work(lane, id) {
  while (!finished()) {
    const claim = engine.claim({ lanes: [lane], worker: { id }, leaseTtlMs: 2000 });
    if (claim) await handle(claim);
    else await pass(40);
  }
}

/** @param {import("../dist/wasm/tidegate.js").Claim} claim */
async function handle(claim) {
  const { customer } = JSON.parse(text.decode(claim.input));
  const { handle } = claim;
  try {
    const result = await handlers[/** @type {keyof typeof handlers} */ (claim.kind)](customer, claim);
    if (result !== "died") engine.complete({ handle, result: bytes.encode(JSON.stringify(result)) });
  } catch (error) {
    if (!(error instanceof Error) || "code" in error) throw error;
    engine.fail({ handle, reason: { message: error.message }, class: "transient" });
  }
}

function finished() {
  const { executions } = engine.listExecutions({ limit: 1000 });
  return (
    executions.filter(({ kind, publicState }) => kind === "mail" && publicState === "completed").length ===
    orders.length
  );
}

/** @param {string} state */
function colour(state) {
  const code = { completed: 32, active: 36, delayed: 33, waiting: 90, failed: 31 }[state] ?? 0;
  return process.stdout.isTTY ? `\u001b[${code}m${state.padEnd(9)}\u001b[0m` : state.padEnd(9);
}

let drawn = 0;

function draw() {
  const lines = engine.listExecutions({ limit: 1000 }).executions.map(({ executionId, publicState }) => {
    const it = engine.describeExecution({ executionId });
    const bar = it?.progress && publicState === "active" ? `${it.progress.percent} % ${it.progress.message}` : "";
    const failure = it?.attempts.at(-1)?.failure;
    const why = failure && publicState === "delayed" ? `retry ${it.retryCount}: ${failure.message}` : "";
    const lost = it?.state.ownershipState === "lease_expired_reclaimable" ? "its worker died; waiting for another" : "";
    const attempts = it?.totalAttemptCount === 1 ? "" : `${it?.totalAttemptCount} attempts`;
    return `  ${(names.get(executionId) ?? "").padEnd(14)} ${colour(publicState)} ${attempts.padEnd(11)} ${bar}${why}${lost}`;
  });
  moveCursor(process.stdout, 0, -drawn);
  for (const line of lines) {
    cursorTo(process.stdout, 0);
    process.stdout.write(`${line}\u001b[K\n`);
  }
  drawn = lines.length;
}

/** Prints what happened since the last call, for a terminal that cannot be drawn on. */
let cursor = "start";
function report() {
  const page = engine.readEvents({ after: cursor, limit: 1000, streams: ["execution"] });
  cursor = page.cursor;
  for (const { at, executionId, cause, publicState } of page.events)
    console.log(
      `  ${new Date(at).toISOString().slice(11, 23)}  ${(names.get(executionId ?? "") ?? "").padEnd(14)} ${cause.padEnd(15)} → ${publicState}`,
    );
}

console.log("Six orders go through three lanes: charge, pack, mail.\n");
for (const customer of orders) submit("billing", "charge", customer);

const show = setInterval(live ? draw : report, 60);
const workers = [
  work("billing", "cashier"),
  work("packing", "packer-1"),
  work("packing", "packer-2"),
  work("mail", "courier"),
];
await Promise.all(workers);
clearInterval(show);
if (live) draw();
else report();

/** @type {Record<string, number>} */
const counts = {};
let page = { cursor: "start", atEnd: false };
while (!page.atEnd) {
  const { events, ...rest } = engine.readEvents({ after: page.cursor, limit: 1000, streams: ["execution"] });
  for (const { cause } of events) counts[cause] = (counts[cause] ?? 0) + 1;
  page = rest;
}
const say = ["created", "claimed", "reclaimed", "retry_scheduled", "lease_expired", "completed"];
console.log(
  `\nAll parcels are in the mail: ${say.map((cause) => `${counts[cause] ?? 0} ${cause.replace("_", " ")}`).join(", ")}.`,
);
engine.close();
