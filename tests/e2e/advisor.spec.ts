import type { Locator } from "@playwright/test";
import { measured } from "./figures.ts";
import { type App, expect, test } from "./fixtures.ts";

/** Opens the advisor and waits until all is measured. */
async function ask(app: App): Promise<void> {
  await app.showTab("Advisor");
  await measured(app);
}

function list(app: App, name: "Worth a try" | "Rather not here"): Locator {
  return app.page.getByRole("list", { name });
}

/** The names of a list, without their places. */
async function names(app: App, of: "Worth a try" | "Rather not here"): Promise<string[]> {
  const texts = await list(app, of).getByRole("heading").allInnerTexts();
  return texts.map((text) => text.replace(/^\d+\. /, ""));
}

function choose(app: App, question: string, answer: string): Promise<void> {
  return app.page
    .getByRole("group", { name: question })
    .getByRole("radio", { name: answer, exact: true })
    .check();
}

test("the advisor begins by itself, and every reason has a source and what this scene says", async ({
  app,
}) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Advisor");
  // The rules are there before anything is measured.
  await expect(list(app, "Worth a try").locator("[data-verdict=none]").first()).toBeVisible();
  await measured(app);
  const short = await names(app, "Worth a try");
  expect(short.length).toBeGreaterThan(2);
  expect(short.length).toBeLessThanOrEqual(6);
  expect(await names(app, "Rather not here")).toContain("Cross-entropy");
  await expect(
    app.page.getByRole("row", { name: /^share of the pixels/ }).getByRole("cell"),
  ).toHaveText("0.31 %");
  const first = list(app, "Worth a try").locator("[data-advised]").first();
  await expect(first.locator("cite").first()).toContainText(/20\d\d/);
  await expect(first.locator("[data-verdict]").first()).toHaveText(/^This scene .*\d/);
  // The points of the chart are those of the cards, in their order.
  const chart = app.page.locator("figure[data-chart]", { hasText: "What speaks for each" });
  await chart.getByRole("button", { name: "Table" }).click();
  const heads = await chart.locator("tbody th").allInnerTexts();
  expect(heads.map((text) => text.replace(/^\d+\. (.*): .*$/, "$1"))).toEqual(short);
});

test("another answer changes the order at once, without measuring again", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await ask(app);
  const before = await names(app, "Worth a try");
  await choose(app, "Which error is worse?", "misses (false negatives)");
  await expect.poll(() => names(app, "Worth a try")).not.toEqual(before);
  expect((await names(app, "Worth a try")).slice(0, 2)).toEqual([
    "Combo, β = 0.7",
    "Tversky 0.3 / 0.7",
  ]);
  await choose(app, "Which error is worse?", "false positives");
  await expect
    .poll(async () => (await names(app, "Worth a try")).slice(0, 2))
    .toEqual(["Combo, β = 0.3", "Tversky 0.7 / 0.3"]);
  await choose(app, "Calibrated probabilities?", "needed");
  await expect.poll(async () => (await names(app, "Worth a try"))[0]).toBe("Cross-entropy");
  await choose(app, "Do boundaries matter?", "much");
  await choose(app, "Calibrated probabilities?", "not needed");
  await expect.poll(() => names(app, "Worth a try")).toContain("Dice + boundary loss");
  await expect(app.button("Cancel")).toBeHidden();
});

test("a suggestion's card is shown with its settings", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await ask(app);
  await choose(app, "Which error is worse?", "false positives");
  await app.button("Show the card of Tversky 0.7 / 0.3").click();
  await expect(app.page.getByRole("tab", { name: "Losses" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  const card = app.card("tversky");
  await expect(card).toBeFocused();
  await expect(card).toBeInViewport();
  await expect(card.getByRole("slider", { name: /^α/ })).toHaveValue("0.7");
  await expect(card.getByRole("slider", { name: /^β/ })).toHaveValue("0.3");
  await app.expectNativeValues();
});

test("a changed scene is said to be one, and measured when asked", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  await ask(app);
  const objects = app.page.getByRole("row", { name: /^objects \d/ }).getByRole("cell");
  await expect(objects).toHaveText("1");
  await app.stroke("truth", [
    [20, 20],
    [24, 24],
  ]);
  const before = app.page.getByText("from before your last stroke on the truth");
  await expect(before).toBeVisible();
  await expect(objects).toHaveText("1");
  await app.button("Measure again").click();
  await expect(objects).toHaveText("2");
  await app.button("Cancel").click();
  await expect(app.page.getByText(/^Stopped after \d+ of \d+\.$/)).toBeVisible();
  await expect(before).toBeHidden();
});

test("an empty truth is advised on as one", async ({ app }) => {
  await app.openPreset("Empty truth");
  await ask(app);
  await expect(app.page.getByText("The truth is empty")).toBeVisible();
  const avoid = list(app, "Rather not here");
  expect(await names(app, "Rather not here")).toContain("Dice");
  await expect(avoid).toContainText("Σ|gradient| is 0,");
  expect((await names(app, "Worth a try"))[0]).toBe("Dice + cross-entropy");
});

test("with several classes each has its facts", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  await ask(app);
  const share = app.page.getByRole("row", { name: /^share of the pixels/ }).getByRole("cell");
  await expect(share).toHaveCount(3);
  await expect(app.page.getByText("The classes are of unequal size")).toBeVisible();
  // Class 2 is the rare one, and missing it is measured against as many pixels of class 1.
  const table = app.page.getByRole("region", { name: "Measured on this scene" });
  await expect(table.getByRole("row", { name: /^Dice \+ focal/ })).not.toContainText("– –");
});
