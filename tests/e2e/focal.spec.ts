import { figure, handleOf, rows } from "./figures.ts";
import { expect, test } from "./fixtures.ts";

test("focal: a handle that is dragged moves its slider, and what is said of the scene", async ({
  app,
}) => {
  await app.showTab("Focal");
  const chart = figure(app, "Loss by the probability");
  const said = async () => ({
    gamma: await app.slider("γ").inputValue(),
    alpha: await app.slider("α").inputValue(),
    value: await app.page.getByTestId("focal-value").innerText(),
    answer: await app.page.getByTestId("focal-answer").innerText(),
    heard: await rows(app, "Who is heard"),
  });
  const dragUp = async ([x, y]: readonly [number, number]): Promise<void> => {
    await app.page.mouse.move(x, y);
    await app.page.mouse.down();
    await expect(chart.locator(".chart")).toHaveCSS("cursor", "grabbing");
    for (const up of [8, 16, 24]) await app.page.mouse.move(x, y - up);
    await app.page.mouse.up();
    await app.settle();
  };
  const first = await said();
  expect(first.answer).toContain("With γ = 2, the hardest ");
  await dragUp(await handleOf(app, chart));
  const flatter = await said();
  expect(Number(flatter.gamma), "a higher curve has a smaller γ").toBeLessThan(2);
  expect(flatter.alpha).toBe(first.alpha);
  expect(flatter.answer).toContain(`With γ = ${flatter.gamma}, the hardest `);
  expect(flatter.value).not.toBe(first.value);
  expect(flatter.heard).not.toEqual(first.heard);

  // What it is dragged to is what the card has.
  await app.showTab("Losses");
  await expect(app.card("focal").locator("output").first()).toHaveText(flatter.value);
  await app.expectNativeValues();

  // Without γ's handle in the way the other is found: r leaves no pixel that γ has a say in.
  await app.showTab("Focal");
  await app.slider("reduced below r").press("End");
  await app.settle();
  const before = await said();
  await dragUp(await handleOf(app, chart));
  const heavier = await said();
  expect(Number(heavier.alpha)).toBeGreaterThan(Number(before.alpha));
  expect(heavier.gamma).toBe(before.gamma);
  await app.page.getByRole("checkbox", { name: "use α" }).uncheck();
  await app.settle();
  await expect(handleOf(app, chart)).rejects.toThrow("no handle");
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true });

  test("focal: a handle is dragged and the page stays, elsewhere the page scrolls", async ({
    app,
  }) => {
    await app.showTab("Focal");
    const [x, y] = await handleOf(app, figure(app, "Loss by the probability"));
    const devtools = await app.page.context().newCDPSession(app.page);
    const drag = async (from: readonly [number, number], up: number): Promise<void> => {
      const touch = (type: "touchStart" | "touchMove", y: number) =>
        devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [{ x: from[0], y }] });
      await touch("touchStart", from[1]);
      for (let step = 1; step <= 10; step += 1)
        await touch("touchMove", from[1] - (step * up) / 10);
      await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await app.settle();
    };
    const scrolled = () => app.page.evaluate(() => window.scrollY);
    const before = await scrolled();
    await drag([x, y], 30);
    expect(Number(await app.slider("γ").inputValue())).toBeLessThan(2);
    expect(await scrolled()).toBe(before);
    const gamma = await app.slider("γ").inputValue();
    await drag([x + 90, y - 120], 60);
    await expect.poll(scrolled).not.toBe(before);
    expect(await app.slider("γ").inputValue()).toBe(gamma);
  });
});

test("focal: the larger γ, the fewer pixels hold the loss", async ({ app }) => {
  await app.openPreset("Tiny lesion");
  await app.showTab("Focal");
  const now = async () => {
    const table = await rows(app, "How the loss of the background piles up");
    const at = table.find(([share]) => share === "99.00") ?? [];
    return { plain: Number(at[1]), used: Number(at.at(-1)) };
  };
  await app.slider("γ").press("Home");
  await app.settle();
  const flat = await now();
  expect(flat.used, "γ = 0 is cross-entropy").toBe(flat.plain);
  await app.slider("γ").press("End");
  await app.settle();
  const steep = await now();
  expect(steep.plain).toBe(flat.plain);
  expect(steep.used).toBeLessThan(0.5 * flat.used);
  await app.openPreset("Empty truth");
  await expect(app.page.getByTestId("focal-answer")).toContainText(
    "There are no foreground pixels here.",
  );
  await expect(figure(app, "How the loss of the foreground")).toHaveCount(0);
});
