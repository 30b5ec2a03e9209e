import type { Locator } from "@playwright/test";
import { type App, expect, test } from "./fixtures.ts";

const LINE = [
  [20, 20],
  [100, 60],
] as const;

/** The buttons with the pictures. */
function images(app: App): Locator {
  return app.page.getByRole("list", { name: "Images of the strip" }).getByRole("button");
}

async function press(app: App, button: string): Promise<void> {
  await app.button(button).click();
  await app.settle();
}

async function select(app: App, image: number): Promise<void> {
  await images(app)
    .nth(image - 1)
    .click();
  await app.settle();
}

/** The values of a loss in the table: per image, per batch, and of each image. */
async function row(app: App, loss: string): Promise<string[]> {
  await app.settle();
  const table = app.page.getByRole("region", { name: "The same losses, per image and per batch" });
  return table
    .locator("tr", { has: app.page.getByRole("rowheader", { name: loss, exact: true }) })
    .getByRole("cell")
    .allInnerTexts();
}

/** The cards are on another tab, and about the image at hand. */
async function nativeValues(app: App): Promise<Record<string, number>> {
  await app.showTab("Losses");
  const values = await app.expectNativeValues();
  await app.showTab("Batch");
  return values;
}

test("images are added, and only the one at hand is painted", async ({ app }) => {
  await app.showTab("Batch");
  await expect(images(app)).toHaveCount(1);
  await expect(app.page.getByText("There is one image")).toBeVisible();
  const strip = app.page.getByRole("group", { name: "Images of the strip" });
  await expect(strip).toBeHidden();

  await press(app, "Add a copy");
  await press(app, "Add an empty image");
  await expect(strip).toContainText("Image 3 of 3: Empty image");
  const empty = await nativeValues(app);
  await select(app, 2);
  await expect(images(app).nth(1)).toHaveAttribute("aria-pressed", "true");
  const copy = await nativeValues(app);
  expect(copy).not.toEqual(empty);
  const before = await row(app, "Dice");
  expect(before[2], "the copy is as what it is a copy of").toBe(before[3]);

  await app.stroke("prediction", LINE);
  const painted = await nativeValues(app);
  expect(painted).not.toEqual(copy);
  const after = await row(app, "Dice");
  expect([after[2], after[4]]).toEqual([before[2], before[4]]);
  expect(after[3]).not.toBe(before[3]);
  expect(after[1]).not.toBe(before[1]);
  // The table has what the card has.
  expect(Number(after[3])).toBeCloseTo(painted.dice ?? NaN, 4);

  await press(app, "Add a copy");
  await expect(app.button("Add a copy")).toBeDisabled();
  await expect(app.button("Add an empty image")).toBeDisabled();
});

test("one undo goes across the images, and each has its own adjustment", async ({ app }) => {
  await app.showTab("Batch");
  await press(app, "Add a copy");
  const before = await row(app, "Jaccard");
  await app.stroke("prediction", LINE);
  await app.slider("Bias").press("PageUp");
  const painted = await row(app, "Jaccard");
  await app.button("Paint image 1").click();
  await app.settle();
  await expect(app.slider("Bias")).toHaveValue("0");
  await app.stroke("truth", LINE);
  expect(await row(app, "Jaccard")).not.toEqual(painted);
  await press(app, "Undo");
  expect(await row(app, "Jaccard")).toEqual(painted);
  await app.button("Paint image 2").click();
  await app.settle();
  await expect(app.slider("Bias")).not.toHaveValue("0");
  await nativeValues(app);
  await app.button("Paint image 1").click();
  await app.settle();
  await press(app, "Undo");
  // What is taken back is shown.
  await expect(images(app).nth(1)).toHaveAttribute("aria-pressed", "true");
  await expect(app.slider("Bias")).toHaveValue("0");
  await press(app, "Undo");
  expect(await row(app, "Jaccard")).toEqual(before);
});

test("a removed image comes back as it was", async ({ app }) => {
  await app.showTab("Batch");
  await press(app, "Add a copy");
  await app.stroke("prediction", LINE);
  const before = await row(app, "Dice");
  await press(app, "Remove image 2");
  await expect(images(app)).toHaveCount(1);
  await expect(app.button("Remove image 1")).toBeDisabled();
  await press(app, "Undo");
  expect(await row(app, "Dice")).toEqual(before);
  await expect(app.button("Undo")).toBeEnabled();
  await nativeValues(app);
});

test("a ready-made batch shows its point, and the images from before come back", async ({
  app,
}) => {
  await app.showTab("Batch");
  const before = await row(app, "Dice");
  await press(app, "Large, tiny and no object");
  await expect(images(app)).toHaveCount(3);
  const [perImage, perBatch, , tiny, none] = (await row(app, "Dice")).map(Number);
  expect(perImage).toBeGreaterThan(3 * (perBatch ?? NaN));
  expect(tiny).toBeGreaterThan(0.6);
  expect(none).toBe(0);
  const remarks = app.page.getByRole("list", { name: "What differs, and why" });
  await expect(remarks).toContainText("Image 3 has no foreground");
  // What becomes of it is a rule of the loss.
  const rules = app.page.getByRole("region", { name: /^Dice: what becomes of a class/ });
  await expect(rules.getByRole("row", { name: /^scored/ })).toContainText("1.000");
  await app.page
    .getByRole("combobox", { name: "Look closely at" })
    .selectOption({ label: "Lovász hinge" });
  await expect(remarks).toContainText("single worst pixel");
  await expect(
    app.page.getByRole("img", { name: /^Who gets the gradient of Lovász hinge/ }),
  ).toBeVisible();
  await press(app, "Undo");
  expect(await row(app, "Dice")).toEqual(before);
});

test("what does not fit stays in the strip and says why", async ({ app }) => {
  await app.showTab("Batch");
  await press(app, "Add an empty image");
  await app.openPreset("Coins");
  await expect(images(app).first()).toContainText("Not in the batch: it is 128 × 128 and binary");
  await expect(app.page.getByText("There is one image")).toBeVisible();
  await select(app, 1);
  await expect(images(app).nth(1)).toContainText("Not in the batch: it is 192 × 151");
  await select(app, 2);
  await press(app, "Undo");
  expect(await row(app, "Dice")).toHaveLength(4);

  // Classes are changed for all.
  await app.setTask("3 classes");
  expect(await row(app, "Dice")).toHaveLength(4);
  await nativeValues(app);
});

test("images are chosen by keyboard", async ({ app }) => {
  await app.showTab("Batch");
  await press(app, "Large, tiny and no object");
  await images(app).nth(1).focus();
  await app.page.keyboard.press("Enter");
  await app.settle();
  await expect(images(app).nth(1)).toHaveAttribute("aria-pressed", "true");
  await expect(images(app).nth(1)).toBeFocused();
  await app.page.keyboard.press("Tab");
  await app.page.keyboard.press("Space");
  await app.settle();
  await expect(images(app).nth(2)).toHaveAttribute("aria-pressed", "true");
});

test("a worker that fails is replaced, and the whole strip is as before", async ({ app }) => {
  await app.showTab("Batch");
  await press(app, "Large, tiny and no object");
  await select(app, 2);
  await app.stroke("prediction", LINE);
  await press(app, "Add a copy");
  await app.slider("Temperature").press("PageUp");
  await select(app, 3);
  await press(app, "Remove image 3");
  const before = await row(app, "Lovász hinge");
  const pictures = await app.digests(images(app).locator("canvas"));
  const [worker] = app.page.workers();
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error("gone");
    });
  });
  await expect(app.messages).toContainText("The engine is back");
  expect(await row(app, "Lovász hinge")).toEqual(before);
  expect(await app.digests(images(app).locator("canvas"))).toEqual(pictures);
  await nativeValues(app);
  await press(app, "Undo");
  await expect(images(app)).toHaveCount(4);
  await nativeValues(app);
});
