import { readFile } from "node:fs/promises";
import type { Locator } from "@playwright/test";
import { type App, expect, test } from "./fixtures.ts";

function figure(app: App, title: string): Locator {
  return app.page.locator("figure[data-chart]", { hasText: title });
}

/** The numbers of a chart, through its table: one row of text for each. */
async function rows(app: App, title: string): Promise<string[][]> {
  const chart = figure(app, title);
  const button = chart.getByRole("button", { name: "Table" });
  if ((await button.getAttribute("aria-pressed")) !== "true") await button.click();
  const lines = await chart.locator("tbody tr").all();
  return Promise.all(lines.map((line) => line.locator("th, td").allInnerTexts()));
}

async function sweep(app: App): Promise<void> {
  await app.button("Sweep the losses on the cards").click();
  await expect(app.button("Cancel")).toBeHidden({ timeout: 60_000 });
}

/** Where in the lower half of a chart a handle can be taken, looked for by pointing from right to left and up. */
async function handleOf(app: App, chart: Locator): Promise<readonly [number, number]> {
  const canvas = chart.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("the chart is not on the screen");
  for (let x = box.width * 0.5; x > 0; x -= 20) {
    for (let y = box.height - 50; y > box.height / 2; y -= 20) {
      await app.page.mouse.move(box.x + x, box.y + y);
      const cursor = await canvas.evaluate((element) => getComputedStyle(element).cursor);
      if (cursor === "grab") return [box.x + x, box.y + y];
    }
  }
  throw new Error("the chart has no handle");
}

test("every tab has a link, and a link opens its tab", async ({ app }) => {
  await app.showTab("Imbalance");
  expect(new URL(app.page.url()).hash).toBe("#imbalance");
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
  await sweep(app);
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
  await sweep(app);
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
  await app.button("Measure the surface").click();
  await expect(app.button("Cancel")).toBeHidden({ timeout: 60_000 });
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
  await app.page.evaluate(() => {
    window.lossfield.send({ kind: "openPreset", id: "tiny-lesion", side: 256 });
  });
  await app.settle();
  await app.page.locator("summary", { hasText: "Losses:" }).click();
  await app.button("All").click();
  await app.page.keyboard.press("Escape");
  await app.showTab("Imbalance");
  await app.button("Sweep the losses on the cards").click();
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
  await app.button("Sweep the losses on the cards").click();
  await expect(app.button("Cancel")).toBeVisible();
});

test("imbalance: what cannot be swept is said", async ({ app }) => {
  await app.openPreset("Empty truth");
  await app.showTab("Imbalance");
  await app.button("Sweep the losses on the cards").click();
  await expect(app.page.getByRole("alert")).toContainText("no foreground");
  await app.openPreset("Thin vessel");
  await sweep(app);
  await expect(app.page.getByRole("alert")).toBeHidden();
});

test("focal: a handle that is dragged moves its slider, and what is said of the scene", async ({
  app,
}) => {
  await app.showTab("Focal");
  const chart = figure(app, "Loss by the probability");
  const said = async () => ({
    gamma: await app.slider("γ").inputValue(),
    alpha: await app.slider("α").inputValue(),
    value: await app.page.getByTestId("focal-value").innerText(),
    answer: await app.page.getByTestId("focal-answer").innerText(),
    heard: await rows(app, "Who is heard"),
  });
  const dragUp = async ([x, y]: readonly [number, number]): Promise<void> => {
    await app.page.mouse.move(x, y);
    await app.page.mouse.down();
    await expect(chart.locator(".chart")).toHaveCSS("cursor", "grabbing");
    for (const up of [8, 16, 24]) await app.page.mouse.move(x, y - up);
    await app.page.mouse.up();
    await app.settle();
  };
  const first = await said();
  expect(first.answer).toContain("With γ = 2, the hardest ");
  await dragUp(await handleOf(app, chart));
  const flatter = await said();
  expect(Number(flatter.gamma), "a higher curve has a smaller γ").toBeLessThan(2);
  expect(flatter.alpha).toBe(first.alpha);
  expect(flatter.answer).toContain(`With γ = ${flatter.gamma}, the hardest `);
  expect(flatter.value).not.toBe(first.value);
  expect(flatter.heard).not.toEqual(first.heard);

  // What it is dragged to is what the card has.
  await app.showTab("Losses");
  await expect(app.card("focal").locator("output").first()).toHaveText(flatter.value);
  await app.expectNativeValues();

  // Without γ's handle in the way the other is found: r leaves no pixel that γ has a say in.
  await app.showTab("Focal");
  await app.slider("reduced below r").press("End");
  await app.settle();
  const before = await said();
  await dragUp(await handleOf(app, chart));
  const heavier = await said();
  expect(Number(heavier.alpha)).toBeGreaterThan(Number(before.alpha));
  expect(heavier.gamma).toBe(before.gamma);
  await app.page.getByRole("checkbox", { name: "use α" }).uncheck();
  await app.settle();
  await expect(handleOf(app, chart)).rejects.toThrow("no handle");
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true });

  test("focal: a handle is dragged and the page stays, elsewhere the page scrolls", async ({
    app,
  }) => {
    await app.showTab("Focal");
    const [x, y] = await handleOf(app, figure(app, "Loss by the probability"));
    const devtools = await app.page.context().newCDPSession(app.page);
    const drag = async (from: readonly [number, number], up: number): Promise<void> => {
      const touch = (type: "touchStart" | "touchMove", y: number) =>
        devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [{ x: from[0], y }] });
      await touch("touchStart", from[1]);
      for (let step = 1; step <= 10; step += 1)
        await touch("touchMove", from[1] - (step * up) / 10);
      await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await app.settle();
    };
    const scrolled = () => app.page.evaluate(() => window.scrollY);
    const before = await scrolled();
    await drag([x, y], 30);
    expect(Number(await app.slider("γ").inputValue())).toBeLessThan(2);
    expect(await scrolled()).toBe(before);
    const gamma = await app.slider("γ").inputValue();
    await drag([x + 90, y - 120], 60);
    await expect.poll(scrolled).not.toBe(before);
    expect(await app.slider("γ").inputValue()).toBe(gamma);
  });
});

test("focal: the larger γ, the fewer pixels hold the loss", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Focal");
  const now = async () => {
    const table = await rows(app, "How the loss of the background piles up");
    const at = table.find(([share]) => share === "99.00") ?? [];
    return { plain: Number(at[1]), used: Number(at.at(-1)) };
  };
  await app.slider("γ").press("Home");
  await app.settle();
  const flat = await now();
  expect(flat.used, "γ = 0 is cross-entropy").toBe(flat.plain);
  await app.slider("γ").press("End");
  await app.settle();
  const steep = await now();
  expect(steep.plain).toBe(flat.plain);
  expect(steep.used).toBeLessThan(0.5 * flat.used);
  await app.openPreset("Empty truth");
  await expect(app.page.getByTestId("focal-answer")).toContainText(
    "There are no foreground pixels here.",
  );
  await expect(figure(app, "How the loss of the foreground")).toHaveCount(0);
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
  await expect(flags).toContainText(/Stroke 2: .*Cross-entropy improved/);
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
  await app.button("Measure the losses on the cards").click();
  await expect(app.button("Cancel")).toBeHidden({ timeout: 60_000 });
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

test("Lovász: the sort is read by pointing, and its table has all pixels", async ({ app }) => {
  const values = await app.values();
  await app.showTab("Lovász");
  const title = "Errors in decreasing order";
  const table = await rows(app, title);
  expect(table).toHaveLength(200);
  expect(table[0]?.[0]).toBe("1.000");
  const chart = figure(app, title);
  await expect(chart).toContainText("The first 200 of 16384 rows; the CSV has all.");
  await chart.locator("canvas").hover({ position: { x: 120, y: 100 } });
  await expect(chart.getByTestId("hover")).toContainText(/rank \d+ of 16.384/);
  await expect(chart.getByTestId("hover")).toContainText("Jaccard increment");
  const download = app.page.waitForEvent("download");
  await chart.getByRole("button", { name: "CSV" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(1 + 128 * 128);
  const cells = lines.slice(1).map((line) => line.split(",").map(Number));
  expect(cells.at(-1)?.[3]).toBeCloseTo(1, 4);
  const loss = cells.reduce((sum, row) => sum + (row[4] ?? NaN), 0);
  expect(loss).toBeCloseTo(values.lovasz_hinge ?? NaN, 3);
});

test("Lovász: pixels join one by one, and the staircase climbs", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Lovász");
  await app.showPart("One pixel at a time");
  const reached = app.page.getByTestId("lovasz-jaccard");
  const said = app.page.getByTestId("lovasz-moment");
  const picture = app.page.getByRole("img", { name: /^Pixels that have joined/ });
  await expect(reached).toHaveText("0");
  const first = await app.digest(picture);
  await app.button("Step").click();
  await expect(said).toContainText("Now they join");
  await app.button("Step").click();
  await expect(said).toContainText(/^Rank 1, a (fore|back)ground pixel/);
  const one = Number(await reached.innerText());
  expect(one).toBeGreaterThan(0);
  expect((await app.digest(picture)).hash).not.toBe(first.hash);
  await app.button("Step").click();
  expect(Number(await reached.innerText())).toBeGreaterThan(one);
  expect((await rows(app, "Pixel by pixel, the Jaccard loss grows")).map(([x]) => x)).toEqual([
    "0",
    "1.000",
    "2.000",
  ]);
  await app.button("Start again").click();
  await app.button("Play").click();
  await expect.poll(async () => Number(await reached.innerText())).toBeGreaterThan(2 * one);
  await app.button("Pause").click();
  await expect(app.button("Play")).toBeVisible();
  const paused = await reached.innerText();
  await app.settle();
  expect(await reached.innerText()).toBe(paused);
  await app.slider("moment").press("End");
  expect(Number(await reached.innerText())).toBeGreaterThan(Number(paused));
});

test.describe("where motion is not wanted", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("Lovász: the animation steps and does not slide", async ({ app }) => {
    await app.showTab("Lovász");
    await app.showPart("One pixel at a time");
    const moment = app.slider("moment");
    await app.button("Play").click();
    const seen = new Set<number>();
    await expect
      .poll(async () => {
        seen.add(Number(await moment.inputValue()));
        return Math.max(...seen);
      })
      .toBeGreaterThan(20);
    // Nothing is seen on the way between the order of the image and that of the errors.
    expect([...seen].filter((step) => step > 0 && step < 20)).toEqual([]);
    await app.button("Pause").click();
  });
});

test("Lovász: a pixel is moved through the ranks, by its slider and by hand", async ({ app }) => {
  const values = await app.values();
  await app.showTab("Lovász");
  await app.showPart("The kink");
  const rank = app.page.getByTestId("lovasz-moved-rank");
  const loss = app.page.getByTestId("lovasz-moved-loss");
  const read = async () => ({
    rank: Number(await rank.innerText()),
    loss: Number(await loss.innerText()),
  });
  const now = await read();
  expect(now.loss).toBeCloseTo(values.lovasz_hinge ?? NaN, 5);
  const error = app.slider("Error of the pixel");
  await error.press("End");
  await app.settle();
  const worst = await read();
  expect(worst.rank).toBe(1);
  expect(worst.loss).toBeGreaterThan(now.loss);
  await error.press("Home");
  await app.settle();
  const right = await read();
  expect(right.rank).toBeGreaterThan(now.rank);
  expect(right.loss).toBeLessThan(now.loss);

  // The handle stands at the left end of its chart, which is at an error of 0.
  const canvas = figure(app, "The loss as this pixel's error moves").locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("the chart is not on the screen");
  await app.page.mouse.move(box.x + 50, box.y + box.height - 50);
  await app.page.mouse.down();
  await app.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await app.page.mouse.up();
  await app.settle();
  const dragged = await read();
  expect(dragged.rank).toBeLessThan(right.rank);
  expect(dragged.loss).toBeGreaterThan(right.loss);
  await app.button("Back to where it is").click();
  await app.settle();
  expect(await read()).toEqual(now);

  await app.pinCentre();
  await expect(app.page.getByText(/error of the pixel at x 64, y 64/)).toBeVisible();
});

test("Lovász: weights, two pixels, three errors and halves, each with its numbers", async ({
  app,
}) => {
  await app.openPreset("Balanced disc");
  const values = await app.values();
  await app.showTab("Lovász");
  await app.showPart("Who holds the weight");
  await expect(app.page.getByTestId("lovasz-remark")).toContainText("half of the weight");
  const stills = app.page.getByRole("img", { name: /weight of each pixel/ });
  await expect(stills).toHaveCount(2);
  const [weight, product] = await app.digests(stills);
  expect(weight?.hash).not.toBe(product?.hash);

  await app.showPart("Two pixels");
  const mixed = figure(app, "Pixel 1 foreground").locator("canvas");
  const above = await app.digest(mixed);
  await app.button("From the side").click();
  await app.settle();
  const side = await app.digest(mixed);
  await app.slider("turn").press("End");
  await app.settle();
  expect(new Set([above, side, await app.digest(mixed)].map(({ hash }) => hash)).size).toBe(3);

  await app.showPart("Hinge, sigmoid and softmax");
  const cells = (name: string) => app.page.getByRole("row", { name }).getByRole("cell");
  const value = async (name: string) => Number(await cells(name).first().innerText());
  expect(await value("Lovász hinge")).toBeCloseTo(values.lovasz_hinge ?? NaN, 3);
  expect(await value("Lovász sigmoid")).toBeCloseTo(values.lovasz_softmax ?? NaN, 3);

  await app.showPart("Per image against per batch");
  const loss = async (name: string) => Number(await cells(name).last().innerText());
  expect(await loss("all as one")).toBeCloseTo(values.lovasz_hinge ?? NaN, 3);
  const mean = ((await loss("left half")) + (await loss("right half"))) / 2;
  expect(await loss("each by itself")).toBeCloseTo(mean, 3);
});

test("Lovász: in an empty truth one pixel holds all the weight", async ({ app }) => {
  await app.showTab("Lovász");
  await app.showPart("An empty truth");
  const said = app.page.getByTestId("lovasz-remark");
  await expect(said).toContainText(/Of 16.384 pixels one holds all the weight/);
  const [, x, y] = /x (\d+), y (\d+)/.exec(await said.innerText()) ?? [];
  await app.button("Light it up on the canvases").click();
  await app.settle();
  const mark = app.pad("prediction").locator("rect.mark");
  await expect(mark).toHaveAttribute("x", x ?? "a pixel");
  await expect(mark).toHaveAttribute("y", y ?? "a pixel");

  await app.button("Open the scene “Empty truth”").click();
  await app.settle();
  await expect(app.page.getByRole("combobox", { name: "Scene" })).toHaveValue("empty-truth");
  const loss = Number(await app.page.getByTestId("lovasz-value").innerText());
  const error = /hinge error ([\d.]+)/.exec(await said.innerText())?.[1];
  expect(loss).toBeGreaterThan(0);
  expect(Number(error)).toBe(loss);
});

test("Lovász: a scene with cards of its own is opened without leaving the panel", async ({
  app,
}) => {
  await app.showTab("Lovász");
  await app.showPart("Two pixels");
  await app.button("Open a scene of two pixels").click();
  await app.settle();
  await expect(app.page.getByTestId("lovasz-value")).toHaveText("1.500");
  await app.showPart("One pixel at a time");
  await app.slider("moment").press("End");
  await expect(app.page.getByTestId("lovasz-jaccard")).toHaveText("1.000");
  await app.openPreset("Lovász hinge of two pixels");
  await expect(app.page.getByRole("tab", { name: "Losses" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
});
