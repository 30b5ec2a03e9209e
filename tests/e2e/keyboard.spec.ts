import { type App, type Plane, type Point, expect, test } from "./fixtures.ts";
import type { Command } from "./native.ts";

/** Presses Tab until the element of this accessible name has the focus. */
async function tabTo(app: App, name: string): Promise<void> {
  const names: string[] = [];
  // More than the page has stops; whoever has no mouse has no more patience either.
  for (let press = 0; press < 120; press += 1) {
    await app.page.keyboard.press("Tab");
    const focused = await app.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent.trim() ?? "";
    });
    if (focused === name) return;
    names.push(focused);
  }
  throw new Error(`Tab never came to ${name}, only to ${names.join(" | ")}`);
}

async function press(app: App, keys: string[]): Promise<void> {
  for (const key of keys) {
    await app.page.keyboard.press(key);
    await app.settle();
  }
}

/** A stroke as the page is to send it. */
function stroke(plane: Plane, points: Point[]): Command[] {
  return [
    { kind: "beginStroke", plane, erase: false },
    { kind: "extendStroke", points: points.flat() },
    { kind: "endStroke" },
  ];
}

const CENTRE = 64.5;

test("with keys alone one reaches a canvas, paints a stroke and takes it back", async ({ app }) => {
  const before = await app.values();
  await tabTo(app, "Prediction canvas");
  await press(app, ["Shift+ArrowLeft", "Shift+ArrowUp", "ArrowUp"]);
  await app.page.keyboard.down(" ");
  await press(app, ["ArrowRight", "Shift+ArrowRight", "ArrowDown"]);
  await app.page.keyboard.up(" ");

  const [x, y] = [CENTRE - 8, CENTRE - 9];
  expect(await app.sent()).toEqual(
    stroke("prediction", [
      [x, y],
      [x + 1, y],
      [x + 9, y],
      [x + 9, y + 1],
    ]),
  );
  const painted = await app.expectNativeValues();
  for (const loss of Object.keys(before)) expect(painted[loss], loss).not.toBe(before[loss]);

  await app.page.keyboard.press("Control+z");
  expect(await app.values()).toEqual(before);
  await app.page.keyboard.press("Control+Shift+z");
  expect(await app.values()).toEqual(painted);
  await app.page.keyboard.press("Control+z");
  await app.page.keyboard.press("Control+y");
  expect(await app.values()).toEqual(painted);
});

test("digits choose a class, [ and ] the size, E erases", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  await tabTo(app, "Ground truth canvas");
  await press(app, ["2", "]", "]", "["]);
  const classes = app.page.getByRole("group", { name: "Class to paint" });
  await expect(classes.getByRole("button", { name: "class 2" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await press(app, [" "]);
  const painted = [
    { kind: "openPreset", id: "rare-class" },
    ...stroke("truth", [[CENTRE, CENTRE]]),
  ];
  expect(await app.sent()).toEqual(painted);
  await app.expectNativeValues();

  await press(app, ["e", "ArrowLeft", " "]);
  await expect(app.button("Erase")).toHaveAttribute("aria-pressed", "true");
  const erased = stroke("truth", [[CENTRE - 1, CENTRE]]);
  expect(await app.sent()).toEqual([...painted, ...erased]);
  await app.expectNativeValues();
});

test("G fills from the cursor", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await tabTo(app, "Ground truth canvas");
  await press(app, ["g", ...Array.from({ length: 7 }, () => "Shift+ArrowLeft"), " "]);
  expect(await app.sent()).toEqual([
    { kind: "openPreset", id: "balanced-disc" },
    { kind: "fill", plane: "truth", erase: false, x: 8, y: 64 },
  ]);
  await app.expectNativeValues();
  expect(await app.coloursAt("truth", [[1, 1]])).toEqual(await app.coloursAt("truth", [[64, 64]]));
});

for (const plane of ["truth", "prediction"] satisfies Plane[]) {
  test(`Enter pins the pixel under the cursor of the ${plane}, Escape lets it go`, async ({
    app,
  }) => {
    await tabTo(app, plane === "truth" ? "Ground truth canvas" : "Prediction canvas");
    await press(app, ["ArrowLeft", "ArrowLeft", "ArrowDown", "Enter"]);
    await expect(app.inspector).toContainText("x 62, y 65");
    const pinned = app.inspector.getByRole("button", { name: "Pinned" });
    await expect(pinned).toHaveAttribute("aria-pressed", "true");
    await press(app, ["Escape"]);
    await expect(pinned).toHaveCount(0);
  });
}

test("arrow keys change the tab", async ({ app }) => {
  await tabTo(app, "Losses");
  for (const [key, name] of [
    ["ArrowRight", "Libraries"],
    ["ArrowRight", "Focal"],
    ["ArrowRight", "Lovász"],
    ["ArrowLeft", "Focal"],
    ["ArrowLeft", "Libraries"],
    ["ArrowLeft", "Losses"],
    ["ArrowLeft", "Advisor"],
    ["ArrowRight", "Losses"],
  ] as const) {
    await app.page.keyboard.press(key);
    const tab = app.page.getByRole("tab", { name });
    await expect(tab).toBeFocused();
    await expect(tab).toHaveAttribute("aria-selected", "true");
    const panel = app.page.getByRole("tabpanel", { name });
    await expect(panel).toBeVisible();
  }
});

test("keys typed into a field paint nothing and choose nothing", async ({ app }) => {
  await press(app, ["i"]);
  await app.page.mouse.move(0, 0);
  await app.pad("prediction").click({ position: { x: 40, y: 40 } });
  await press(app, ["b"]);
  const typed = app.inspector.getByRole("spinbutton");
  await typed.focus();
  await press(app, ["e", "g"]);
  await expect(app.button("Brush")).toHaveAttribute("aria-pressed", "true");
  await expect(app.button("Erase")).toHaveAttribute("aria-pressed", "false");
});
