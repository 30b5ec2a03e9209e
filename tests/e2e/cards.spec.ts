import type { Locator } from "@playwright/test";
import { type App, expect, test } from "./fixtures.ts";

/** All that a card says of its loss once it is settled: value, heatmap, legend, share. */
async function said(app: App, card: Locator): Promise<string> {
  await app.settle();
  const heatmap = await app.digest(card.getByRole("img", { name: /^Gradient of/ }));
  const words = await card.evaluate((article) => [
    article.getAttribute("data-value"),
    article.querySelector<HTMLElement>(".keys")?.innerText,
  ]);
  return [heatmap.hash, ...words].join("\n");
}

/** A control of a card, and the ways it can be set otherwise than it is. */
interface Control {
  name: string;
  /** Some are hidden while another one leaves them nothing to act on. */
  isThere: () => Promise<boolean>;
  /** Each sets it to something else; all leave the others alone. */
  others: (() => Promise<void>)[];
  reset: () => Promise<void>;
}

/** Its parameters, that is; the menu of libraries has tests of its own. */
async function controlsOf(whole: Locator): Promise<Control[]> {
  const card = whole.locator("> .params");
  const controls: Control[] = [];
  for (const each of await card.getByRole("slider").all()) {
    const initial = await each.inputValue();
    const name = (await each.getAttribute("aria-label")) ?? "a slider without a name";
    // By its name, because its place is another one where those before it are hidden.
    const slider = card.getByRole("slider", { name, exact: true });
    controls.push({
      name,
      isThere: () => slider.isVisible(),
      others: ["Home", "End"].map((key) => () => slider.press(key)),
      reset: async () => {
        await slider.fill(initial);
      },
    });
  }
  for (const each of await card.getByRole("checkbox").all()) {
    const name = await each.evaluate((input) => input.parentElement?.innerText ?? "");
    const box = card.getByRole("checkbox", { name, exact: true });
    const flip = () => box.click();
    controls.push({ name, isThere: () => box.isVisible(), others: [flip], reset: flip });
  }
  for (const menu of await card.getByRole("combobox").all()) {
    const name = await menu.evaluate((select) => select.parentElement?.innerText ?? "");
    const initial = await menu.inputValue();
    const options = await menu
      .locator("option")
      .evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
    const set = (option: string) => async () => {
      await menu.selectOption(option);
    };
    controls.push({
      name: name.split("\n")[0] ?? "",
      isThere: () => menu.isVisible(),
      others: options.filter((option) => option !== initial).map(set),
      reset: set(initial),
    });
  }
  return controls;
}

/** Whether some setting of the control shows on a card that says `before` now. */
async function hasEffect(app: App, card: Locator, control: Control, before: string) {
  for (const set of control.others) {
    await set();
    const after = await said(app, card);
    await control.reset();
    if (after !== before) return true;
  }
  return false;
}

/** Whether the control shows on the card when another one is set otherwise: some matter only then. */
async function hasEffectBesides(app: App, card: Locator, control: Control, others: Control[]) {
  for (const other of others.filter((candidate) => candidate !== control)) {
    for (const set of other.others) {
      await set();
      const before = await said(app, card);
      const effect = (await control.isThere()) && (await hasEffect(app, card, control, before));
      await other.reset();
      if (effect) return true;
    }
  }
  return false;
}

/** Those of the wanted controls, or of all, that show no effect in the present scene. */
async function controlsWithoutEffect(app: App, wanted?: string[]): Promise<string[]> {
  const idle: string[] = [];
  await app.openConventions();
  for (const loss of await app.losses()) {
    const card = app.card(loss);
    const before = await said(app, card);
    const controls = await controlsOf(card);
    for (const control of controls) {
      const name = `${loss}: ${control.name}`;
      if (wanted?.includes(name) === false) continue;
      const alone = await hasEffect(app, card, control, before);
      // Only for the few that are left, since it tries every pair of the card.
      const effect = alone || (wanted && (await hasEffectBesides(app, card, control, controls)));
      if (!effect) idle.push(name);
    }
    // What was tried is undone, or the next control is tried on another card than it seems.
    expect(await said(app, card), `${loss} with all controls set back`).toBe(before);
  }
  return idle;
}

for (const { task, scene, edgeCase } of [
  { task: "binary", scene: "Coins", edgeCase: "Empty truth" },
  { task: "multi-class", scene: "Three classes, one rare", edgeCase: undefined },
]) {
  test(`every control of every card has a visible effect: ${task}`, async ({ app }) => {
    // Pairs of controls are many.
    test.slow();
    await app.openPreset(scene);
    const alone = await controlsWithoutEffect(app);
    // Some matter only beside others; the sum of weights needs two of them, of which this is one.
    if (task === "multi-class") {
      await app
        .card("focal")
        .getByRole("combobox", { name: "mean over" })
        .selectOption({ value: "logits" });
    }
    const idle = await controlsWithoutEffect(app, alone);
    // Some conventions are about what is not there.
    if (edgeCase === undefined) await app.clear("truth");
    else await app.openPreset(edgeCase);
    expect(await controlsWithoutEffect(app, idle)).toEqual([]);
  });
}

test("a slider of a card changes the value as Rust computes it natively", async ({ app }) => {
  for (const [loss, name] of [
    ["focal", "γ"],
    ["cross_entropy_lovasz_hinge", "λ"],
    ["dice", "smooth"],
  ] as const) {
    const card = app.card(loss);
    const slider = card.getByRole("slider", { name, exact: true });
    const before = await app.values();
    await slider.press("ArrowRight");
    await slider.press("PageUp");
    const after = await app.expectNativeValues();
    expect(after[loss], loss).not.toBe(before[loss]);
    await slider.dblclick();
    expect(await app.values(), `double-click sets ${name} back`).toEqual(before);
  }
});

test("symlog and a shared scale change the legends and the heatmaps, and no value", async ({
  app,
}) => {
  const legends = () => app.cards.locator(".legend").allInnerTexts();
  const values = await app.values();
  const own = { legends: await legends(), maps: await app.heatmaps() };
  expect(new Set(own.legends).size).toBeGreaterThan(1);

  await app.page.getByLabel("same for all").check();
  const shared = { maps: await app.heatmaps(), legends: await legends() };
  expect(new Set(shared.legends).size).toBe(1);
  expect(shared.maps).not.toEqual(own.maps);

  await app.page.getByLabel("same for all").uncheck();
  await app.page.getByLabel("symlog").check();
  const symlog = {
    maps: await app.heatmaps(),
    marks: await app.cards.locator(".legend i").count(),
  };
  expect(symlog.maps).not.toEqual(own.maps);
  expect(symlog.marks).toBeGreaterThan(0);

  await app.page.getByLabel("symlog").uncheck();
  expect(await app.heatmaps()).toEqual(own.maps);
  expect(await app.values()).toEqual(values);
});

test("heatmaps of a class are about that class", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  const digests = new Set<string>();
  const menu = app.page.getByRole("combobox", { name: "of", exact: true });
  for (let index = 0; index < 4; index += 1) {
    await menu.selectOption({ index });
    digests.add(JSON.stringify((await app.heatmaps()).cross_entropy));
  }
  expect(digests.size).toBe(4);
});

test("every loss is explained, with formulas; Escape closes and gives the focus back", async ({
  app,
}) => {
  for (const loss of await app.losses()) {
    const button = app.card(loss).getByRole("button", { name: /^Explain/ });
    await button.focus();
    await app.page.keyboard.press("Enter");
    const dialog = app.page.getByRole("dialog");
    await expect(dialog).toBeVisible();
    await expect(dialog.getByRole("heading", { level: 2 })).toHaveText(
      (await app.card(loss).getByRole("heading").textContent()) ?? "",
    );
    expect(await dialog.locator("math").count(), `formulas of ${loss}`).toBeGreaterThan(0);
    // What a formula takes on the screen tells that it is set and not shown as its source.
    for (const box of await dialog.locator("math").all()) {
      expect((await box.boundingBox())?.height ?? 0).toBeGreaterThan(10);
    }
    await expect(dialog).not.toContainText(/\\[a-z]+/);
    await app.page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
  }
});
