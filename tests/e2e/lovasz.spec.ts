import { readFile } from "node:fs/promises";
import { figure, rows } from "./figures.ts";
import { expect, test } from "./fixtures.ts";

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
