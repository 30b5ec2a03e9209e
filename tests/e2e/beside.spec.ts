import { type Size, npy, png } from "./encode.ts";
import { type App, expect, test } from "./fixtures.ts";

const SIZE: Size = { width: 90, height: 70 };

const mask = png("case_mask.png", SIZE, (x) => (x < 30 ? 255 : 0));
const probs = npy("case_prob.npy", [SIZE.height, SIZE.width], () => 0.5);
const scan = png("case_image.png", SIZE, (x, y) => (3 * x + y) % 256);

async function pick(app: App, ...files: (typeof mask)[]): Promise<void> {
  await app.page.getByLabel("Open ground truth").setInputFiles(files);
}

function canvas(app: App) {
  return app.digest(app.pad("truth").locator("canvas").first());
}

test("the first two inputs for files are those of the canvases", async ({ app }) => {
  const inputs = app.page.locator("input[type=file]");
  await expect(inputs.nth(0)).toHaveAttribute("aria-label", "Open ground truth from a file");
  await expect(inputs.nth(1)).toHaveAttribute("aria-label", "Open prediction from a file");
});

test("a picture is laid beneath the masks from the menu, changes no value, and is one undo away", async ({
  app,
}) => {
  await pick(app, mask);
  await expect(app.messages).toContainText("case_mask.png:");
  const values = await app.values();
  const bare = await canvas(app);
  await app.chooseFromMenu("Picture beneath…", scan);
  await expect.poll(async () => (await canvas(app)).colours).toBeGreaterThan(60);
  expect(await app.expectNativeValues()).toEqual(values);
  const laid = await canvas(app);
  await app.reload();
  expect(await canvas(app)).toEqual(laid);
  await app.button("Undo").click();
  await expect.poll(() => canvas(app)).toEqual(bare);

  const wide = png("wide.png", { width: 90, height: 20 }, () => 0);
  await app.chooseFromMenu("Picture beneath…", wide);
  await expect(app.messages).toContainText("wide.png: found a picture of 90 × 20 pixels");
  expect(await canvas(app)).toEqual(bare);
});

test("mask, prediction and picture of one image come at once, and a file that is asked about can be a picture", async ({
  app,
}) => {
  await pick(app, scan, probs, mask);
  await expect.poll(async () => (await app.values()).cross_entropy).toBeCloseTo(Math.LN2, 9);
  await expect.poll(async () => (await canvas(app)).colours).toBeGreaterThan(60);
  await app.expectNativeValues();

  await app.openPreset("Tiny lesion");
  const before = await canvas(app);
  await pick(
    app,
    png("slice.png", { width: 128, height: 128 }, (x, y) => (x * y) % 256),
  );
  await app.page
    .getByRole("dialog")
    .getByRole("button", { name: "Lay it beneath the masks" })
    .click();
  await expect.poll(async () => (await canvas(app)).colours).toBeGreaterThan(before.colours + 60);
});

test("weights are opened, painted and seen, and weigh cross-entropy alone", async ({ app }) => {
  await pick(app, probs, mask);
  await expect.poll(async () => (await app.values()).cross_entropy).toBeCloseTo(Math.LN2, 9);
  const { dice } = await app.values();
  const weights = npy("w.npy", [SIZE.height, SIZE.width], () => 3);
  await app.chooseFromMenu("Pixel weights…", weights);
  await expect.poll(async () => (await app.values()).cross_entropy).toBeCloseTo(3 * Math.LN2, 6);
  expect((await app.values()).dice).toBe(dice);
  await app.expectNativeValues();

  const classes = await canvas(app);
  await app.button("Paint weights").click();
  await expect(app.page.getByText("Own weights from 3.000 to 3.000")).toBeVisible();
  await app.page.getByLabel("Weight to paint").fill("120");
  await app.page.getByLabel("Weight to paint").press("Enter");
  await app.stroke("truth", [
    [50, 20],
    [60, 40],
  ]);
  await expect(app.page.getByText("Own weights from 3.000 to 120.0")).toBeVisible();
  const painted = await app.expectNativeValues();
  expect(painted.cross_entropy).toBeGreaterThan(3.5 * Math.LN2);
  expect((await canvas(app)).hash).not.toBe(classes.hash);
  await app.button("Paint classes").click();
  await expect.poll(() => canvas(app)).toEqual(classes);
  expect(await app.values()).toEqual(painted);
  await app.reload();
  expect(await app.values()).toEqual(painted);

  await app.chooseFromMenu(
    "Pixel weights…",
    npy("bad.npy", [70, 90], (i) => (i === 91 ? -1 : 1)),
  );
  await expect(app.messages).toContainText("bad.npy: The weight at x 1, y 1 is -1");
  expect(await app.values()).toEqual(painted);
});

test("a scene without weights is painted from equal ones", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  const before = await app.values();
  await app.page.getByRole("combobox", { name: "Weights" }).selectOption("own");
  await expect(app.page.getByLabel("Weight to paint")).toHaveValue("5");
  await app.stroke("truth", [
    [20, 20],
    [100, 100],
  ]);
  const painted = await app.expectNativeValues();
  expect(painted.cross_entropy).not.toBe(before.cross_entropy);
  expect(painted.dice).toBe(before.dice);
  await app.button("Undo").click();
  await app.button("Undo").click();
  await expect.poll(() => app.values()).toEqual(before);
  await expect(app.page.getByLabel("Weight to paint")).toHaveCount(0);
});
