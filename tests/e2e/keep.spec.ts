import { type BrowserContext } from "@playwright/test";
import { png } from "./encode.ts";
import { type App, type Point, another, expect, test } from "./fixtures.ts";

/** A number of strokes, as quickly as the page takes them. */
async function scribble(app: App, strokes: number): Promise<void> {
  await app.page.evaluate((strokes) => {
    const { lossfield } = window;
    for (let i = 0; i < strokes; i += 1) {
      const plane = i % 2 === 0 ? "truth" : "prediction";
      lossfield.send({ kind: "beginStroke", plane, erase: i % 7 === 6 });
      const points = Array.from({ length: 20 }, (_, k) => [
        (17 * i + 5 * k) % 230,
        (29 * i + 3 * k) % 230,
      ]);
      lossfield.send({ kind: "extendStroke", points: points.flat() });
      lossfield.send({ kind: "endStroke" });
    }
  }, strokes);
  await app.settle();
}

/** What lies in the browser's storage. */
async function stored(app: App): Promise<{ id: string; steps: number }[]> {
  return app.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("lossfield");
        opening.onerror = reject;
        opening.onsuccess = () => {
          const all = opening.result.transaction("drawings").objectStore("drawings").getAll();
          all.onerror = reject;
          all.onsuccess = () => {
            const drawings = all.result as { id: string; kept: { steps: string[] } }[];
            resolve(drawings.map(({ id, kept }) => ({ id, steps: kept.steps.length })));
            opening.result.close();
          };
        };
      }),
  );
}

/** Waits until a drawing of so many steps is kept. */
async function expectStored(app: App, steps: number): Promise<void> {
  await expect.poll(async () => (await stored(app)).map(({ steps }) => steps)).toContain(steps);
}

/** Takes the offer to go on with the drawing that a link stands before: the page is loaded anew. */
async function goBackToOwn(app: App): Promise<void> {
  const loaded = app.page.waitForEvent("load");
  await app.button("Go back to it").click();
  await loaded;
  await app.opened();
}

const STROKES: Point[][] = [
  [
    [20, 20],
    [90, 60],
  ],
  [
    [100, 20],
    [30, 90],
  ],
  [
    [60, 10],
    [64, 110],
  ],
];

async function paint(app: App): Promise<void> {
  for (const [i, points] of STROKES.entries()) {
    await app.stroke(i === 1 ? "truth" : "prediction", points);
  }
}

test("a reload in the middle of a drawing loses nothing, and Undo goes back behind it", async ({
  app,
}) => {
  const values = [await app.values()];
  for (const points of STROKES) {
    await app.stroke("prediction", points);
    values.push(await app.values());
  }
  await app.button("Undo").click();
  const maps = await app.heatmaps();
  await app.reload();
  expect(await app.values()).toEqual(values[2]);
  expect(await app.heatmaps()).toEqual(maps);
  await app.expectNativeValues();
  await app.button("Redo").click();
  expect(await app.values()).toEqual(values[3]);
  for (const before of [2, 1, 0]) {
    await app.button("Undo").click();
    expect(await app.values()).toEqual(values[before]);
  }
  await expect(app.button("Undo")).toBeDisabled();
  await app.reload();
  expect(await app.values(), "what was taken back stays taken back").toEqual(values[0]);
  await expect(app.button("Redo")).toBeEnabled();
});

/** Leaves a drawing in the tab, as a page does that goes before it could put it away. */
async function leaveInTab(app: App, steps: number, later: number): Promise<void> {
  const { kept } = await app.page.evaluate(() => ({ kept: window.lossfield.kept }));
  const [drawing] = await stored(app);
  if (!kept || !drawing) throw new Error("nothing is kept");
  const left = {
    id: drawing.id,
    leftAt: Date.now() + later,
    kept: { ...kept, steps: kept.steps.slice(0, steps), at: steps },
    rasters: await app.page.evaluate(() => [...window.lossfield.rasters.keys()]),
  };
  // Before any script of the page that comes, and after all of the one that goes.
  await app.page.addInitScript((left) => {
    sessionStorage.setItem("lossfield-left", left);
  }, JSON.stringify(left));
}

test("what a page left in its tab is gone on with if it is the latest", async ({ app }) => {
  const first = await app.values();
  await paint(app);
  await expectStored(app, 3);
  await leaveInTab(app, 2, 1000);
  await app.reload();
  await expect(app.button("Redo")).toBeDisabled();
  for (let steps = 0; steps < 2; steps += 1) await app.button("Undo").click();
  expect(await app.values()).toEqual(first);
});

test("what a page left in its tab never overrules what was put away later", async ({ app }) => {
  await paint(app);
  await expectStored(app, 3);
  const painted = await app.values();
  await leaveInTab(app, 2, -60_000);
  await app.reload();
  expect(await app.values()).toEqual(painted);
});

test("a reload with no time to put the last stroke away does not lose it", async ({ app }) => {
  await app.page.evaluate(() => {
    // No transaction is committed: as if the browser had no time left for it.
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException("too late", "AbortError");
    };
  });
  await paint(app);
  const painted = await app.values();
  await app.reload();
  expect(await app.values()).toEqual(painted);
});

test("pixels of what a page left in its tab are found, though what was put away knows none of them", async ({
  app,
}) => {
  await paint(app);
  await expectStored(app, 3);
  const mask = png("mask.png", { width: 90, height: 70 }, (x, y) => (x + y < 80 ? 255 : 0));
  await app.page.getByLabel("Open ground truth").setInputFiles(mask);
  await expect(app.messages).toContainText("mask.png");
  await expectStored(app, 4);
  const opened = await app.values();
  await leaveInTab(app, 4, 1000);
  // As it was before the file was opened: the pixels lie there, and the drawing does not say so.
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("lossfield");
        opening.onerror = reject;
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("drawings", "readwrite");
          const drawings = transaction.objectStore("drawings");
          const all = drawings.getAll();
          all.onsuccess = () => {
            const [drawing] = all.result as { savedAt: number; rasters: string[] }[];
            if (drawing) drawings.put({ ...drawing, savedAt: 0, rasters: [] });
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = reject;
        };
      }),
  );
  await app.reload();
  expect(await app.values()).toEqual(opened);
});

test("an opened file is there after a reload, with what was painted on it", async ({ app }) => {
  const mask = png("mask.png", { width: 90, height: 70 }, (x, y) => (x + y < 80 ? 255 : 0));
  const before = await app.values();
  await app.page.getByLabel("Open ground truth").setInputFiles(mask);
  await expect(app.messages).toContainText("mask.png");
  const opened = await app.values();
  await app.stroke("prediction", [
    [10, 10],
    [50, 40],
  ]);
  const painted = await app.values();
  await app.reload();
  expect(await app.values()).toEqual(painted);
  await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).toEqual(opened);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("a page that was closed opens with the latest drawing, and its tools", async ({
  app,
  context,
}) => {
  await paint(app);
  await app.slider("Soft edge").press("End");
  const painted = await app.values();
  await expectStored(app, 3);
  await app.page.close();
  const next = await another(context);
  expect(await next.values()).toEqual(painted);
  await expect(next.button("Undo")).toBeEnabled();
  await expect(next.slider("Soft edge")).toHaveValue("1");
});

test("the bare address of a panel opens the latest drawing on that panel", async ({
  app,
  context,
}) => {
  await paint(app);
  const painted = await app.values();
  await expectStored(app, 3);
  await app.page.close();
  const next = await another(context, "/#metrics");
  await expect(next.page.getByRole("tab", { name: "Metrics" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await next.showTab("Losses");
  expect(await next.values()).toEqual(painted);
});

test("a link beats what was kept, and one can go back to it", async ({ app, context, browser }) => {
  await paint(app);
  const own = await app.values();
  await expectStored(app, 3);
  await app.page.close();

  const teacher = await another(browser);
  await teacher.openPreset("Shifted boundary");
  const link = await teacher.addressed();

  const pupil = await another(context, link);
  expect(await pupil.values()).toEqual(await teacher.values());
  await expect(pupil.messages).toContainText("This is a link. Your drawing of");
  await pupil.stroke("prediction", STROKES[0] ?? []);
  const onTheLink = await pupil.values();
  await goBackToOwn(pupil);
  expect(await pupil.values()).toEqual(own);
  await expect(pupil.button("Undo")).toBeEnabled();
  // What was made of the link is a drawing of its own.
  const steps = (await stored(pupil)).map(({ steps }) => steps).sort();
  expect(steps).toEqual([1, 3]);
  expect(onTheLink).not.toEqual(own);
});

test("a link opened in the tab of a drawing beats that drawing, and does not overwrite it", async ({
  app,
  browser,
}) => {
  await paint(app);
  const own = await app.values();
  await expectStored(app, 3);
  const teacher = await another(browser);
  await teacher.openPreset("Shifted boundary");
  const link = await teacher.addressed();

  // Not from one link to the other, which would load nothing.
  await app.page.goto("about:blank");
  await app.open(link);
  expect(await app.values()).toEqual(await teacher.values());
  await goBackToOwn(app);
  expect(await app.values()).toEqual(own);
});

test("a link waits for the page before it, which is slow to let go of the tab's drawing", async ({
  app,
  context,
}) => {
  await paint(app);
  const own = await app.values();
  await expectStored(app, 3);
  const id = (await stored(app))[0]?.id ?? "";
  const other = await another(context);
  await other.openPreset("Shifted boundary");
  const link = await other.addressed();
  await app.page.goto("about:blank");
  // Another page has the drawing until somebody waits for it, as the one that was left may.
  await other.page.evaluate((name) => {
    void navigator.locks.request(name, async () => {
      const isAwaited = async () =>
        (await navigator.locks.query()).pending?.some((lock) => lock.name === name);
      while (!(await isAwaited())) await new Promise((resolve) => setTimeout(resolve, 10));
    });
  }, `lossfield-drawing-${id}`);
  await app.open(link);
  await goBackToOwn(app);
  expect(await app.values()).toEqual(own);
});

test("a tab comes back to the drawing of its own link with all its steps", async ({
  app,
  context,
}) => {
  await paint(app);
  const painted = await app.values();
  const link = await app.addressed();
  await expectStored(app, 3);
  await app.page.close();
  const again = await another(context, link);
  expect(await again.values()).toEqual(painted);
  await expect(again.button("Undo"), "it is the drawing and not just its link").toBeEnabled();
  await expect(again.messages).not.toContainText("This is a link");
});

test("two tabs have two drawings and never overwrite one another", async ({ app, context }) => {
  await paint(app);
  const first = await app.values();
  await expectStored(app, 3);
  const other = await another(context);
  await expect(
    other.button("Undo"),
    "a drawing that a tab has is not given to another",
  ).toBeDisabled();
  await other.openPreset("Shifted boundary");
  await other.stroke("truth", STROKES[1] ?? []);
  const second = await other.values();
  await expectStored(other, 2);
  for (let round = 0; round < 2; round += 1) {
    await app.reload();
    await other.reload();
    expect(await app.values()).toEqual(first);
    expect(await other.values()).toEqual(second);
  }
  expect(await stored(app)).toHaveLength(2);
});

test("a duplicated tab has the same drawing, and is another one from then on", async ({
  app,
  context,
}) => {
  await paint(app);
  const values = await app.values();
  await app.addressed();
  await expectStored(app, 3);
  // A window that a page opens begins with a copy of its session, like a tab that is duplicated.
  const opening = context.waitForEvent("page");
  await app.page.evaluate(() => {
    window.open(location.href);
  });
  const { App } = await import("./fixtures.ts");
  const copy = new App(await opening);
  await copy.opened();
  expect(await copy.values()).toEqual(values);
  await copy.button("Undo").click();
  const undone = await copy.values();
  await copy.stroke("truth", STROKES[0] ?? []);
  const painted = await copy.values();
  expect(painted).not.toEqual(undone);
  await app.reload();
  await copy.reload();
  expect(await app.values()).toEqual(values);
  expect(await copy.values()).toEqual(painted);
  expect(await stored(app)).toHaveLength(2);
  expect(copy.errors).toEqual([]);
});

test("where a tab cannot lock, it asks the others", async ({ browser }) => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, "locks");
  });
  const app = await another(context);
  await paint(app);
  const first = await app.values();
  await expectStored(app, 3);
  const other = await another(context);
  await expect(other.button("Undo")).toBeDisabled();
  await app.reload();
  expect(await app.values()).toEqual(first);
  await app.page.close();
  const next = await another(context);
  expect(await next.values()).toEqual(first);
  await context.close();
});

/** A browser whose storage fails in a way. */
async function failing(
  context: BrowserContext,
  fault: "forbidden" | "throws" | "full",
): Promise<App> {
  await context.addInitScript((fault) => {
    if (fault === "full") {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("no room", "QuotaExceededError");
      };
      return;
    }
    if (fault === "throws") {
      for (const store of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, store, {
          get: () => {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }
    }
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
  }, fault);
  return another(context);
}

for (const [fault, sentence] of [
  ["forbidden", "This browser keeps nothing for this page"],
  ["throws", "This browser keeps nothing for this page"],
  ["full", "The browser has no room left"],
] as const) {
  test(`storage that is ${fault} is told once, and the page goes on`, async ({ browser }) => {
    const context = await browser.newContext();
    const app = await failing(context, fault);
    for (const points of STROKES) {
      await app.stroke("prediction", points);
      // Each is kept, or would be.
      await app.addressed();
    }
    const told = app.messages.getByText(sentence);
    await expect(told).toHaveCount(1);
    const message = app.messages.locator(".message", { hasText: sentence });
    await message.getByRole("button", { name: "Dismiss this message" }).click();
    await app.stroke("truth", STROKES[0] ?? []);
    const painted = await app.expectNativeValues();
    const link = await app.addressed();
    await app.page.evaluate(() => {
      dispatchEvent(new Event("pagehide"));
    });
    await expect(told).toHaveCount(0);
    expect(app.errors).toEqual([]);
    // The address holds what the storage does not.
    await app.open(link);
    await app.page.reload();
    await app.opened();
    expect(await app.values()).toEqual(painted);
    await context.close();
  });
}

test("of many drawings the oldest go, and pixels that none needs", async ({ app, context }) => {
  await paint(app);
  await expectStored(app, 3);
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("lossfield");
        opening.onsuccess = () => {
          const change = opening.result.transaction(["drawings", "rasters"], "readwrite");
          const drawings = change.objectStore("drawings");
          const all = drawings.getAll();
          all.onsuccess = () => {
            const [drawing] = all.result as { rasters: string[] }[];
            for (let i = 0; i < 25; i += 1) {
              const fragment = `/1.${i}`;
              drawings.put({
                ...drawing,
                id: `old-${i}`,
                savedAt: 1000 + i,
                fragment,
                rasters: [`r${i}`],
              });
              change.objectStore("rasters").put(new Uint8Array(4), `r${i}`);
            }
          };
          change.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          change.onerror = reject;
        };
      }),
  );
  await another(context);
  await expect.poll(async () => (await stored(app)).length).toBe(20);
  const ids = (await stored(app)).map(({ id }) => id);
  expect(ids).toContain("old-24");
  expect(ids).not.toContain("old-5");
  const rasters = await app.page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("lossfield");
        opening.onsuccess = () => {
          const keys = opening.result.transaction("rasters").objectStore("rasters").getAllKeys();
          keys.onsuccess = () => {
            resolve(keys.result);
            opening.result.close();
          };
        };
      }),
  );
  expect(rasters).not.toContain("r5");
  expect(rasters).toContain("r24");
});

test("a worker that dies after 300 strokes on 256 × 256 is back within a second", async ({
  app,
}) => {
  const mask = png("large.png", { width: 256, height: 256 }, (x, y) => (x > y ? 255 : 0));
  await app.page.getByLabel("Open ground truth").setInputFiles(mask);
  await expect(app.messages).toContainText("large.png");
  await scribble(app, 300);
  const before = { values: await app.values(), maps: await app.heatmaps() };
  const [worker] = app.page.workers();
  const replies = await app.page.evaluate(() => window.lossfield.replies);
  const began = await app.page.evaluate(() => performance.now());
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error("gone");
    });
  });
  const took = await app.page.evaluate(
    ([began, replies]) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (window.lossfield.replies > replies) resolve(performance.now() - began);
          else requestAnimationFrame(look);
        };
        look();
      }),
    [began, replies] as const,
  );
  console.log(`the engine was back after ${Math.round(took)} ms`);
  expect({ values: await app.values(), maps: await app.heatmaps() }).toEqual(before);
  await app.expectNativeValues();
  await app.button("Undo").click();
  expect(await app.values()).not.toEqual(before.values);
  expect(took).toBeLessThan(1000);
});
