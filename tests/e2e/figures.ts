import type { Locator } from "@playwright/test";
import { type App, expect } from "./fixtures.ts";

export function figure(app: App, title: string): Locator {
  return app.page.locator("figure[data-chart]", { hasText: title });
}

/** The numbers of a chart, through its table: one row of text for each. */
export async function rows(app: App, title: string): Promise<string[][]> {
  const chart = figure(app, title);
  const button = chart.getByRole("button", { name: "Table" });
  if ((await button.getAttribute("aria-pressed")) !== "true") await button.click();
  const lines = await chart.locator("tbody tr").all();
  return Promise.all(lines.map((line) => line.locator("th, td").allInnerTexts()));
}

/** What the experiment of the open panel has found. */
export function found(app: App): Locator {
  return app.page.getByRole("tabpanel").locator("[data-stale]");
}

/** Waits until what an experiment has found is all there, and of the document as it is. */
export async function measured(app: App): Promise<void> {
  await expect(found(app)).toHaveAttribute("data-stale", "no", { timeout: 60_000 });
  await expect(app.button("Cancel")).toBeHidden({ timeout: 60_000 });
}

/** Where in the lower half of a chart a handle can be taken, looked for by pointing from right to left and up. */
export async function handleOf(app: App, chart: Locator): Promise<readonly [number, number]> {
  const canvas = chart.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("the chart is not on the screen");
  for (let x = box.width * 0.5; x > 0; x -= 20) {
    for (let y = box.height - 50; y > box.height / 2; y -= 20) {
      await app.page.mouse.move(box.x + x, box.y + y);
      const cursor = await canvas.evaluate((element) => getComputedStyle(element).cursor);
      if (cursor === "grab") return [box.x + x, box.y + y];
    }
  }
  throw new Error("the chart has no handle");
}
