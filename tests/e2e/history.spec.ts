import { type App, another, expect, test } from "./fixtures.ts";

async function expectTab(app: App, name: string): Promise<void> {
  await expect(app.page.getByRole("tab", { name, exact: true })).toHaveAttribute(
    "aria-selected",
    "true",
  );
}

test("Back and Forward go from tab to tab, and take nothing back that was painted", async ({
  app,
}) => {
  await app.showTab("Focal");
  await app.addressed();
  await app.showTab("Metrics");
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  const link = await app.addressed();
  const values = await app.values();
  await app.page.goBack();
  await expectTab(app, "Focal");
  await app.page.goBack();
  await expectTab(app, "Losses");
  const painted = await app.values();
  await app.expectNativeValues();
  await expect(app.button("Undo"), "the stroke is still there").toBeEnabled();
  await app.page.goForward();
  await expectTab(app, "Focal");
  await app.page.goForward();
  await expectTab(app, "Metrics");
  expect(await app.addressed()).toBe(link);
  expect(await app.values()).toEqual(values);
  await app.showTab("Losses");
  expect(await app.values()).toEqual(painted);
});

test("after Back the address holds the document of now", async ({ app, browser }) => {
  await app.showTab("Focal");
  await app.addressed();
  await app.showTab("Losses");
  await app.stroke("truth", [
    [20, 20],
    [90, 60],
  ]);
  const values = await app.values();
  await app.page.goBack();
  await expectTab(app, "Focal");
  const there = await another(browser, await app.addressed());
  await expectTab(there, "Focal");
  await there.showTab("Losses");
  expect(await there.values()).toEqual(values);
});

test("a reload right after Back goes on with the drawing, though the address is of before", async ({
  app,
}) => {
  await app.showTab("Focal");
  await app.addressed();
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  await app.addressed();
  const painted = await app.page.evaluate(() => window.lossfield.kept?.steps.length);
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener("popstate", () => {
          resolve();
        });
        history.back();
      }),
  );
  await app.reload();
  expect(await app.page.evaluate(() => window.lossfield.kept?.steps.length)).toBe(painted);
  await expect(app.messages).not.toContainText("This is a link");
  await app.showTab("Losses");
  await app.expectNativeValues();
});

test("tabs are places of the history, and nothing else is", async ({ app }) => {
  const length = () => app.page.evaluate(() => history.length);
  const before = await length();
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  await app.openPreset("Shifted boundary");
  await app.slider("Bias").press("PageUp");
  await app.addressed();
  expect(await length()).toBe(before);
  await app.showTab("Metrics");
  await app.showTab("Losses");
  expect(await length()).toBe(before + 2);
});

test("Undo goes back over scenes, images, cards and parameters, one step each", async ({ app }) => {
  const copy = async () => {
    await app.page.evaluate(() => {
      window.lossfield.send({ kind: "addImage", what: "copy" });
    });
  };
  const steps: (() => Promise<void>)[] = [
    () =>
      app.stroke("prediction", [
        [20, 20],
        [90, 60],
      ]),
    async () => {
      // A slider that is dragged is one step.
      const slider = app.card("focal").getByRole("slider", { name: "γ", exact: true });
      await slider.scrollIntoViewIfNeeded();
      const box = await slider.boundingBox();
      if (!box) throw new Error("the slider is not on the screen");
      const y = box.y + box.height / 2;
      await app.page.mouse.move(box.x + box.width * 0.4, y);
      await app.page.mouse.down();
      for (const share of [0.5, 0.6, 0.7, 0.8, 0.9]) {
        await app.page.mouse.move(box.x + box.width * share, y);
        await app.settle();
      }
      await app.page.mouse.up();
    },
    async () => {
      await app
        .card("dice")
        .getByRole("button", { name: /^Remove/ })
        .click();
    },
    // It comes with cards and settings of its own.
    () => app.openPreset("Dice sees two kinds of pixels"),
    () => app.setTask("3 classes"),
    async () => {
      await app.slider("Soft truth").press("PageUp");
    },
    copy,
    () =>
      app.stroke("truth", [
        [20, 20],
        [90, 60],
      ]),
    async () => {
      await app.page.evaluate(() => {
        window.lossfield.send({ kind: "removeImage", image: 1 });
      });
    },
    () => app.clear("prediction"),
  ];
  const seen = [{ values: await app.values(), maps: await app.heatmaps() }];
  for (const step of steps) {
    await step();
    seen.push({ values: await app.values(), maps: await app.heatmaps() });
    // But for a copy, which is as the image was.
    if (step !== copy) expect(seen.at(-1)).not.toEqual(seen.at(-2));
  }
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    await app.button("Undo").click();
    expect({ values: await app.values(), maps: await app.heatmaps() }, `before step ${i}`).toEqual(
      seen[i],
    );
  }
  await expect(app.button("Undo")).toBeDisabled();
  for (let i = 0; i < steps.length; i += 1) {
    await app.button("Redo").click();
    expect({ values: await app.values(), maps: await app.heatmaps() }, `after step ${i}`).toEqual(
      seen[i + 1],
    );
  }
});

test("what is merely looked at is no step", async ({ app }) => {
  await app.showTab("Metrics");
  await app.slider("threshold").press("PageUp");
  await app.showTab("Losses");
  await app.page.getByRole("checkbox", { name: "symlog" }).check();
  await app.button("Switch to dark theme").click();
  await app.pinCentre();
  await expect(app.button("Undo")).toBeDisabled();
});

test("two controls of one loss are two steps, also by keyboard and after a switch", async ({
  app,
}) => {
  const before = await app.values();
  await app.openConventions();
  const focal = app.card("focal");
  const flag = focal.getByRole("checkbox").first();
  await flag.click();
  const flagged = await app.values();
  await focal.getByRole("slider", { name: "γ", exact: true }).press("End");
  const moved = await app.values();
  expect(moved).not.toEqual(flagged);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(flagged);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("a class that a scene has not gives way to one that it has", async ({ app }) => {
  await app.setTask("5 classes");
  await app.page.keyboard.press("3");
  const inks = app.page.getByRole("group", { name: "Class to paint" });
  await expect(inks.getByRole("button", { name: "class 3" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await app.setTask("Binary");
  await expect(inks.getByRole("button", { name: "foreground" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  const before = await app.values();
  await app.stroke("truth", [
    [20, 20],
    [90, 60],
  ]);
  expect(await app.values()).not.toEqual(before);
  await app.page.keyboard.press("4");
  await app.settle();
  await expect(inks.getByRole("button", { pressed: true })).toHaveCount(1);
});
