import AxeBuilder from "@axe-core/playwright";
import { type App, expect, test } from "./fixtures.ts";

/** What axe calls serious or critical, with the elements it is about. */
async function faults(app: App): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: app.page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const scene of ["Tiny lesion", "Three classes, one rare"]) {
      test(`${scene}: axe finds no serious fault`, async ({ app }) => {
        await app.openPreset(scene);
        await app.pinCentre();
        for (const tab of ["Focal", "Lovász", "All losses"] as const) {
          await app.showTab(tab);
          expect.soft(await faults(app), tab).toEqual([]);
        }
        await app.explain("focal");
        expect.soft(await faults(app), "the explanation").toEqual([]);
      });
    }

    test("messages: axe finds no serious fault", async ({ app }) => {
      await app.page.getByLabel("Open ground truth").setInputFiles({
        name: "notes.png",
        mimeType: "image/png",
        buffer: Buffer.from("dear diary"),
      });
      await expect(app.messages.getByText("expected a ground truth")).toBeVisible();
      expect(await faults(app)).toEqual([]);
    });
  });
}
