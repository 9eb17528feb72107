// One story that every browser has to tell: work over files, a reload in the middle of it, and a kill of the browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, profile, tab, visit } from "../world/browser.mjs";
import { serve } from "../world/server.mjs";

/**
 * Submits letters unless they are there, works on them until so many are done, and tells each end outside.
 * @param {{ letters: number, until: number }} options
 */
async function work({ letters, until }) {
  const { listed, open } = window.client;
  const engine = await open("story", { waitMs: 30_000 });
  const before = await listed(engine);
  const ids = before.map(({ executionId }) => executionId);
  for (let letter = ids.length; letter < letters; letter++) {
    const made = await engine.executions.create({ lane: "mail", kind: "send", input: { letter } });
    ids.push(made.executionId);
  }
  /** @type {string[]} */
  const steps = [];
  const results = () => Promise.all(ids.map((id) => engine.executions.result(id)));
  const done = async () => (await results()).filter((one) => one !== null).length;
  const loop = engine.work(
    { lanes: ["mail"], leaseTtlMs: 1_000 },
    {
      async send(task) {
        const { letter } = /** @type {any} */ (task.input);
        let written = false;
        const text = await task.step("write", () => {
          written = true;
          return `letter ${letter}`;
        });
        if (written) steps.push(text);
        if (steps.length > until) await new Promise(() => {});
        return { sent: text };
      },
    },
  );
  while ((await done()) < until) await new Promise((resolve) => setTimeout(resolve, 5));
  const sent = (await results()).map((one) => /** @type {any} */ (one?.result)?.sent ?? null);
  if (until === letters) await loop.stop();
  return { found: before.length, steps, sent, durability: engine.storage.durability };
}

// Contract: storage.durability, storage.taken.
test("work goes on after a reload and after a kill of the browser, and nothing that was answered is lost", async (t) => {
  const [site, { folder, remove }] = await Promise.all([serve(), profile()]);
  let browser = await launch(folder);
  t.after(async () => {
    await browser.kill();
    await site.close();
    await remove();
  });
  const page = await tab(browser.context, `${site.origin}/`);
  const first = await page.evaluate(work, { letters: 6, until: 2 });
  assert.deepEqual([first.found, first.sent.filter((one) => one !== null).length >= 2], [0, true]);

  await visit(page, `${site.origin}/`);
  const second = await page.evaluate(work, { letters: 6, until: 4 });
  assert.equal(second.found, 6, "after a reload");
  assert.equal(second.durability, "strict");

  await browser.kill();
  browser = await launch(folder);
  const last = await tab(browser.context, `${site.origin}/`);
  const third = await last.evaluate(work, { letters: 6, until: 6 });
  assert.equal(third.found, 6, "after a kill");
  assert.deepEqual(
    third.sent,
    [0, 1, 2, 3, 4, 5].map((letter) => `letter ${letter}`),
  );
  const written = [...first.steps, ...second.steps, ...third.steps];
  assert.equal(new Set(written).size, written.length, `a step that was kept was done again: ${written.join()}`);
});

// Contract: storage.fallback.
test("a flow in memory runs to its end beside one over files", async (t) => {
  const [site, { folder, remove }] = await Promise.all([serve(), profile()]);
  const browser = await launch(folder);
  t.after(async () => {
    await browser.kill();
    await site.close();
    await remove();
  });
  const page = await tab(browser.context, `${site.origin}/`);
  const states = await page.evaluate(async () => {
    const { open, sdk } = window.client;
    const engines = [await open("flow"), await sdk.openEngine({ storage: { kind: "memory" } })];
    const ends = engines.map(async (engine) => {
      engine.work({ lanes: ["mail"] }, { send: () => null });
      const members = [
        { name: "first", lane: "mail", kind: "send" },
        { name: "second", lane: "mail", kind: "send", after: ["first"] },
      ];
      const { flowId } = await engine.flows.submit({ members });
      const ended = await engine.flows.wait(flowId);
      await engine.close();
      return `${engine.storage.kind} ${ended?.publicFlowState}`;
    });
    return Promise.all(ends);
  });
  assert.deepEqual(states, ["opfs completed", "memory completed"]);
});
