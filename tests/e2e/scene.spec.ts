import { type App, expect, test } from "./fixtures.ts";

/** Moves a slider by its keys, and waits for what comes of it. */
async function press(app: App, slider: string, ...keys: string[]): Promise<void> {
  for (const key of keys) await app.slider(slider).press(key);
  await app.settle();
}

test("every bundled scene opens, says what it is, and has the native values", async ({ app }) => {
  const scenes = app.page.getByRole("combobox", { name: "Scene" });
  const titles = await scenes.locator("option").allInnerTexts();
  expect(titles.length).toBeGreaterThanOrEqual(7);
  const pictures = new Set<number>();
  const descriptions = new Set<string>();
  for (const title of titles) {
    await app.openPreset(title);
    await expect(scenes.locator("option:checked")).toHaveText(title);
    await app.expectNativeValues();
    descriptions.add(await app.page.getByRole("banner").locator(".what").innerText());
    pictures.add((await app.digest(app.pad("prediction").locator("canvas"))).hash);
  }
  expect(descriptions.size).toBe(titles.length);
  expect(pictures.size).toBe(titles.length);
});

test("the real scene lies over its photograph", async ({ app }) => {
  await app.openPreset("Coins");
  const canvas = app.pad("truth").locator("canvas");
  const photograph = await app.digest(canvas);
  await app.page.getByLabel("photograph under the masks").uncheck();
  await app.settle();
  const plain = await app.digest(canvas);
  expect(photograph.colours).toBeGreaterThan(100);
  expect(plain.colours).toBeLessThan(10);
});

test("binary, 3, 4 and 5 classes and back", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const binary = await app.values();
  const names = await app.cards.getByRole("heading").allInnerTexts();
  for (const classes of [3, 5, 4] as const) {
    await app.setTask(`${classes} classes`);
    await expect(app.button(`${classes} classes`)).toHaveAttribute("aria-pressed", "true");
    const inks = app.page.getByRole("group", { name: "Class to paint" }).getByRole("button");
    await expect(inks).toHaveCount(classes + 1);
    await app.expectNativeValues();
  }
  expect(await app.cards.getByRole("heading").allInnerTexts()).not.toEqual(names);

  await app.page
    .getByRole("group", { name: "Class whose probability is painted" })
    .getByRole("button", { name: "class 2" })
    .click();
  await app.stroke("prediction", [
    [20, 20],
    [50, 30],
  ]);
  await app.expectNativeValues();
  for (let step = 0; step < 4; step += 1) await app.button("Undo").click();
  expect(await app.values()).toEqual(binary);
  expect(await app.cards.getByRole("heading").allInnerTexts()).toEqual(names);
});

test("settings of one number of classes do no harm with another", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  const weight = "class weights, class 2";
  await app.card("cross_entropy").getByRole("slider", { name: weight }).press("End");
  const three = await app.expectNativeValues();
  await app.setTask("5 classes");
  await app.expectNativeValues();
  await app.setTask("Binary");
  await app.expectNativeValues();
  await app.button("Undo").click();
  await app.button("Undo").click();
  expect(await app.values()).toEqual(three);
});

for (const { name, keys } of [
  { name: "Temperature", keys: ["PageUp", "PageUp"] },
  { name: "Bias", keys: ["PageDown"] },
  { name: "Noise", keys: ["PageUp"] },
]) {
  test(`${name} changes the values, can be painted through, and goes back`, async ({ app }) => {
    const before = await app.values();
    await press(app, name, ...keys);
    const adjusted = await app.expectNativeValues();
    for (const loss of Object.keys(before)) expect(adjusted[loss], loss).not.toBe(before[loss]);

    await app.stroke("prediction", [
      [30, 30],
      [70, 50],
    ]);
    const painted = await app.expectNativeValues();
    expect(painted).not.toEqual(adjusted);
    await app.button("Undo").click();
    expect(await app.values()).toEqual(adjusted);

    await app.button("Reset").click();
    expect(await app.values()).toEqual(before);
    await expect(app.button("Reset")).toBeDisabled();
  });
}

test("another seed is other noise, the same seed the same", async ({ app }) => {
  const seed = app.page.getByRole("spinbutton", { name: "Seed" });
  await press(app, "Noise", "PageUp");
  const first = await app.values();
  const set = async (to: string) => {
    await seed.fill(to);
    await seed.press("Enter");
    return app.values();
  };
  expect(await set("7")).not.toEqual(first);
  expect(await set("1")).toEqual(first);
  expect(await set("-3"), "no seed").toEqual(first);
  await expect(seed).toHaveValue("1");
});
