import { type App, type Point, expect, test } from "./fixtures.ts";

async function pointAt(app: App, at: Point): Promise<void> {
  const [client = [0, 0]] = await app.clientFromGrid("prediction", [at]);
  await app.page.mouse.move(...client);
  await app.settle();
}

/** Pins the pixel with the Inspect tool. */
async function pin(app: App, at: Point): Promise<void> {
  await app.button("Inspect").click();
  const [client = [0, 0]] = await app.clientFromGrid("prediction", [at]);
  await app.page.mouse.click(...client);
  await app.page.mouse.move(0, 0);
  await app.settle();
}

/** The table: for each loss what is said of contribution and gradient, and the gradient in full precision. */
async function rows(app: App) {
  return app.inspector.locator("[data-pixel-loss]").evaluateAll((all) =>
    all.map((row) => ({
      loss: row.getAttribute("data-pixel-loss") ?? "",
      gradient: Number.parseFloat(row.getAttribute("data-gradient") ?? ""),
      texts: Array.from(row.querySelectorAll("td"), (cell) => cell.innerText),
    })),
  );
}

test("pointing at a pixel tells of it, on the canvases and on the heatmaps", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await pointAt(app, [64.5, 64.5]);
  await expect(app.inspector).toContainText("x 64, y 64");
  await expect(app.inspector).toContainText("foreground");
  await pointAt(app, [2.5, 3.5]);
  await expect(app.inspector).toContainText("x 2, y 3");
  await expect(app.inspector).toContainText("background");

  const map = app.heatmap("dice");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error("the heatmap is not on the screen");
  await app.page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await expect(app.inspector).toContainText(/x 3[123], y 6[345]/);
  await app.page.mouse.move(0, 0);
  await expect(app.inspector).toContainText("Point at a pixel");
});

test("every loss says what the pixel contributes and which way it pulls", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await pin(app, [64.5, 64.5]);
  const losses = await app.losses();
  const said = await rows(app);
  expect(said.map(({ loss }) => loss)).toEqual(losses);
  for (const { loss, gradient, texts } of said) {
    expect(Number.isFinite(gradient), loss).toBe(true);
    for (const text of texts) expect(text, loss).toMatch(/\d/);
  }
  // A foreground pixel's logit is raised by descent, the more the further it is from right.
  const gradient = said.find(({ loss }) => loss === "cross_entropy")?.gradient ?? NaN;
  expect(gradient).toBeLessThan(0);
});

test("with the Inspect tool a click pins and paints nothing", async ({ app }) => {
  const before = await app.values();
  await pin(app, [40.5, 30.5]);
  await expect(app.inspector).toContainText("x 40, y 30");
  await pointAt(app, [10.5, 10.5]);
  await expect(app.inspector, "a pinned pixel stays").toContainText("x 40, y 30");
  expect(await app.values()).toEqual(before);
  await expect(app.button("Undo")).toBeDisabled();
  await app.button("Pinned").click();
  await expect(app.button("Pinned")).toHaveCount(0);
});

test("a typed probability is set, as Rust computes it natively", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const before = await app.values();
  const pixels = 128 * 128;
  await pin(app, [64.5, 64.5]);
  const typed = app.inspector.getByRole("spinbutton");
  await typed.fill("0.25");
  await typed.press("Enter");

  const after = await app.expectNativeValues();
  for (const loss of Object.keys(before)) expect(after[loss], loss).not.toBe(before[loss]);
  await expect(typed).toHaveValue("0.25");
  const row = (await rows(app)).find(({ loss }) => loss === "cross_entropy");
  // d/dz of −ln σ(z) is σ(z) − 1, and the loss is a mean over all pixels.
  expect((row?.gradient ?? NaN) * pixels).toBeCloseTo(0.25 - 1, 5);

  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("dragging a pixel's probability is one step of undo", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const before = await app.values();
  await pin(app, [64.5, 64.5]);
  const slider = app.slider("Probability of this pixel");
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  if (!box) throw new Error("the slider is not on the screen");
  const y = box.y + box.height / 2;
  await app.page.mouse.move(box.x + box.width * 0.9, y);
  await app.page.mouse.down();
  const seen = [before];
  for (const share of [0.7, 0.4, 0.2]) {
    await app.page.mouse.move(box.x + box.width * share, y);
    seen.push(await app.values());
  }
  await app.page.mouse.up();
  expect(new Set(seen.map((values) => values.cross_entropy)).size).toBe(seen.length);
  await app.expectNativeValues();

  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("in a multi-class scene one chooses whose probability is set", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  await pin(app, [64.5, 64.5]);
  await app.inspector.getByRole("combobox").selectOption({ label: "class 2" });
  const typed = app.inspector.getByRole("spinbutton");
  await typed.fill("0.6");
  await typed.press("Enter");
  await app.expectNativeValues();
  expect((await app.sent()).at(-1)).toMatchObject({ class: 2, prob: 0.6 });
  await expect(typed).toHaveValue("0.6");
});
