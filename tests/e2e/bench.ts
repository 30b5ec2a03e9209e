import { cpus } from "node:os";
import { type App, type Point, type TabName, test } from "./fixtures.ts";

// How long the page takes to follow the brush. It measures and never judges: `make bench`.

/** Milliseconds; the first three for each move of the brush. */
interface Samples {
  /** From the pointer's event until every card has the new number and heatmap, ready for the next frame. */
  shown: number[];
  /** Of that, the worker's computing. */
  compute: number[];
  /** Of that, the page's: from the answer until numbers are written and pixels are put. */
  update: number[];
  /** The page's event handlers for the move. */
  handler: number[];
  /** Tasks of the main thread that took over 50 ms. */
  long: number[];
}

declare global {
  interface Window {
    bench: { samples: Samples; shown: Promise<void> };
  }
}

const MOVES = 150;

/** From here on the page notes what each move takes. */
async function record(app: App): Promise<void> {
  await app.page.evaluate(() => {
    const { lossfield } = window;
    const samples: Samples = { shown: [], compute: [], update: [], handler: [], long: [] };
    new PerformanceObserver((list) => {
      samples.long.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ entryTypes: ["longtask"] });

    let moved = 0;
    let told: () => void = () => undefined;
    addEventListener(
      "pointermove",
      () => {
        moved = performance.now();
        window.bench.shown = new Promise((resolve) => (told = resolve));
      },
      true,
    );
    addEventListener("pointermove", () => {
      samples.handler.push(performance.now() - moved);
    });

    // The page counts replies. It writes numbers and puts pixels in the task of the reply, or in the microtasks after
    // it: the next message finds all of it done.
    const { port1, port2 } = new MessageChannel();
    let replies = lossfield.replies;
    let answered = 0;
    Object.defineProperty(lossfield, "replies", {
      get: () => replies,
      set: (count: number) => {
        replies = count;
        answered = performance.now();
        port2.postMessage(undefined);
      },
    });
    port1.onmessage = () => {
      const now = performance.now();
      samples.update.push(now - answered);
      samples.shown.push(now - moved);
      samples.compute.push(lossfield.millis);
      told();
    };
    window.bench = { samples, shown: Promise.resolve() };
  });
}

/** Draws a spiral with the real mouse, each move sent when the page shows the one before. */
async function paint(app: App): Promise<Samples> {
  const spiral = Array.from({ length: MOVES + 1 }, (_, i): Point => {
    const radius = 0.1 + (0.3 * i) / MOVES;
    return [0.5 + radius * Math.cos(i / 12), 0.5 + radius * Math.sin(i / 12)];
  });
  const { width, height } = await app.digest(app.pad("prediction").locator("canvas"));
  const grid = spiral.map(([x, y]): Point => [x * width, y * height]);
  const [start = [0, 0], ...rest] = await app.clientFromGrid("prediction", grid);
  await app.page.mouse.move(...start);
  await app.page.mouse.down();
  await app.settle();
  await record(app);
  for (const point of rest) {
    await app.page.mouse.move(...point);
    await app.page.evaluate(() => window.bench.shown);
  }
  const samples = await app.page.evaluate(() => window.bench.samples);
  await app.page.mouse.up();
  return samples;
}

function row(name: string, milliseconds: number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  const cells = [at(0.5), at(0.9), at(1)].map((ms) => ms.toFixed(1).padStart(8));
  return `  ${name.padEnd(42)}${cells.join("")}`;
}

test.beforeAll(() => {
  const [core] = cpus();
  console.log(`\n${cpus().length} cores, ${core?.model ?? "of an unknown model"}`);
});

for (const { name, preset, batch, panel, all, sweep } of [
  { name: "binary, tiny lesion", preset: "tiny-lesion" },
  { name: "binary, tiny lesion, the Lovász panel open", preset: "tiny-lesion", panel: "Lovász" },
  {
    name: "binary, tiny lesion, the Libraries panel open",
    preset: "tiny-lesion",
    panel: "Libraries",
  },
  { name: "binary, tiny lesion, all losses", preset: "tiny-lesion", all: true },
  { name: "binary, tiny lesion, a sweep under way", preset: "tiny-lesion", sweep: true },
  { name: "binary, tiny lesion, the Focal panel open", preset: "tiny-lesion", panel: "Focal" },
  { name: "binary, tiny lesion, the Metrics panel open", preset: "tiny-lesion", panel: "Metrics" },
  { name: "binary, three images, the Batch panel open", batch: "large-tiny-none", panel: "Batch" },
  { name: "binary, coins", preset: "coins" },
  { name: "three classes", preset: "rare-class" },
] as {
  name: string;
  preset?: string;
  batch?: string;
  panel?: TabName;
  all?: boolean;
  sweep?: boolean;
}[]) {
  test(name, async ({ app }) => {
    await app.page.evaluate(
      (opened) => {
        window.lossfield.send({ ...opened, side: 256 });
      },
      batch === undefined ? { kind: "openPreset", id: preset } : { kind: "openBatch", id: batch },
    );
    await app.settle();
    if (panel) await app.showTab(panel);
    if (all) {
      await app.page.locator("summary", { hasText: "Losses:" }).click();
      await app.button("All").click();
      await app.page.keyboard.press("Escape");
      await app.settle();
    }
    if (sweep) {
      // A surface over a knob takes longer than the strokes do.
      await app.showTab("Imbalance");
      await app.button("One loss, two parameters").click();
      await app.page.getByRole("combobox", { name: "across" }).selectOption("knob:blur");
      await app.button("Measure the surface").click();
    }

    const { shown, compute, update, handler, long } = await paint(app);
    const { width, height } = await app.digest(app.pad("prediction").locator("canvas"));
    const lines = [
      `${name}, ${width} × ${height}, ${shown.length} moves; ms:      median     p90     max`,
      row("from the move to new numbers and heatmaps", shown),
      row("  of which the worker computes", compute),
      row("  of which the page updates itself", update),
      row("event handlers", handler),
      long.length === 0
        ? "  no task of the main thread over 50 ms"
        : row(`${long.length} tasks of the main thread over 50 ms`, long),
    ];
    console.log(`\n${lines.join("\n")}`);
  });
}

test("on this browser", async ({ page }) => {
  console.log(`\n${await page.evaluate(() => navigator.userAgent)}`);
});
