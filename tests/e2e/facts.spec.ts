import { type App, expect, test } from "./fixtures.ts";

async function shares(app: App): Promise<Record<string, string>> {
  await app.settle();
  const pairs = await app.cards.evaluateAll((cards) =>
    cards.map((card): [string, string] => [
      card.getAttribute("data-loss") ?? "",
      card.querySelector<HTMLElement>(".fg")?.innerText ?? "",
    ]),
  );
  return Object.fromEntries(pairs);
}

test("p = 0.5 everywhere: who holds the gradient", async ({ app }) => {
  await app.openPreset("p = 0.5 everywhere");
  expect(await shares(app)).toEqual({
    cross_entropy: "fg 0.39 %",
    focal: "fg 0.39 %",
    dice: "fg 50 %",
    jaccard: "fg 50 %",
  });
  await app.expectNativeValues();
});

test("every pixel right at 0.9: focal is a hundredth of cross-entropy", async ({ app }) => {
  await app.openPreset("Every pixel right at 0.9");
  const { cross_entropy, focal } = await app.values();
  expect((cross_entropy ?? NaN) / (focal ?? NaN)).toBeCloseTo(100, 3);
});

test("Dice sees two kinds of pixels", async ({ app }) => {
  await app.openPreset("Dice sees two kinds of pixels");
  await expect(app.page.getByRole("combobox", { name: "Gradient by the" })).toHaveValue("true");
  const maps = await app.heatmaps();
  expect(maps.dice?.colours).toBe(2);
  expect(maps.cross_entropy?.colours).toBeGreaterThan(20);
});

test("two pixels can be seen, painted and set", async ({ app }) => {
  await app.openPreset("Lovász hinge of two pixels");
  expect((await app.values()).lovasz_hinge).toBeCloseTo(1.5, 6);
  await app.stroke("prediction", [[0.5, 0.5]]);
  const painted = await app.expectNativeValues();
  expect(painted.lovasz_hinge).not.toBeCloseTo(1.5, 3);
  await app.showTab("Lovász");
  await app.showTab("Focal");
});

test("on an uncertain edge cross-entropy is at rest and Dice is not; soft forms are offered there", async ({
  app,
}) => {
  await app.openPreset("An edge nobody is sure of");
  const maps = await app.heatmaps();
  expect(maps.cross_entropy?.colours).toBe(1);
  expect(maps.dice?.colours).toBeGreaterThan(20);
  await expect(app.card("dice")).not.toContainText("hard labels");
  await app.button("Remove Jaccard").click();
  await app.page.locator("summary", { hasText: "Losses:" }).click();
  await app.page.getByRole("checkbox", { name: "Focal", exact: true }).check();
  await app.page.keyboard.press("Escape");
  await expect(app.card("focal")).toContainText("It stays with the hard labels.");
  await app.openConventions();
  const form = app.card("dice").getByRole("combobox", { name: "soft labels" });
  expect((await app.values()).dice).toBeGreaterThan(0.02);
  await form.selectOption({ label: "Σ|p − y|" });
  expect((await app.expectNativeValues()).dice).toBeLessThan(1e-6);

  await app.slider("Soft truth").press("Home");
  await app.settle();
  await expect(form).toHaveCount(0);
  await app.expectNativeValues();
  await app.openPreset("Coins");
  await expect(app.slider("Soft truth")).toHaveValue("0");
});
