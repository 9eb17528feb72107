// The photos on the page: a row for each, kept as it stands by the engine's events.

/** @typedef {import("tidegate").Engine} Engine */
/** @typedef {import("tidegate").ExecutionSnapshot} Snapshot */

/** Photos that are shown at most. */
const ROWS_MAX = 1_000;

export class PhotoList {
  #engine;
  #list;
  #totals;
  /** @type {Map<string, { item: HTMLLIElement, state: string }>} */
  #rows = new Map();

  /** @param {Engine} engine @param {HTMLElement} list @param {HTMLElement} totals */
  constructor(engine, list, totals) {
    this.#engine = engine;
    this.#list = list;
    this.#totals = totals;
  }

  /** Draws what is there from earlier visits, then whatever changes; ends with the engine. */
  async follow() {
    const events = this.#engine.events({ streams: ["execution", "progress"] });
    const { executions } = await this.#engine.executions.search({
      kind: "upload",
      oldestFirst: true,
      limit: ROWS_MAX,
    });
    for (const { executionId } of executions) await this.#look(executionId);
    for await (const { executionId } of events) if (executionId) await this.#look(executionId);
  }

  /** @param {string} executionId */
  async #look(executionId) {
    const photo = await this.#engine.executions.describe(executionId);
    if (photo?.kind !== "upload") return;
    const row = this.#rows.get(executionId) ?? this.#row(photo);
    row.state = photo.publicState;
    draw(row.item, photo);
    const states = [...this.#rows.values()].map(({ state }) => state);
    const arrived = states.filter((state) => state === "completed").length;
    say(this.#totals, `${arrived} of ${states.length} photos have arrived`);
  }

  /** @param {Snapshot} photo */
  #row({ executionId, tags }) {
    const item = document.createElement("li");
    const [name, progress, words] = ["span", "progress", "span"].map((tag) => document.createElement(tag));
    name?.append(tags["photo.name"] ?? "a photo");
    name?.setAttribute("id", `name-${executionId}`);
    progress?.setAttribute("max", "100");
    progress?.setAttribute("aria-labelledby", `name-${executionId}`);
    item.append(...[name, progress, words].filter((element) => element !== undefined));
    this.#list.append(item);
    const row = { item, state: "" };
    this.#rows.set(executionId, row);
    return row;
  }
}

/** @param {HTMLLIElement} item @param {Snapshot} photo */
function draw(item, photo) {
  const { publicState, progress } = photo;
  item.dataset["state"] = publicState;
  const percent = publicState === "completed" ? 100 : publicState === "active" ? (progress?.percent ?? 0) : 0;
  item.querySelector("progress")?.setAttribute("value", String(percent));
  say(item.querySelector("span:last-child"), words(photo));
}

/** How a photo stands. @param {Snapshot} photo */
function words({ publicState, claimableAt, attempts }) {
  const why = attempts.at(-1)?.failure?.message ?? "nobody knows why";
  if (publicState === "completed") return "arrived";
  if (publicState === "active") return "on its way";
  if (publicState === "delayed" && claimableAt !== undefined)
    return `again at ${new Date(claimableAt).toLocaleTimeString()}: ${why}`;
  if (publicState === "failed") return `not sent: ${why}`;
  return publicState;
}

/** Changes a text only where it is another one: what is read aloud is not read twice. */
/** @param {Element | null} place @param {string} text */
export function say(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}
