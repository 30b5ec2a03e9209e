import type { CDPSession } from "@playwright/test";
import { type App, type Plane, type Point, expect, test } from "./fixtures.ts";
import type { Command } from "./native.ts";

const ZIGZAG: readonly Point[] = [
  [30, 40],
  [60, 44],
  [34, 70],
  [80, 90],
  [96, 38],
];

/** The points of every stroke. */
function strokesOf(sent: Command[]): number[][] {
  const strokes: number[][] = [];
  for (const { kind, points } of sent) {
    if (kind === "beginStroke") strokes.push([]);
    if (kind === "extendStroke") strokes.at(-1)?.push(...(points as number[]));
  }
  return strokes;
}

function expectPoints(found: number[] | undefined, expected: readonly Point[]): void {
  expect(found).toHaveLength(2 * expected.length);
  // To a twentieth of a pixel of the grid: a touch screen gives whole pixels of the page or less.
  for (const [i, v] of expected.flat().entries()) expect(found?.[i]).toBeCloseTo(v, 1);
}

for (const plane of ["prediction", "truth"] satisfies Plane[]) {
  test(`a stroke on the ${plane} changes every card, as Rust computes it natively`, async ({
    app,
  }) => {
    await app.openPreset("Balanced disc");
    const before = await app.values();
    const maps = await app.heatmaps();
    const canvas = app.pad(plane).locator("canvas");
    const picture = await app.digest(canvas);

    await app.stroke(plane, ZIGZAG);

    const sent = await app.sent();
    expect(sent.filter(({ kind }) => kind === "endStroke")).toHaveLength(1);
    expectPoints(strokesOf(sent)[0], ZIGZAG);
    const after = await app.expectNativeValues();
    const mapsAfter = await app.heatmaps();
    for (const loss of Object.keys(before)) {
      expect(after[loss], loss).not.toBe(before[loss]);
      // Hinge has three slopes and so three colours; all others have more.
      expect(maps[loss]?.colours, `colours in the heatmap of ${loss}`).toBeGreaterThan(2);
      expect(mapsAfter[loss]?.hash, `heatmap of ${loss}`).not.toBe(maps[loss]?.hash);
    }
    expect(await app.digest(canvas)).not.toEqual(picture);
  });
}

test("undo and redo go stroke by stroke and restore every digit and pixel", async ({ app }) => {
  await expect(app.button("Undo")).toBeDisabled();
  const states = [await app.values()];
  const maps = [await app.heatmaps()];
  for (const plane of ["prediction", "truth"] satisfies Plane[]) {
    await app.stroke(plane, ZIGZAG);
    states.push(await app.values());
    maps.push(await app.heatmaps());
  }

  for (const step of [1, 0]) {
    await app.button("Undo").click();
    expect(await app.values()).toEqual(states[step]);
    expect(await app.heatmaps()).toEqual(maps[step]);
  }
  await expect(app.button("Undo")).toBeDisabled();
  for (const step of [1, 2]) {
    await app.button("Redo").click();
    expect(await app.values()).toEqual(states[step]);
    expect(await app.heatmaps()).toEqual(maps[step]);
  }
  await expect(app.button("Redo")).toBeDisabled();
  await app.expectNativeValues();
});

test("cards follow while the brush is still down", async ({ app }) => {
  const before = await app.values();
  const [from, to] = await app.clientFromGrid("prediction", [
    [20, 20],
    [90, 20],
  ]);
  await app.page.mouse.move(...(from ?? [0, 0]));
  await app.page.mouse.down();
  const down = await app.values();
  await app.page.mouse.move(...(to ?? [0, 0]));
  const moved = await app.values();
  for (const loss of Object.keys(before)) {
    expect(down[loss], loss).not.toBe(before[loss]);
    expect(moved[loss], loss).not.toBe(down[loss]);
  }
  await app.page.mouse.up();
  expect(await app.values(), "lifting the brush paints nothing").toEqual(moved);
});

test("a stroke as fast as one move leaves no gap", async ({ app }) => {
  await app.openPreset("Empty truth");
  await app.clear("prediction");
  await app.stroke("prediction", [
    [8, 64.5],
    [120, 64.5],
  ]);
  const line = Array.from({ length: 112 }, (_, i): Point => [8 + i, 64]);
  const [painted = "", ...along] = await app.coloursAt("prediction", line);
  expect(await app.coloursAt("prediction", [[64, 20]])).not.toEqual([painted]);
  expect(along).toEqual(along.map(() => painted));
});

test("moves that the browser gathers into one event are all painted", async ({ app }) => {
  const zigzag = Array.from({ length: 60 }, (_, i): Point => [20 + i, i % 2 === 0 ? 30 : 90]);
  const client = await app.clientFromGrid("prediction", zigzag);
  const events = await app.page.evaluateHandle(() => {
    const counts = { moves: 0, gathered: 0 };
    addEventListener("pointermove", (event) => {
      counts.moves += 1;
      counts.gathered += event.getCoalescedEvents().length;
    });
    return counts;
  });
  const cdp = await app.page.context().newCDPSession(app.page);
  const mouse = (type: string, [x, y]: Point, button: string) =>
    cdp.send("Input.dispatchMouseEvent", {
      type: type as "mouseMoved",
      x,
      y,
      button: button as "left",
      buttons: 1,
      clickCount: 1,
    });
  const [first = [0, 0], ...rest] = client;
  await mouse("mousePressed", first, "left");
  // Not awaited one by one: so many arrive between two frames.
  await Promise.all(rest.map((point) => mouse("mouseMoved", point, "left")));
  await mouse("mouseReleased", client.at(-1) ?? first, "left");

  const { moves, gathered } = await events.jsonValue();
  expect(moves, "the browser did gather moves").toBeLessThan(gathered);
  const [points = []] = strokesOf(await app.sent());
  const corners = new Set<number>();
  for (let i = 0; i < points.length; i += 2) corners.add(Math.round(points[i] ?? 0));
  for (const [x] of zigzag) expect(corners, `the point at x ${x}`).toContain(x);
  await app.expectNativeValues();
});

for (const how of ["the right button", "Alt"]) {
  test(`${how} erases`, async ({ app }) => {
    await app.openPreset("Balanced disc");
    const inside: Point = [64, 64];
    const found = await app.coloursAt("prediction", [inside]);
    if (how === "Alt") {
      await app.page.keyboard.down("Alt");
      await app.stroke("prediction", [inside]);
      await app.page.keyboard.up("Alt");
    } else {
      await app.stroke("prediction", [inside], { button: "right" });
    }
    expect(await app.coloursAt("prediction", [inside])).not.toEqual(found);
    const begin = (await app.sent()).find(({ kind }) => kind === "beginStroke");
    expect(begin).toMatchObject({ plane: "prediction", erase: true });
    await app.expectNativeValues();
  });
}

test("fill and clear paint what they say and are one step each", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const before = await app.values();
  await app.button("Fill").click();
  await app.stroke("truth", [[2, 2]]);
  const [corner, centre] = await app.coloursAt("truth", [
    [120, 120],
    [64, 64],
  ]);
  expect(corner).toBe(centre);
  await app.expectNativeValues();
  await app.clear("truth");
  await app.expectNativeValues();
  await app.button("Undo").click();
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("a pen paints", async ({ app }) => {
  const cdp = await app.page.context().newCDPSession(app.page);
  const kinds = await pointerKinds(app);
  const client = await app.clientFromGrid("prediction", ZIGZAG);
  const pen = async (type: "mousePressed" | "mouseMoved" | "mouseReleased", [x, y]: Point) => {
    await cdp.send("Input.dispatchMouseEvent", {
      type,
      x,
      y,
      button: "left",
      buttons: 1,
      clickCount: 1,
      pointerType: "pen",
      force: 0.5,
    });
  };
  const before = await app.values();
  await pen("mousePressed", client[0] ?? [0, 0]);
  for (const point of client.slice(1)) await pen("mouseMoved", point);
  await pen("mouseReleased", client.at(-1) ?? [0, 0]);

  const after = await app.expectNativeValues();
  expect(await kinds.jsonValue()).toEqual(["pen"]);
  expectPoints(strokesOf(await app.sent())[0], ZIGZAG);
  expect(after).not.toEqual(before);
});

/** Which kinds of pointer are put down from here on. */
async function pointerKinds(app: App) {
  return app.page.evaluateHandle(() => {
    const kinds: string[] = [];
    addEventListener("pointerdown", ({ pointerType }) => kinds.push(pointerType), true);
    return kinds;
  });
}

test.describe("with a touch screen", () => {
  test.use({ hasTouch: true });

  async function touch(
    cdp: CDPSession,
    type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel",
    at: readonly Point[],
  ): Promise<void> {
    const touchPoints = at.map(([x, y], id) => ({ x, y, id }));
    await cdp.send("Input.dispatchTouchEvent", { type, touchPoints });
  }

  test("a finger paints, and does not scroll", async ({ app }) => {
    const cdp = await app.page.context().newCDPSession(app.page);
    const kinds = await pointerKinds(app);
    const client = await app.clientFromGrid("prediction", ZIGZAG);
    const before = await app.values();
    await touch(cdp, "touchStart", client.slice(0, 1));
    for (const point of client.slice(1)) await touch(cdp, "touchMove", [point]);
    await touch(cdp, "touchEnd", []);

    const after = await app.expectNativeValues();
    expect(await kinds.jsonValue()).toEqual(["touch"]);
    expect(after).not.toEqual(before);
    // A finger's first moves may be swallowed while the browser tells a tap from a drag; its ends are not.
    const [points = []] = strokesOf(await app.sent());
    expectPoints(points.slice(0, 2), ZIGZAG.slice(0, 1));
    expectPoints(points.slice(-2), ZIGZAG.slice(-1));
    expect(await app.page.evaluate(() => scrollY)).toBe(0);
  });

  test("a stroke that the browser takes away leaves no step", async ({ app }) => {
    const cdp = await app.page.context().newCDPSession(app.page);
    const client = await app.clientFromGrid("prediction", ZIGZAG);
    const before = await app.values();
    await touch(cdp, "touchStart", client.slice(0, 1));
    await touch(cdp, "touchMove", client.slice(3, 4));
    expect(await app.values()).not.toEqual(before);
    await touch(cdp, "touchCancel", []);

    expect(await app.values()).toEqual(before);
    await expect(app.button("Undo")).toBeDisabled();
    expect((await app.sent()).at(-1)?.kind).toBe("cancelStroke");
  });

  test("a second finger neither paints nor breaks the first one's stroke", async ({ app }) => {
    const cdp = await app.page.context().newCDPSession(app.page);
    const client = await app.clientFromGrid("prediction", ZIGZAG);
    const [a = [0, 0], b = [0, 0], c = [0, 0]] = client;
    await touch(cdp, "touchStart", [a]);
    await touch(cdp, "touchStart", [a, c]);
    await touch(cdp, "touchMove", [b, c]);
    await touch(cdp, "touchEnd", []);
    const sent = await app.sent();
    expect(sent.filter(({ kind }) => kind === "beginStroke")).toHaveLength(1);
    expect(sent.at(-1)?.kind).toBe("endStroke");
    await app.expectNativeValues();
  });
});
