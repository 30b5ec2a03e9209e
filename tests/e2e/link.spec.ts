import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type App, type TabName, another, expect, test } from "./fixtures.ts";

/** The document in a link, as a person with tools would read it. */
function inside(link: string): Record<string, unknown> {
  const [, data = ""] = link.split("/1.");
  return JSON.parse(inflateRawSync(Buffer.from(data, "base64url")).toString()) as Record<
    string,
    unknown
  >;
}

/** A link to any document. */
function linkTo(document: unknown): string {
  return `/#/1.${deflateRawSync(JSON.stringify(document)).toString("base64url")}`;
}

/** Everything that a link is to bring back. */
async function state(app: App) {
  await app.settle();
  // Tools are the person's at work, and steps are not of a document.
  const document = await app.page.evaluate(() => ({
    ...window.lossfield.document,
    tools: undefined,
    canUndo: undefined,
    canRedo: undefined,
  }));
  return { document, values: await app.values() };
}

async function expectSameThere(app: App, there: App): Promise<void> {
  expect(await state(there)).toEqual(await state(app));
}

test("a link brings every bundled scene, painted on, to another browser to the last bit", async ({
  app,
  browser,
}) => {
  test.slow();
  const scenes = app.page.getByRole("combobox", { name: "Scene" });
  for (const title of await scenes.locator("option").allInnerTexts()) {
    await app.openPreset(title);
    for (let i = 0; i < 20; i += 1) {
      await app.page.evaluate((i) => {
        const { lossfield } = window;
        const plane = i % 2 === 0 ? "truth" : "prediction";
        lossfield.send({ kind: "beginStroke", plane, erase: i % 5 === 0 });
        for (let k = 0; k < 24; k += 1) {
          const [x, y] = [20 + 3.1 * k + i, 30 + 9 * Math.sin((k + i) / 3) + 3 * i];
          lossfield.send({ kind: "extendStroke", points: [x, y] });
        }
        lossfield.send({ kind: "endStroke" });
      }, i);
    }
    const link = await app.addressed();
    const { hash } = new URL(link);
    expect(hash.length, `the link of ${title}`).toBeLessThan(2000);
    const there = await another(browser, link);
    await expectSameThere(app, there);
    expect(await there.heatmaps(), title).toEqual(await app.heatmaps());
    expect(there.errors).toEqual([]);
    await there.page.close();
    for (let i = 0; i < 20; i += 1)
      await app.page.evaluate(() => {
        window.lossfield.send({ kind: "undo" });
      });
  }
});

test("a link brings cards, parameters, the look of things and several images", async ({
  app,
  browser,
}) => {
  await app.openPreset("Three classes, one rare");
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
  await app
    .card("cross_entropy")
    .getByRole("slider", { name: "class weights, class 2" })
    .press("End");
  await app
    .card("dice")
    .getByRole("button", { name: /^Remove/ })
    .click();
  await app.page.getByRole("checkbox", { name: "symlog" }).check();
  await app.page
    .getByRole("combobox", { name: "Gradient by the" })
    .selectOption({ label: "probability" });
  await app.slider("Soft truth").press("PageUp");
  await app.slider("Temperature").press("PageUp");
  await app.pinCentre();
  await app.showTab("Batch");
  await app.button("Add a copy").click();
  await app.stroke("truth", [
    [20, 20],
    [60, 40],
  ]);
  await app.showTab("Losses");
  const there = await another(browser, await app.addressed());
  await expectSameThere(app, there);
  await expect(there.button("Pinned")).toBeVisible();
  expect(await there.digests(there.page.getByRole("application").locator("canvas"))).toEqual(
    await app.digests(app.page.getByRole("application").locator("canvas")),
  );
});

/** Moves every control of the open panel away from where it is. */
async function changeControls(app: App): Promise<void> {
  const panel = app.page.getByRole("tabpanel");
  for (const group of await panel.getByRole("group").all()) {
    const others = group.getByRole("button", { pressed: false });
    if ((await others.count()) > 0) await others.last().click();
    await app.settle();
  }
  for (const slider of await panel.getByRole("slider").all()) {
    if (await slider.isEnabled()) await slider.press("ArrowRight");
  }
  for (const box of await panel.getByRole("checkbox").all()) {
    if (await box.isEnabled()) await box.setChecked(!(await box.isChecked()));
  }
  for (const choice of await panel.getByRole("combobox").all()) {
    const options = await choice.locator("option").all();
    const last = await options.at(-1)?.getAttribute("value");
    if (last !== null && last !== undefined) await choice.selectOption(last);
  }
  for (const radio of await panel.getByRole("radio").all()) await radio.check();
  await app.settle();
}

test("a link brings every panel with its controls as they are set", async ({ app, browser }) => {
  test.slow();
  const tabs = await app.page.evaluate(() => window.lossfield.tabs.map(({ label }) => label));
  const defaults = await app.page.evaluate(() => window.lossfield.document.panels);
  for (const tab of tabs) {
    if (tab === "Losses") continue;
    await app.showTab(tab as TabName);
    await changeControls(app);
    if (tab === "Focal") {
      // Its controls are those of the loss, but for handles on a chart.
      await app.page.evaluate(() => {
        window.lossfield.setPanel("focal", { handles: { alpha: 0.2, gamma: 0.4 } });
      });
    }
    const link = await app.addressed();
    const there = await another(browser, link);
    await expect(there.page.getByRole("tab", { name: tab, exact: true })).toHaveAttribute(
      "aria-selected",
      "true",
    );
    await expectSameThere(app, there);
    await there.page.close();
  }
  const changed = await app.page.evaluate(() => window.lossfield.document.panels);
  for (const [id, state] of Object.entries(changed)) {
    expect(state, `the state of ${id} was changed`).not.toEqual(defaults[id]);
  }
});

test("a damaged link opens what can be opened, and says what is lost", async ({ page }) => {
  const app = new (await import("./fixtures.ts")).App(page);
  await app.open();
  await app.openPreset("Balanced disc");
  await app.card("focal").getByRole("slider", { name: "γ", exact: true }).press("End");
  const link = await app.addressed();
  await app.page.goto("about:blank");
  await app.open(link.slice(0, -8));
  await expect(app.messages).toContainText("damaged");
  await app.expectNativeValues();
});

test("a link out of range or from elsewhere is brought into range, and says so", async ({
  app,
  browser,
}) => {
  const there = await another(
    browser,
    linkTo({
      losses: { focal: { settings: { gamma: 1e9 } } },
      nonsense: 1,
      cards: ["focal", "no such loss"],
    }),
  );
  await expect(there.messages).toContainText("range");
  expect(Object.keys(await there.values())).toEqual(["focal"]);
  await there.expectNativeValues();
  const foreign = await another(browser, "/#no-such-panel");
  await expect(foreign.messages).toContainText("no-such-panel");
  expect(await foreign.values()).toEqual(await app.values());
});

test("a link pasted over the present one is one step of undo", async ({ app, browser }) => {
  const other = await another(browser);
  await other.openPreset("Shifted boundary");
  await other.stroke("truth", [
    [30, 30],
    [60, 60],
  ]);
  const link = await other.addressed();

  await app.stroke("prediction", [
    [20, 20],
    [90, 60],
  ]);
  const before = await app.values();
  await app.addressed();
  await app.page.evaluate((hash) => {
    location.hash = hash;
  }, new URL(link).hash);
  await expect(app.messages).toContainText("The link is opened");
  expect(await app.values()).toEqual(await other.values());
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
  await app.button("Redo").click();
  expect(await app.values()).toEqual(await other.values());
  expect(inside(await app.addressed())).toEqual(inside(link));
});

test("Copy link copies the address and says how long it is", async ({ app, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.openPreset("Balanced disc");
  const link = await app.addressed();
  await app.button("Copy link").click();
  const length = new Intl.NumberFormat("en").format(link.length);
  await expect(app.messages).toContainText(`The link is copied: ${length} characters.`);
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});

test("the address is written only when painting has paused, which every browser allows", async ({
  app,
}) => {
  await app.page.evaluate(() => {
    const { lossfield } = window;
    let replies = lossfield.replies;
    let last = 0;
    Object.defineProperty(lossfield, "replies", {
      get: () => replies,
      set: (count: number) => {
        replies = count;
        // Not of what is merely pointed at.
        if (lossfield.reply.frame.kept) last = performance.now();
      },
    });
    const pauses: number[] = [];
    Object.assign(window, { pauses });
    const replace = history.replaceState.bind(history);
    history.replaceState = (...args) => {
      pauses.push(performance.now() - last);
      replace(...args);
    };
  });
  const canvas = app.pad("prediction");
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no canvas");
  for (let i = 0; i < 40; i += 1) {
    await app.page.mouse.move(box.x + 20 + 5 * i, box.y + 40);
    await app.page.mouse.down();
    await app.page.mouse.up();
    await app.settle();
  }
  await app.addressed();
  const pauses = await app.page.evaluate(() => (window as unknown as { pauses: number[] }).pauses);
  expect(pauses.length).toBeGreaterThan(0);
  // A timer is never early, but for the rounding of the clock.
  expect(Math.min(...pauses)).toBeGreaterThan(298);
});
