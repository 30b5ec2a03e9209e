import { found, measured } from "./figures.ts";
import { type App, type TabName, expect, test } from "./fixtures.ts";

const note = (app: App) => app.page.getByText(/^This is from before/);

for (const tab of ["Imbalance", "Gradients", "Descent", "Advisor"] satisfies TabName[]) {
  test(`${tab} does not open empty`, async ({ app }) => {
    await app.showTab(tab);
    await expect(found(app).locator("figure").first()).toBeVisible({ timeout: 60_000 });
  });
}

for (const tab of ["Imbalance", "Gradients"] satisfies TabName[]) {
  test(`${tab} measures by itself after a pause in painting, and shows until then what it is from`, async ({
    app,
  }) => {
    test.slow();
    await app.showTab(tab);
    await measured(app);
    const before = await app.digests(found(app).locator("figure canvas"));
    const [from = [0, 0], to = [0, 0]] = await app.clientFromGrid("truth", [
      [20, 20],
      [90, 90],
    ]);
    await app.page.mouse.move(...from);
    await app.page.mouse.down();
    await app.page.mouse.move(...to);
    await app.settle();
    await app.page.mouse.up();
    await expect(found(app)).toHaveAttribute("data-stale", "truth");
    await expect(note(app)).toContainText("from before your last stroke on the truth");
    await measured(app);
    await expect(note(app)).toHaveCount(0);
    expect(await app.digests(found(app).locator("figure canvas"))).not.toEqual(before);
  });
}

test("what changes while another tab is open is measured when one comes back", async ({ app }) => {
  test.slow();
  await app.showTab("Imbalance");
  await measured(app);
  await app.showTab("Losses");
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  await app.showTab("Imbalance");
  await measured(app);
  await expect(note(app)).toHaveCount(0);
});

for (const [tab, button] of [
  ["Descent", "Run again"],
  ["Advisor", "Measure again"],
] as const) {
  test(`${tab} says what it is from before, and runs again when it is asked to`, async ({
    app,
  }) => {
    test.slow();
    await app.showTab(tab);
    await expect(found(app)).toHaveAttribute("data-stale", "no", { timeout: 60_000 });
    await app.stroke("truth", [
      [20, 20],
      [90, 60],
    ]);
    await expect(found(app)).toHaveAttribute("data-stale", "truth");
    await app.button("Undo").click();
    await app.settle();
    await expect(found(app), "the same document again").toHaveAttribute("data-stale", "no");
    await app.stroke("prediction", [
      [20, 20],
      [90, 60],
    ]);
    await expect(found(app)).toHaveAttribute("data-stale", "prediction");
    await expect(note(app)).toContainText("from before your last stroke on the prediction");
    await app.button("Undo").click();
    await app.slider("Soft truth").press("PageUp");
    await expect(found(app)).toHaveAttribute("data-stale", "truth");
    await app.button("Undo").click();
    await app.showTab("Losses");
    await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
    await app.showTab(tab);
    await expect(found(app)).toHaveAttribute("data-stale", "losses");
    await app.openPreset("Shifted boundary");
    await app.showTab(tab);
    await expect(found(app)).toHaveAttribute("data-stale", "image");
    await app.button(button).click();
    await measured(app);
  });
}

test("a surface is not measured by itself again, and says that its controls were changed", async ({
  app,
}) => {
  test.slow();
  await app.showTab("Imbalance");
  await measured(app);
  await app.button("One loss, two parameters").click();
  await expect(found(app)).toHaveAttribute("data-stale", "question");
  await expect(note(app)).toContainText("from before you changed the controls above");
  await app.button("All cards, one sweep").click();
  await measured(app);
});
