import AxeBuilder from "@axe-core/playwright";
import { png } from "./encode.ts";
import { type App, LOVASZ_PARTS, expect, test } from "./fixtures.ts";

/** What axe calls serious or critical within an element, with the elements it is about. */
async function faults(app: App, within: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: app.page }).include(within).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const scene of ["Tiny lesion", "Three classes, one rare"]) {
    test.describe(`${scene}, ${colorScheme}`, () => {
      test.use({ colorScheme });

      // All of the page once, and then of each view what is new.
      test("axe finds no serious fault", async ({ app }) => {
        await app.openPreset(scene);
        await app.pinCentre();
        await app.page.getByLabel("Open ground truth").setInputFiles({
          name: "notes.png",
          mimeType: "image/png",
          buffer: Buffer.from("dear diary"),
        });
        await expect(app.messages.getByText("expected text that is numbers alone")).toBeVisible();
        await app.page.getByLabel("Open ground truth").setInputFiles(
          // Ids without a 0: what is the background?
          png("trimap.png", { width: 30, height: 20 }, (x) => 1 + Math.floor(x / 10)),
        );
        const reading = app.page.getByRole("dialog", { name: /^How is .* to be read/ });
        await expect(reading).toBeVisible();
        expect.soft(await faults(app, "dialog"), "the reading of a file").toEqual([]);
        await reading.getByRole("button", { name: "Do not open" }).click();
        await app.openConventions();
        expect.soft(await faults(app, "body"), "the cards").toEqual([]);
        await app.explain("focal");
        expect.soft(await faults(app, "dialog"), "the explanation").toEqual([]);
        await app.page.keyboard.press("Escape");
        await app
          .card("dice")
          .getByRole("button", { name: /^Python/ })
          .click();
        await expect(app.page.getByRole("dialog").locator("pre").first()).toBeVisible();
        expect.soft(await faults(app, "dialog"), "the Python").toEqual([]);
        await app.page.keyboard.press("Escape");
        await app.page.locator("summary", { hasText: "Losses:" }).click();
        expect.soft(await faults(app, ".menu"), "the menu of losses").toEqual([]);
        for (const tab of [
          "Libraries",
          "Focal",
          "Lovász",
          "Descent",
          "Imbalance",
          "Batch",
          "Metrics",
          "Gradients",
          "Folder",
          "Advisor",
        ] as const) {
          await app.showTab(tab);
          if (tab === "Batch") await app.button("Add an empty image").click();
          await app.settle();
          expect.soft(await faults(app, "[role=tabpanel]"), tab).toEqual([]);
        }
        await app.showTab("Lovász");
        for (const part of LOVASZ_PARTS.slice(1)) {
          await app.showPart(part);
          expect.soft(await faults(app, "[role=tabpanel]"), part).toEqual([]);
        }
      });
    });
  }
}
