import { type Size, type Upload, npy, png } from "./encode.ts";
import { type App, type Plane, expect, test } from "./fixtures.ts";

const SIZE: Size = { width: 90, height: 70 };

/** A disc of one value on the ground of another, with a few stray pixels of a third. */
function disc(name: string, inside: number, outside: number, stray = outside): Upload {
  return png(name, SIZE, (x, y) => {
    if (y === 2 && x < 7) return stray;
    return (x - 40) ** 2 + (y - 35) ** 2 < 400 ? inside : outside;
  });
}

async function pick(app: App, plane: Plane, ...files: Upload[]): Promise<void> {
  const name = plane === "truth" ? "Open ground truth" : "Open prediction";
  await app.page.getByLabel(name).setInputFiles(files);
}

/** The dialog that asks how a file is read. */
function dialog(app: App) {
  return app.page.getByRole("dialog", { name: /^How is .* to be read/ });
}

test("a file that is sure goes straight in, says how it was read, and can be read otherwise", async ({
  app,
}) => {
  await pick(app, "truth", disc("mask.png", 255, 0));
  await expect(app.messages).toContainText("mask.png:");
  const values = await app.expectNativeValues();
  await expect(dialog(app)).toHaveCount(0);

  await app.button("Read it otherwise").click();
  await dialog(app).getByLabel("What 255 stands for").selectOption("nothing");
  await dialog(app).getByLabel("What 0 stands for").selectOption("1");
  await dialog(app).getByRole("button", { name: "Open as ground truth" }).click();
  await app.settle();
  const turned = await app.expectNativeValues();
  expect(turned.cross_entropy).not.toBe(values.cross_entropy);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(values);
});

test("stray values are asked about, and nothing is opened before that", async ({ app }) => {
  const before = await app.values();
  await pick(app, "truth", disc("stray.png", 255, 0, 1));
  const stray = app.page.getByRole("cell", { name: "1", exact: true });
  const row = dialog(app).getByRole("row").filter({ has: stray });
  await expect(row.getByRole("cell").nth(1)).toHaveText("7");
  expect(await app.values()).toEqual(before);
  await dialog(app).getByRole("button", { name: "Do not open" }).click();
  await expect(dialog(app)).toHaveCount(0);
  expect(await app.values()).toEqual(before);

  await pick(app, "truth", disc("stray.png", 255, 0, 1));
  await dialog(app).getByRole("button", { name: "Open as ground truth" }).click();
  await app.settle();
  const read = await app.expectNativeValues();
  // Remembered: the next file like it is not asked about.
  await app.button("Undo").click();
  await pick(app, "truth", disc("another.png", 255, 0, 1));
  await expect(app.messages).toContainText("another.png:");
  await expect(dialog(app)).toHaveCount(0);
  expect(await app.values()).toEqual(read);
});

test("one file as truth and as prediction is a perfect prediction", async ({ app }) => {
  await pick(app, "truth", disc("gt.png", 255, 0));
  await expect(app.messages).toContainText("gt.png:");
  await pick(app, "prediction", disc("gt.png", 255, 0));
  await expect.poll(async () => (await app.values()).dice).toBeLessThan(1e-5);
  await app.expectNativeValues();
});

test("of two files at once each is what its name says", async ({ app }) => {
  const probs = npy("case_prob.npy", [SIZE.height, SIZE.width], () => 0.5);
  await pick(app, "truth", probs, disc("case_mask.png", 255, 0));
  await expect.poll(async () => (await app.values()).cross_entropy).toBeCloseTo(Math.LN2, 9);
  await app.expectNativeValues();
});

test("a pasted picture is opened", async ({ app }) => {
  const { name, mimeType, buffer } = disc("pasted.png", 255, 0);
  await app.page.evaluate(
    ({ bytes, name, type }) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(bytes)], name, { type }));
      window.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    },
    { bytes: Array.from(buffer), name, type: mimeType },
  );
  await expect(app.messages).toContainText("pasted.png:");
  await app.expectNativeValues();
});

test("a card is copied as Python that begins with the opened files", async ({ app }) => {
  await pick(
    app,
    "truth",
    disc("gt.png", 255, 0),
    npy("half_pred.npy", [SIZE.height, SIZE.width], () => 0.5),
  );
  await expect(app.messages).toContainText("gt.png:");
  await app.settle();
  await app
    .card("dice")
    .getByRole("button", { name: /^Python/ })
    .click();
  const lines = app.page.getByRole("dialog").locator("pre");
  await expect(lines.first()).toContainText('Image.open("gt.png")');
  await expect(lines.first()).toContainText('np.load("half_pred.npy")');
  const save = app.page.getByRole("dialog").locator("section", { hasText: "Ground truth" });
  await expect(save.locator("pre")).toContainText('.save("truth.png")');
});
