import type { Page } from "@playwright/test";
import {
  close,
  engineOf,
  expectBack,
  laboratoryOf,
  loop,
  serveTrap,
  shorten,
  takeMemory,
  throwIn,
} from "./faults.ts";
import { measured } from "./figures.ts";
import { type App, expect, test } from "./fixtures.ts";

/** A sentence that only the report of the Metrics panel has. */
const OF_METRICS = "Calibration: what is predicted, and what comes true";

/** Silence is noticed sooner than people need. */
const SOON = { beat: 50, silence: 1000 };

async function paint(app: App): Promise<void> {
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
}

/** What paints one dab, without waiting for its answer, nor for anything else of the page. */
async function brush(app: App): Promise<() => Promise<void>> {
  const [point = [0, 0]] = await app.clientFromGrid("truth", [[30, 100]]);
  return () => app.page.mouse.click(...point);
}

/** Lets the page take so many steps of time of its own. */
async function pass(page: Page, beats: number): Promise<void> {
  await page.evaluate(async (count) => {
    for (let beat = 0; beat < count; beat += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, beats);
}

test("a worker that fails is replaced, and scene, history and settings are as before", async ({
  app,
}) => {
  await app.openPreset("Shifted boundary");
  const opened = await app.values();
  await paint(app);
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
  await app.slider("Bias").press("PageUp");
  const before = { values: await app.values(), maps: await app.heatmaps() };

  await throwIn(engineOf(app.page));
  await expect(app.messages).toContainText("The engine stopped");
  await expect(app.messages).toContainText("gone");
  await expectBack(app);
  expect(app.page.workers()).toHaveLength(1);
  expect({ values: await app.values(), maps: await app.heatmaps() }).toEqual(before);

  await app.stroke("truth", [
    [70, 20],
    [30, 100],
  ]);
  await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before.values);
  // The bias, γ and the first stroke, one step each.
  for (let step = 0; step < 3; step += 1) await app.button("Undo").click();
  expect(await app.values()).toEqual(opened);
});

test("a stroke goes on when the worker fails under it", async ({ app }) => {
  const [a = [0, 0], b = [0, 0], c = [0, 0]] = await app.clientFromGrid("prediction", [
    [20, 20],
    [90, 20],
    [90, 90],
  ]);
  await app.page.mouse.move(...a);
  await app.page.mouse.down();
  await app.page.mouse.move(...b);
  await app.settle();
  await throwIn(engineOf(app.page));
  await expectBack(app);
  await app.page.mouse.move(...c);
  await app.page.mouse.up();
  const painted = await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).not.toEqual(painted);
  await expect(app.button("Undo")).toBeDisabled();
});

test("memory that runs out and is free again costs a new worker, and not the stroke", async ({
  app,
}) => {
  await paint(app);
  const before = await app.values();
  // Pictures are written where those before them were; a sort needs new arrays.
  await app.showTab("Lovász");
  const dab = await brush(app);
  await takeMemory(engineOf(app.page));
  // The page shares the memory, and now and then gives back some of its own.
  await expect(async () => {
    await dab();
    const stopped = "The engine stopped (Array buffer allocation failed)";
    await expect(app.messages).toContainText(stopped, { timeout: 2000 });
  }).toPass();
  await expectBack(app);
  await app.showTab("Losses");
  expect(await app.expectNativeValues()).not.toEqual(before);
});

test("what the engine refuses costs a sentence and no worker", async ({ app }) => {
  const engine = engineOf(app.page);
  await app.page.evaluate(() => {
    window.lossfield.send({ kind: "explode" });
  });
  await expect(app.messages).toContainText("This was not understood and changed nothing");
  await app.settle();
  expect(engineOf(app.page)).toBe(engine);
});

test("a worker that closes itself is missed, and replaced", async ({ app }) => {
  await paint(app);
  const before = await app.values();
  await shorten(app.page, SOON);
  await close(engineOf(app.page));
  await expect(app.messages).toContainText("The engine did not answer");
  await expectBack(app);
  expect(await app.values()).toEqual(before);
});

test("a worker that loops for ever is replaced, and what was painted meanwhile is there", async ({
  app,
}) => {
  const before = await app.values();
  await shorten(app.page, { ...SOON, busy: 1000 });
  const dab = await brush(app);
  await loop(engineOf(app.page), Infinity);
  await dab();
  await expect(app.messages).toContainText("The engine did not answer");
  await expectBack(app);
  expect(await app.expectNativeValues()).not.toEqual(before);
});

test("a worker that is long at an answer is waited for", async ({ app }) => {
  const engine = engineOf(app.page);
  await shorten(app.page, { beat: 50, silence: 3000, busy: 60_000 });
  const dab = await brush(app);
  await loop(engine, 8000);
  await dab();
  await app.expectNativeValues();
  expect(engineOf(app.page)).toBe(engine);
});

test("a hidden tab says nothing of a worker's silence, and a tab that is seen again does", async ({
  app,
}) => {
  await app.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
  });
  await shorten(app.page, { beat: 20, silence: 200 });
  const engine = engineOf(app.page);
  await loop(engine, Infinity);
  await pass(app.page, 30);
  expect(engineOf(app.page)).toBe(engine);
  await app.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: false, configurable: true });
  });
  await expectBack(app);
  // The browser takes a moment to end it.
  await expect.poll(() => engineOf(app.page) === engine).toBe(false);
});

/** With a trap in the Metrics panel: it is closed and named, and the rest works. */
async function expectMetricsClosed(app: App): Promise<void> {
  await expect(app.messages).toContainText("The panel Metrics stopped the engine and was closed");
  await expect(app.page.getByRole("tab", { name: "Losses" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await app.expectNativeValues();
}

test("a trap in a panel closes that panel and nothing else, also when its link is opened", async ({
  app,
}) => {
  await serveTrap(app.page, OF_METRICS);
  await app.page.reload();
  await paint(app);
  const before = await app.values();
  await app.page.getByRole("tab", { name: "Metrics" }).click();
  await expectMetricsClosed(app);
  expect(await app.values()).toEqual(before);
  // One that needs no laboratory, whose script would be cut off by leaving the page.
  await app.showTab("Focal");
  await expect(app.page.getByRole("tabpanel").locator("figure").first()).toBeVisible();

  await app.page.goto("about:blank");
  await app.page.goto("/#metrics");
  await expectMetricsClosed(app);
  // The drawing without the panel.
  await expect.poll(() => new URL(app.page.url()).hash).toMatch(/^#\/1\./);
});

test("a panel under which the engine dies twice is closed, also where a trap left no trace", async ({
  app,
}) => {
  await serveTrap(app.page, OF_METRICS);
  await app.page.route("**/worker-*.js", async (route) => {
    const response = await route.fetch();
    const script = await response.text();
    const traceless = script.replace(".panelAtWork(", ".nothing(");
    expect(traceless).not.toBe(script);
    await route.fulfill({ response, body: traceless });
  });
  await app.page.reload();
  await paint(app);
  await shorten(app.page, { retry: 10 });
  await app.page.getByRole("tab", { name: "Metrics" }).click();
  await expectMetricsClosed(app);
});

test("a change that kills every engine is left out in the end", async ({ app }) => {
  await paint(app);
  const before = await app.values();
  await shorten(app.page, { retry: 10 });
  // Each worker from now on fails at clearing a plane.
  await app.page.route("**/worker-*.js", async (route) => {
    const response = await route.fetch();
    const deadly = `self.addEventListener("message", ({ data }) => {
      if (data.kind === "apply" && data.edit.commands.some(({ kind }) => kind === "clear"))
        throw new Error("no way");
    });`;
    await route.fulfill({ response, body: `${deadly}${await response.text()}` });
  });
  await throwIn(engineOf(app.page));
  await expectBack(app);
  await app.page.getByRole("button", { name: "Clear" }).first().click();
  await expect(app.messages).toContainText("stopped again and again at your last change");
  expect(await app.values()).toEqual(before);
});

test("a laboratory that fails or says nothing stops its experiment, and never the engine", async ({
  app,
}) => {
  const engine = engineOf(app.page);
  await app.showTab("Imbalance");
  // It sweeps by itself.
  await measured(app);
  await app.button("One loss, two parameters").click();
  const start = app.page.getByRole("button", { name: /^Measure (again|the surface)$/ });
  const progress = app.page.getByRole("progressbar");
  await start.click();
  await expect(progress).toHaveAttribute("value", /[1-9]/);
  await throwIn(laboratoryOf(app.page));
  await expect(app.page.getByRole("alert")).toContainText("The laboratory stopped (");
  await start.click();
  await expect(progress).toHaveAttribute("value", /[1-9]/);
  await shorten(app.page, { beat: 50, start: 1000 });
  await loop(laboratoryOf(app.page), Infinity);
  await expect(app.page.getByRole("alert")).toContainText("The laboratory did not answer");
  await paint(app);
  expect(engineOf(app.page)).toBe(engine);
  await shorten(app.page, { start: 30_000 });
  await start.click();
  await expect(progress).toHaveAttribute("value", /[1-9]/);
});

test("an engine that fails again and again is given up until it is started again, with the scene as it was", async ({
  app,
}) => {
  await paint(app);
  const before = await app.values();
  await shorten(app.page, { retry: 10 });
  await app.page.route("**/worker-*.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: 'throw new Error("worse")' }),
  );
  await throwIn(engineOf(app.page));
  const status = app.page.getByRole("region", { name: "Engine" });
  await expect(status).toContainText("The engine stopped several times");
  await expect(status).toContainText("worse");
  await expect(app.page.locator("main")).toHaveAttribute("inert");

  await app.button("Start again").click();
  await expect(status).toContainText("The engine stopped several times");
  await app.page.unroute("**/worker-*.js");
  await app.button("Start again").click();
  await expect(status).toBeHidden();
  expect(await app.values()).toEqual(before);
  await app.button("Undo").click();
  await app.expectNativeValues();
});
