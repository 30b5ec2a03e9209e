import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Locator } from "@playwright/test";
import { type Size, type Upload, npy, png, zip } from "./encode.ts";
import { type App, expect, test } from "./fixtures.ts";

const SIZE: Size = { width: 48, height: 40 };

/** A disc of this radius as a truth. */
function truth(name: string, radius: number, size = SIZE): Upload {
  return png(name, size, (x, y) => ((x - 24) ** 2 + (y - 20) ** 2 < radius ** 2 ? 255 : 0));
}

/** Probabilities of a disc of another radius. */
function prediction(name: string, radius: number, size = SIZE): Upload {
  const { width, height } = size;
  return npy(name, [height, width], (i) => {
    const away = Math.hypot((i % width) - 24, Math.floor(i / width) - 20) - radius;
    return 1 / (1 + Math.exp(away));
  });
}

/** Three images: the first is found well, the last is missed. */
const THREE: Upload[] = [
  truth("a_gt.png", 12),
  prediction("a_pred.npy", 12),
  truth("b_gt.png", 12),
  prediction("b_pred.npy", 9),
  truth("c_gt.png", 12),
  prediction("c_pred.npy", 4),
];

function files(app: App): Locator {
  return app.page.getByLabel("Choose files or a zip…");
}

/** The rows of the table by their images' names, top down. */
async function order(app: App): Promise<string[]> {
  return app.page.locator("tr[data-row] th").allInnerTexts();
}

/** Opens the panel with these files, and waits for all rows. */
async function evaluate(app: App, uploads: Upload[], rows: number): Promise<void> {
  await app.showTab("Folder");
  await files(app).setInputFiles(uploads);
  await expect(app.page.getByTestId("set-progress")).toHaveText(`${rows} of ${rows}`);
  await expect(app.button("Cancel")).toHaveCount(0);
}

/** A column's heading. */
function heading(app: App, name: string): Locator {
  return app.page.getByRole("columnheader", { name });
}

test("a folder is evaluated, pair by pair, and sorts by any column", async ({ app }, info) => {
  const folder = info.outputPath("set");
  const places = [
    ["masks/a.png", truth("a", 12)],
    ["masks/b.png", truth("b", 12)],
    ["masks/alone.png", truth("alone", 12)],
    ["predictions/a.npy", prediction("a", 12)],
    ["predictions/b.npy", prediction("b", 5)],
  ] as const;
  for (const [path, { buffer }] of places) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, buffer);
  }
  await app.showTab("Folder");
  await app.page.getByLabel("Choose a folder…").setInputFiles(folder);
  await expect(app.page.getByTestId("set-progress")).toHaveText("2 of 2");
  await expect(app.page.getByTestId("set-answer")).toContainText("Over 2 images");
  expect(await order(app)).toEqual(["a", "b"]);
  await app.page.getByText("One file is in no pair").click();
  await expect(app.page.getByText("masks/alone.png")).toBeVisible();

  const iou = heading(app, "IoU");
  await expect(heading(app, "image")).toHaveAttribute("aria-sort", "ascending");
  await iou.getByRole("button").focus();
  await app.page.keyboard.press("Enter");
  await expect(iou).toHaveAttribute("aria-sort", "ascending");
  expect(await order(app)).toEqual(["b", "a"]);
  await app.page.keyboard.press("Enter");
  await expect(iou).toHaveAttribute("aria-sort", "descending");
  expect(await order(app)).toEqual(["a", "b"]);
});

test("files that are dropped together are a set, and a row opens as the scene", async ({ app }) => {
  const before = await app.values();
  await app.drop(app.page.locator("body"), ...THREE);
  await expect(app.page.getByRole("tab", { name: "Folder" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await expect(app.page.getByTestId("set-progress")).toHaveText("3 of 3");
  await expect(app.page.getByTestId("set-answer")).toContainText("Over 3 images");
  const row = app.page.locator("tr[data-row]", { hasText: "b" }).first();
  const cells = await row.getByRole("cell").allInnerTexts();
  await row.getByRole("button").click();
  await app.showTab("Losses");
  await expect(app.card("dice")).toBeVisible();
  const values = await app.expectNativeValues();
  // The row shows four digits of what the card has.
  expect(cells.some((cell) => Math.abs(Number(cell) - (values.dice ?? NaN)) < 1e-4)).toBe(true);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("a zip is a set as its files are", async ({ app }) => {
  const packed = zip(
    "set.zip",
    THREE.map((file) => ({ ...file, name: `set/${file.name}` })),
  );
  await evaluate(app, [packed], 3);
  expect(await order(app)).toEqual(["a", "b", "c"]);
  await app.page.locator("tr[data-row]").first().getByRole("button").click();
  await app.settle();
  await app.showTab("Losses");
  await app.expectNativeValues();
});

test("the table is saved as CSV in full precision", async ({ app }) => {
  await evaluate(app, THREE, 3);
  const saving = app.page.waitForEvent("download");
  await app.button("Save as CSV").click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("lossfield-folder.csv");
  const csv = await readFile(await download.path(), "utf8");
  const [head = "", first = "", ...rest] = csv.split("\r\n");
  expect(rest).toHaveLength(3);
  const columns = head.split(",");
  expect(columns.slice(0, 5)).toEqual(["image", "truth", "prediction", "width", "height"]);
  const cells = first.split(",");
  expect(cells.slice(0, 5)).toEqual(["a", "a_gt.png", "a_pred.npy", "48", "40"]);
  await app.page.locator("tr[data-row]").first().getByRole("button").click();
  await app.settle();
  await app.showTab("Losses");
  const values = await app.values();
  for (const loss of ["dice", "cross_entropy"]) {
    const found = Number(cells[columns.indexOf(loss)]);
    expect(Math.abs(found - (values[loss] ?? NaN)), loss).toBeLessThan(1e-12);
  }
});

test("a bad file is a row that says so, and nothing stops", async ({ app }) => {
  const whole = truth("b_gt.png", 12);
  const cut = { ...whole, buffer: whole.buffer.subarray(0, whole.buffer.length - 30) };
  await evaluate(app, [...THREE.filter(({ name }) => name !== "b_gt.png"), cut], 3);
  const bad = app.page.locator("tr[data-row]", { hasText: "cut short" });
  await expect(bad).toHaveCount(1);
  await expect(bad.getByRole("button")).toHaveCount(0);
  await expect(app.page.getByTestId("set-answer")).toContainText("Over 2 of 3 images");
});

test("what can be read in several ways is asked about once for all of its kind", async ({
  app,
}) => {
  const trimap = (name: string) =>
    png(name, SIZE, (x, y) => {
      const away = Math.hypot(x - 24, y - 20);
      return away < 10 ? 1 : away < 12 ? 3 : 2;
    });
  const uploads = ["a", "b", "c"].flatMap((name) => [
    trimap(`${name}_gt.png`),
    prediction(`${name}_pred.npy`, 10),
  ]);
  await evaluate(app, uploads, 3);
  await expect(app.page.getByText("3 images wait for this.")).toHaveCount(1);
  await app.button("Say how").click();
  const dialog = app.page.getByRole("dialog", { name: /^How is .* to be read/ });
  await dialog.getByLabel("What 1 stands for").selectOption("1");
  await dialog.getByLabel("What 2 stands for").selectOption("nothing");
  await dialog.getByLabel("What 3 stands for").selectOption("void");
  await dialog.getByRole("button", { name: "Read all like it so" }).click();
  await expect(app.button("Say how")).toHaveCount(0);
  await expect(app.page.getByTestId("set-answer")).toContainText("Over 3 images");
});

test("it can be cancelled and goes on where it was", async ({ app }) => {
  test.slow();
  const large: Size = { width: 400, height: 400 };
  const many = Array.from({ length: 30 }, (_, i) => [
    truth(`${i}_gt.png`, 10 + i, large),
    prediction(`${i}_pred.npy`, 12 + i, large),
  ]).flat();
  await app.showTab("Folder");
  await app.page.getByRole("radio", { name: "all", exact: true }).check();
  await files(app).setInputFiles(many);
  const progress = app.page.getByTestId("set-progress");
  await expect(progress).not.toHaveText("0 of 30");
  await app.button("Cancel").click();
  const [done = NaN] = (await progress.innerText()).split(" ").map(Number);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(30);
  await expect(app.page.locator("tr[data-row]")).toHaveCount(done);
  await app.button("Go on").click();
  await expect(progress).toHaveText("30 of 30", { timeout: 60_000 });
});

test("rows of other settings say so until they are evaluated again", async ({ app }) => {
  await evaluate(app, THREE, 3);
  const outdated = app.page.getByText("These rows are from before");
  await expect(outdated).toHaveCount(0);
  await app.page.getByRole("radio", { name: "all", exact: true }).check();
  await expect(outdated).toBeVisible();
  await app.button("Evaluate again").click();
  await expect(outdated).toHaveCount(0);
  await expect(heading(app, "Lovász hinge").first()).toBeVisible();
});

test("the rest is folded: agreement, disputes and a histogram of each loss", async ({ app }) => {
  await evaluate(app, THREE, 3);
  const charts = app.page.getByRole("tabpanel").locator("figure canvas");
  await expect(charts).toHaveCount(0);
  await app.page.getByText("More: agreement, disputes, histograms").click();
  const losses = await app.page.evaluate(() => {
    const { cards } = window.lossfield.document;
    return (cards as string[]).length;
  });
  await expect(charts).toHaveCount(losses);
  await expect(app.page.getByRole("region", { name: /^Agreement of orders/ })).toBeVisible();
});

test("the advisor takes the truths of the folder", async ({ app }) => {
  await evaluate(app, THREE, 3);
  await app.showTab("Advisor");
  const about = app.page.getByRole("group", { name: "What is it about?" });
  await about.getByRole("radio", { name: "the folder: 3 images" }).check();
  await expect(app.page.getByRole("heading", { name: "The truths of 3 images" })).toBeVisible();
  await about.getByRole("radio", { name: "this scene" }).check();
  await expect(app.page.getByRole("heading", { name: "This truth" })).toBeVisible();
});
