import { readFile } from "node:fs/promises";
import { figure, measured, rows } from "./figures.ts";
import { expect, test } from "./fixtures.ts";

test("every tab has a link, and a link opens its tab", async ({ app }) => {
  await app.showTab("Imbalance");
  expect(new URL(await app.addressed()).hash).toBe("#imbalance");
  await app.page.goto("/#gradients");
  await app.page.reload();
  await expect(app.page.getByRole("tab", { name: "Gradients" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await app.page.evaluate(() => (location.hash = "#metrics"));
  await expect(app.page.getByRole("heading", { level: 2 }).filter({ hasText: "?" })).toContainText(
    "better segmentation",
  );
});

test("descent: it steps, plays, pauses and goes back, and masks and charts follow", async ({
  app,
}) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Descent");
  const step = app.page.getByTestId("descent-step");
  // It runs a while by itself, on the filters.
  await expect(app.button("Pause")).toBeVisible();
  await expect.poll(async () => Number(await step.innerText())).toBeGreaterThan(2);
  await app.page.getByRole("combobox", { name: "model" }).selectOption("free");
  await app.page.getByRole("combobox", { name: "start" }).selectOption("present");
  await app.button("Start again").click();
  await expect(step).toHaveText("0");
  await expect(app.button("Play")).toBeVisible();
  const mask = app.page.getByRole("img", { name: /^Prediction of Dice at step/ });
  const first = await app.digest(mask);
  await app.button("Step").click();
  await expect(step).toHaveText("1");
  await app.page.getByRole("combobox", { name: "Speed" }).selectOption("as fast as it goes");
  await app.button("Play").click();
  await expect.poll(async () => Number(await step.innerText())).toBeGreaterThan(40);
  await app.button("Pause").click();
  await expect(app.button("Play")).toBeVisible();
  expect((await app.digest(mask)).hash).not.toBe(first.hash);
  const iou = await rows(app, "IoU by step");
  // Dice is the second card: from what it is at first it has come closer.
  expect(Number(iou.at(-1)?.[2])).toBeGreaterThan(Number(iou[0]?.[2]));
  await app.slider("step").press("Home");
  await expect(step).toHaveText("0");
  await expect.poll(async () => (await app.digest(mask)).hash).toBe(first.hash);
  await app.page.getByRole("combobox", { name: "model" }).selectOption("filters");
  await expect(app.page.getByRole("combobox", { name: "start" })).toBeHidden();
  await expect.poll(async () => Number(await step.innerText())).toBeGreaterThan(2);
});

test("descent: a race waits while another instrument works, and follows the theme", async ({
  app,
}) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Descent");
  const step = app.page.getByTestId("descent-step");
  await app.button("Start again").click();
  await expect(step).toHaveText("0");
  await app.button("Step").click();
  await expect(step).toHaveText("1");
  await app.showTab("Imbalance");
  await measured(app);
  await app.showTab("Descent");
  await app.button("Step").click();
  await expect(step).toHaveText("2");
  const mask = app.page.getByRole("img", { name: /^Prediction of Dice at step/ });
  const light = await app.digest(mask);
  await app.button("Switch to dark theme").click();
  await expect.poll(async () => (await app.digest(mask)).hash).not.toBe(light.hash);
});

test("imbalance: at even odds cross-entropy gives the foreground the share of its pixels", async ({
  app,
}) => {
  await app.openPreset("p = 0.5 everywhere");
  await app.showTab("Imbalance");
  await measured(app);
  const table = await rows(app, "Who holds the gradient");
  expect(table).toHaveLength(33);
  // The columns are in the order of the cards: cross-entropy comes first. The share is that of whole pixels, and one
  // of 4096 is the least there is.
  for (const [percent, crossEntropy] of table.slice(8)) {
    expect(Math.abs(Number(crossEntropy) - Number(percent)), percent).toBeLessThan(
      0.51 * (100 / 4096),
    );
  }
});

test("imbalance: a surface over γ and α has the card's value where the card stands", async ({
  app,
}) => {
  const value = (await app.values()).focal ?? NaN;
  await app.showTab("Imbalance");
  await app.button("One loss, two parameters").click();
  await app.button("Measure again").click();
  await measured(app);
  const chart = figure(app, "Focal: value");
  const download = app.page.waitForEvent("download");
  await chart.getByRole("button", { name: "CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("focal-value.csv");
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n").slice(1);
  expect(lines).toHaveLength(17 * 17);
  const cells = lines.map((line) => line.split(",").map(Number));
  // γ from 0 to 5 and α from 0 to 1 in 16 steps each: the nearest to γ = 2 below and above, at α = 0.25.
  const at = (gamma: number) =>
    cells.find(([x, y]) => x === gamma && y === 0.25)?.[2] ?? Number.NaN;
  expect(at(1.875)).toBeGreaterThan(value);
  expect(at(2.1875)).toBeLessThan(value);
});

test("imbalance: a sweep can be cancelled, and keeps what it has", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  await app.page.locator("summary", { hasText: "Losses:" }).click();
  await app.button("All").click();
  await app.page.keyboard.press("Escape");
  await app.showTab("Imbalance");
  const progress = app.page.getByRole("progressbar");
  await expect
    .poll(() => progress.evaluate((bar) => (bar as HTMLProgressElement).value))
    .toBeGreaterThan(1);
  await app.button("Cancel").click();
  await expect(app.page.getByText(/^Stopped after \d+ of 33\.$/)).toBeVisible();
  await expect(figure(app, "Who holds the gradient")).toBeVisible();
  const done = async () =>
    Number.parseInt((await app.page.getByText(/^Stopped after/).innerText()).slice(14), 10);
  const stopped = await done();
  await app.page.waitForTimeout(3000);
  // The value that was being measured is finished, and no other.
  expect(await done()).toBeLessThanOrEqual(stopped + 1);
  // The page paints as before, and another sweep can be made.
  await app.stroke("prediction", [
    [40, 40],
    [90, 90],
  ]);
  await expect(app.button("Cancel")).toBeVisible();
});

test("imbalance: what cannot be swept is said", async ({ app }) => {
  await app.openPreset("Empty truth");
  await app.showTab("Imbalance");
  await expect(app.page.getByRole("alert")).toContainText("no foreground");
  await app.openPreset("Thin vessel");
  await measured(app);
  await expect(app.page.getByRole("alert")).toBeHidden();
});

test("metrics: the threshold moves IoU, and a stroke at odds is flagged and played again", async ({
  app,
}) => {
  await app.openPreset("Balanced disc");
  await app.showTab("Metrics");
  const iou = app.page.getByRole("row", { name: /^IoU/ }).getByRole("cell").first();
  const before = await iou.innerText();
  await app.slider("threshold").press("End");
  await app.settle();
  expect(await iou.innerText()).not.toBe(before);
  await app.slider("threshold").fill("0.5");
  await app.settle();
  expect(await iou.innerText()).toBe(before);
  // First a false find of which the prediction is sure, then a wider one of which it is not: that lowers
  // cross-entropy, and IoU.
  const line = [
    [8, 8],
    [50, 8],
  ] as const;
  const probability = app.slider("Probability to paint");
  await probability.fill("0.99");
  await app.stroke("prediction", line);
  await probability.fill("0.55");
  await app.page.keyboard.press("]");
  await app.stroke("prediction", line);
  const flags = app.page.getByRole("list", { name: "Strokes on which a loss and IoU disagree" });
  await expect(flags).toContainText(/Stroke 2: Cross-entropy.* improved while IoU went/);
  expect(new Set((await rows(app, "Every loss against IoU")).map(([, x]) => x)).size).toBe(3);

  const now = await app.digest(app.pad("prediction").locator("canvas"));
  await app.button("Play stroke 2 again").click();
  await expect
    .poll(async () => (await app.digest(app.pad("prediction").locator("canvas"))).hash)
    .not.toBe(now.hash);
  await expect
    .poll(async () => (await app.digest(app.pad("prediction").locator("canvas"))).hash)
    .toBe(now.hash);
  await app.settle();
  await app.showTab("Losses");
  await app.expectNativeValues();
});

test("gradients: the panel is of the loss that is chosen, and of this scene", async ({ app }) => {
  await app.showTab("Gradients");
  const title = "By the logit: d loss / d z";
  const compound = await rows(app, title);
  await expect(figure(app, "stacked by term")).toBeVisible();
  const choice = app.page.getByRole("combobox", { name: "Loss", exact: true });
  await choice.selectOption({ label: "Cross-entropy" });
  await app.settle();
  await expect(figure(app, "stacked by term")).toBeHidden();
  const entropy = await rows(app, title);
  expect(entropy).not.toEqual(compound);
  await app.stroke("prediction", [
    [20, 20],
    [90, 90],
  ]);
  expect(await rows(app, title)).not.toEqual(entropy);
});

test("gradients: Dice vanishes where cross-entropy does not", async ({ app }) => {
  await app.showTab("Gradients");
  await measured(app);
  const table = await rows(app, "Gradient left on the foreground");
  const number = (text: string | undefined) => {
    const [mantissa = "", power = ""] = (text ?? "").replace("\u2212", "-").split("×10");
    const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const exponent = Array.from(power, (c) => (c === "⁻" ? "-" : digits.indexOf(c))).join("");
    return Number(mantissa) * 10 ** Number(exponent);
  };
  const last = table.at(-1) ?? [];
  const even = table.find(([margin]) => margin === "0") ?? [];
  // Cross-entropy and Dice are the first two cards.
  expect(number(last[1]) / number(even[1])).toBeGreaterThan(1.9);
  expect(number(last[2]) / number(even[2])).toBeLessThan(1e-3);
});

test("a chart is read by pointing, and saved as CSV, SVG and PNG", async ({ app }) => {
  await app.showTab("Metrics");
  const chart = figure(app, "Metrics by threshold");
  const canvas = chart.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  await canvas.hover();
  const hover = chart.getByTestId("hover");
  await expect(hover).toContainText("IoU");
  await expect(hover).toContainText("recall");
  for (const [kind, start] of [
    ["CSV", "threshold"],
    ["SVG", "<svg"],
    ["PNG", "\u0089PNG"],
  ] as const) {
    const download = app.page.waitForEvent("download");
    await chart.getByRole("button", { name: kind }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`metrics-by-threshold.${kind.toLowerCase()}`);
    const bytes = await readFile(await file.path(), "latin1");
    expect(bytes.startsWith(start), kind).toBe(true);
    expect(bytes.length).toBeGreaterThan(1000);
  }
});
