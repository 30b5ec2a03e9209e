import { expect, test } from "@playwright/test";

test("the page opens, shows its cards, and the console has no errors", async ({ page }) => {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("requestfailed", (request) => errors.push(`${request.url()} failed to load`));

  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Lossfield", level: 1 })).toBeVisible();
  await expect(page.locator("article[data-loss][data-value]").first()).toBeVisible();
  await page.screenshot({ path: "screenshots/smoke.png" });
  expect(errors).toEqual([]);
});
