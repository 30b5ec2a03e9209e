import { type App, expect, test } from "./fixtures.ts";

/** Throws in the worker, outside of anything that would catch it. */
async function crash(app: App): Promise<void> {
  const [worker] = app.page.workers();
  if (!worker) throw new Error("the page has no worker");
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error("gone");
    });
  });
}

test("a worker that fails is replaced, and scene, history and settings are as before", async ({
  app,
}) => {
  await app.openPreset("Shifted boundary");
  const opened = await app.values();
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
  await app.slider("Bias").press("PageUp");
  const before = { values: await app.values(), maps: await app.heatmaps() };

  await crash(app);
  await expect(app.messages).toContainText("The engine stopped");
  await expect(app.messages).toContainText("gone");
  await expect(app.messages).toContainText("The engine is back, and so is your scene.");
  expect(app.page.workers()).toHaveLength(1);
  expect({ values: await app.values(), maps: await app.heatmaps() }).toEqual(before);

  await app.stroke("truth", [
    [70, 20],
    [30, 100],
  ]);
  await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before.values);
  await app.button("Undo").click();
  await app.button("Reset").click();
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).dblclick();
  expect(await app.values()).toEqual(opened);
});

test("a stroke goes on when the worker fails under it", async ({ app }) => {
  const [a = [0, 0], b = [0, 0], c = [0, 0]] = await app.clientFromGrid("prediction", [
    [20, 20],
    [90, 20],
    [90, 90],
  ]);
  await app.page.mouse.move(...a);
  await app.page.mouse.down();
  await app.page.mouse.move(...b);
  await app.settle();
  await crash(app);
  await expect(app.messages).toContainText("The engine is back");
  await app.page.mouse.move(...c);
  await app.page.mouse.up();
  const painted = await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).not.toEqual(painted);
  await expect(app.button("Undo")).toBeDisabled();
});

test("an engine that traps says so itself, and is replaced", async ({ app }) => {
  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  const before = await app.values();
  const [worker] = app.page.workers();
  await worker?.evaluate(() => {
    postMessage({ kind: "crashed", message: "unreachable" });
  });
  await expect(app.messages).toContainText("The engine stopped (unreachable)");
  await expect(app.messages).toContainText("The engine is back");
  expect(await app.values()).toEqual(before);
});

test("a worker that fails again and again is given up, with a sentence to act on", async ({
  app,
}) => {
  await app.page.route("**/worker-*.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: 'throw new Error("worse")' }),
  );
  await crash(app);
  await expect(app.messages).toContainText("Reload the page");
  await expect(app.messages).toContainText("worse");
});
