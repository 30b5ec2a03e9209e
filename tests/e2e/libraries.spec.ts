import { expect, test } from "./fixtures.ts";

test("a card is set as in a library, follows the task, and is one's own again once a control is moved", async ({
  app,
}) => {
  await app.openPreset("Three classes, one rare");
  const card = app.card("dice");
  const menu = card.getByRole("combobox", { name: "Dice as in" });
  const own = (await app.values()).dice;
  await menu.selectOption("nnunet.SoftDiceLoss");
  expect((await app.expectNativeValues()).dice).toBeLessThan(0);
  // Its smooth of 1 beside twice the overlap is ours of ½, and the slider shows it.
  await expect(card.getByRole("slider", { name: "smooth" })).toHaveValue("0.5");

  await app.setTask("4 classes");
  await expect(menu).toHaveValue("nnunet.SoftDiceLoss");
  expect((await app.expectNativeValues()).dice).toBeLessThan(0);
  await app.setTask("3 classes");

  await card.getByRole("slider", { name: "smooth" }).press("ArrowRight");
  await app.settle();
  await expect(menu).toHaveValue("");
  await expect(menu.locator("option").first()).toHaveText("own settings");
  await menu.selectOption("");
  await app.expectNativeValues();
  await app.openPreset("Three classes, one rare");
  expect((await app.values()).dice).toBe(own);
});

test("a card as in a library says what that library does besides", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  const card = app.card("focal");
  await expect(card.locator(".note")).toHaveCount(0);
  await card.getByRole("combobox", { name: "Focal as in" }).selectOption("kornia.focal_loss");
  await expect(card.locator(".note")).toHaveText(/Its mean is over logits/);
});

test("one loss stands in every library, with what makes it differ, while the scene is painted", async ({
  app,
}) => {
  await app.openPreset("Three classes, one rare");
  const values = await app.values();
  await app.showTab("Libraries");
  const row = (name: string) => app.page.locator(`[data-comparison="${name}"]`);
  const value = async (name: string) => Number(await row(name).getAttribute("data-value"));
  expect(await value("own")).toBe(values.dice);
  expect(await value("smp.DiceLoss")).toBe(values.dice);
  await expect(row("smp.DiceLoss")).toContainText("the same as your card");
  expect(await value("nnunet.SoftDiceLoss")).toBeLessThan(0);
  await expect(row("nnunet.SoftDiceLoss")).toContainText("loss of a score S: −S, not 1 − S");
  await expect(row("kornia.dice_loss")).toContainText("classes at once");

  const before = await value("kornia.dice_loss");
  await app.stroke("prediction", [
    [20, 20],
    [60, 60],
  ]);
  expect(await value("kornia.dice_loss")).not.toBe(before);

  // Set as one of them, the card has its number, and that row is the same.
  const kornia = await value("kornia.dice_loss");
  await row("kornia.dice_loss").getByRole("button", { name: "Set the card as here" }).click();
  await app.settle();
  await expect(row("kornia.dice_loss")).toContainText("the same as your card");
  expect(await value("own")).toBe(kornia);
  await app.showTab("Losses");
  expect((await app.values()).dice).toBe(kornia);

  await app.showTab("Libraries");
  await app.page
    .getByRole("combobox", { name: "Loss", exact: true })
    .selectOption({ label: "Focal" });
  await app.settle();
  expect(await value("own")).not.toBe(kornia);
  await expect(row("kornia.focal_loss")).toBeVisible();
});

test("a card is copied as Python", async ({ app, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.card("dice").getByRole("button", { name: "Python for Dice" }).click();
  const dialog = app.page.getByRole("dialog");
  const line = dialog.locator("section", { hasText: "segmentation-models-pytorch" });
  await expect(line.locator("pre")).toContainText("DiceLoss(mode='binary')(logits, labels.long())");
  const value = (await app.values()).dice ?? Number.NaN;
  const printed = /print\(float\(loss\)\) {2}# ([\d.]+)/.exec(
    await line.locator("pre").innerText(),
  );
  expect(Number(printed?.[1]), "it ends with the value of the card").toBeCloseTo(value, 6);
  await line.getByRole("button", { name: "Copy" }).click();
  await expect(line.getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = await app.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await line.locator("pre").textContent());
  await app.page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("losses are chosen from the menu; what is removed is not evaluated", async ({ app }) => {
  const first = await app.losses();
  const menu = app.page.locator("summary", { hasText: "Losses:" });
  await menu.click();
  await app.page.getByRole("checkbox", { name: "Tversky", exact: true }).check();
  await app.page.getByRole("checkbox", { name: "Hinge", exact: true }).uncheck();
  await app.page.keyboard.press("Escape");
  await expect(menu).toBeFocused();
  await app.settle();
  const chosen = await app.losses();
  expect(chosen).toContain("tversky");
  expect(chosen).not.toContain("hinge");
  await app.card("tversky").getByRole("button", { name: "Remove Tversky" }).click();
  await app.settle();
  expect(await app.losses()).toEqual(first.filter((loss) => loss !== "hinge"));

  await menu.click();
  await app.button("All").click();
  await app.settle();
  const all = await app.heatmaps();
  expect(Object.keys(all).length).toBeGreaterThan(20);
  for (const [loss, { colours }] of Object.entries(all))
    expect.soft(colours, `colours of ${loss}`).toBeGreaterThan(2);
  await app.button("None").click();
  await app.settle();
  expect(await app.losses()).toEqual([]);
  await app.button("Those at first").click();
  await app.settle();
  expect(await app.losses()).toEqual(first);
});

test("gradients by the probability are those by the logit over p(1 − p)", async ({ app }) => {
  await app.pinCentre();
  const row = app.page.locator('[data-pixel-loss="cross_entropy"]');
  const gradient = async () => Number(await row.getAttribute("data-gradient"));
  const p = Number(
    await app.page.getByRole("slider", { name: "Probability of this pixel" }).inputValue(),
  );
  const byLogit = await gradient();
  const maps = await app.heatmaps();
  await app.page.getByRole("combobox", { name: "Gradient by the" }).selectOption("probability");
  await app.settle();
  const byProbability = await gradient();
  // The slider rounds p to its hundredths.
  const expected = [p - 0.005, p + 0.005].map((p) => byLogit / (p * (1 - p)));
  expect(Math.abs(byProbability)).toBeGreaterThan(0.99 * Math.min(...expected.map(Math.abs)));
  expect(Math.abs(byProbability)).toBeLessThan(1.01 * Math.max(...expected.map(Math.abs)));
  expect(await app.heatmaps()).not.toEqual(maps);
});
