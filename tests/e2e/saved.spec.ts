import { readFile } from "node:fs/promises";
import type { Upload } from "./encode.ts";
import { png } from "./encode.ts";
import { type App, another, expect, test } from "./fixtures.ts";

/** What a button of the file menu saves. */
async function saved(app: App, button: "Save" | "Save picture"): Promise<Upload> {
  await app.page.locator("summary", { hasText: "File" }).click();
  const download = app.page.waitForEvent("download");
  await app.button(button).click();
  const file = await download;
  const name = file.suggestedFilename();
  const mimeType = name.endsWith(".png") ? "image/png" : "application/json";
  return { name, mimeType, buffer: await readFile(await file.path()) };
}

/** A drawing with an opened mask and a stroke. */
async function draw(app: App): Promise<void> {
  const mask = png("mask.png", { width: 90, height: 70 }, (x, y) => (x + y < 80 ? 255 : 0));
  await app.page.getByLabel("Open ground truth").setInputFiles(mask);
  await expect(app.messages).toContainText("mask.png");
  await app.stroke("prediction", [
    [10, 10],
    [50, 40],
  ]);
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
}

for (const button of ["Save", "Save picture"] as const) {
  test(`${button}: the file opens elsewhere as it was, is one step of undo, and can be dropped`, async ({
    app,
    browser,
  }) => {
    await draw(app);
    const values = await app.values();
    const maps = await app.heatmaps();
    const file = await saved(app, button);
    if (button === "Save picture") {
      expect(file.buffer.subarray(1, 4).toString()).toBe("PNG");
      const [width, height] = [file.buffer.readUInt32BE(16), file.buffer.readUInt32BE(20)];
      expect(Math.min(width, height), "it can be read").toBeGreaterThan(400);
    }

    const there = await another(browser);
    await there.openPreset("Shifted boundary");
    const before = await there.values();
    await there.chooseFromMenu("Open…", file);
    await expect(there.messages).toContainText(`${file.name} is opened. Undo brings back`);
    expect(await there.values()).toEqual(values);
    expect(await there.heatmaps()).toEqual(maps);
    await there.expectNativeValues();
    await there.button("Undo").click();
    expect(await there.values()).toEqual(before);

    await there.drop(there.page.getByRole("banner"), file);
    await expect.poll(() => there.values()).toEqual(values);
    await there.reload();
    expect(await there.values(), "with its pixels, over a reload").toEqual(values);
    await there.expectNativeValues();
    expect(there.errors).toEqual([]);
  });
}

test("a file that is none is refused with a sentence, and changes nothing", async ({ app }) => {
  const before = await app.values();
  const junk = { name: "junk.json", mimeType: "application/json", buffer: Buffer.from("{]") };
  await app.chooseFromMenu("Open…", junk);
  await expect(app.messages).toContainText("junk.json");
  expect(await app.values()).toEqual(before);
  await expect(app.button("Undo")).toBeDisabled();
});

test("a link cannot carry an opened file, says so, and offers the file that can", async ({
  app,
  context,
  browser,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await draw(app);
  const link = await app.addressed();
  await app.button("Copy link").click();
  await expect(app.messages).toContainText("It cannot carry mask.png; the saved file can.");
  const download = app.page.waitForEvent("download");
  await app.button("Save file").click();
  const file = await download;
  const bytes = await readFile(await file.path());

  const there = await another(browser, link);
  await expect(there.messages).toContainText("mask.png");
  const upload = { name: "saved.json", mimeType: "application/json", buffer: bytes };
  await there.chooseFromMenu("Open…", upload);
  await expect(there.messages).toContainText("saved.json is opened");
  expect(await there.values()).toEqual(await app.values());
});
