import type { Locator } from "@playwright/test";
import { type App, expect, test } from "./fixtures.ts";

function charts(app: App): Locator {
  return app.page.getByRole("tabpanel").locator("figure canvas");
}

/** As many pixels as the screen has under each chart, and something drawn on them. */
async function expectCrisp(app: App, density: number, count: number): Promise<void> {
  await expect(charts(app)).toHaveCount(count);
  for (const chart of await charts(app).all()) {
    const sizes = () =>
      chart.evaluate((element) => {
        const { width, height, clientWidth, clientHeight } = element as HTMLCanvasElement;
        return { canvas: [width, height], page: [clientWidth, clientHeight] };
      });
    // A chart is drawn when its size is known, a frame after it is laid out.
    await expect
      .poll(async () => {
        const { canvas, page } = await sizes();
        return canvas.join() === page.map((side) => Math.round(side * density)).join();
      })
      .toBe(true);
    expect((await sizes()).page[0]).toBeGreaterThan(200);
    expect((await app.digest(chart)).colours).toBeGreaterThan(20);
  }
}

for (const density of [1, 2]) {
  test.describe(`at ${density} pixels of the screen to one of the page`, () => {
    test.use({ deviceScaleFactor: density });

    for (const [tab, count] of [
      ["Focal", 5],
      ["Lovász", 2],
    ] as const) {
      test(`the charts of ${tab} are crisp, light and dark, wide and narrow`, async ({ app }) => {
        await app.showTab(tab);
        await expectCrisp(app, density, count);
        const light = await app.digests(charts(app));
        await app.button("Switch to dark theme").click();
        await app.settle();
        await expectCrisp(app, density, count);
        expect(await app.digests(charts(app))).not.toEqual(light);
        await app.page.setViewportSize({ width: 1024, height: 768 });
        await expectCrisp(app, density, count);
      });
    }
  });
}

test("focal: γ and α move the curves and the value, by as much as on the card", async ({ app }) => {
  await app.showTab("Focal");
  const value = app.page.getByTestId("focal-value");
  const before = { value: await value.innerText(), charts: await app.digests(charts(app)) };
  // Within a side α is the same for all: it leaves the last two charts as they are.
  for (const [name, moved] of [
    ["γ", 5],
    ["α", 3],
  ] as const) {
    await app.slider(name).press("End");
    await app.settle();
    const after = { value: await value.innerText(), charts: await app.digests(charts(app)) };
    expect(after.value, name).not.toBe(before.value);
    for (const [i, chart] of after.charts.entries()) {
      const changed = chart.hash !== before.charts[i]?.hash;
      expect(changed, `chart ${i} after ${name}`).toBe(i < moved);
    }
    Object.assign(before, after);
  }
  await app.showTab("Losses");
  await expect(app.card("focal").locator("output").first()).toHaveText(before.value);
  await app.expectNativeValues();
});

test("focal: the histogram is of this scene", async ({ app }) => {
  await app.showTab("Focal");
  const before = await app.digests(charts(app));
  await app.stroke("prediction", [
    [20, 20],
    [100, 90],
  ]);
  expect(await app.digests(charts(app))).not.toEqual(before);
});

test("Lovász: pointing at a rank lights its pixel, pointing at a pixel its rank", async ({
  app,
}) => {
  await app.showTab("Lovász");
  const rank = app.page.getByTestId("lovasz-rank");
  await expect(rank).toHaveCount(0);
  for (const chart of await charts(app).all()) {
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error("the chart is not on the screen");
    const seen: string[] = [];
    for (const share of [0.3, 0.6]) {
      await app.page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
      await app.settle();
      const at = /x (\d+), y (\d+)/.exec(await app.inspector.innerText());
      seen.push(await rank.innerText());
      const mark = app.pad("prediction").locator("rect.mark");
      await expect(mark).toHaveAttribute("x", at?.[1] ?? "an inspected pixel");
      await expect(mark).toHaveAttribute("y", at?.[2] ?? "an inspected pixel");
    }
    expect(Number(seen[0]), "further right is a later rank").toBeLessThan(Number(seen[1]));
  }

  const lit = await app.digests(charts(app));
  const ranks = new Set<string>();
  const points = [
    [30.5, 30.5],
    [90.5, 70.5],
  ] as const;
  for (const client of await app.clientFromGrid("prediction", points)) {
    await app.page.mouse.move(...client);
    await app.settle();
    ranks.add(await rank.innerText());
  }
  expect(ranks.size).toBe(2);
  expect(await app.digests(charts(app))).not.toEqual(lit);
  await app.page.mouse.move(0, 0);
  await expect(rank).toHaveCount(0);
});

test("Lovász: hinge or probability, each with the value of its card", async ({ app }) => {
  const cards = await app.values();
  await app.showTab("Lovász");
  const value = app.page.getByTestId("lovasz-value");
  const hinge = { text: await value.innerText(), charts: await app.digests(charts(app)) };
  expect(Number(hinge.text)).toBeCloseTo(cards.lovasz_hinge ?? NaN, 2);
  await app.button("Sigmoid, on probabilities").click();
  await app.settle();
  expect(Number(await value.innerText())).toBeCloseTo(cards.lovasz_softmax ?? NaN, 2);
  expect(await app.digests(charts(app))).not.toEqual(hinge.charts);
});

test("Lovász: in a multi-class scene every class has its own sort", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  await app.showTab("Lovász");
  const seen = new Set<string>();
  for (const label of ["0", "1", "2"]) {
    await app.page.getByRole("tabpanel").getByRole("combobox").selectOption(label);
    await app.settle();
    seen.add(await app.page.getByTestId("lovasz-value").innerText());
  }
  expect(seen.size).toBe(3);
});
