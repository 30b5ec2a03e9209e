import {
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
  test as base,
  expect,
} from "@playwright/test";
import type { Upload } from "./encode.ts";
import {
  type Command,
  type Drawing,
  type Kept,
  type Values,
  expectSameValues,
  replay,
} from "./native.ts";

export { expect };
export type TabName =
  | "Losses"
  | "Libraries"
  | "Focal"
  | "Lovász"
  | "Descent"
  | "Imbalance"
  | "Batch"
  | "Metrics"
  | "Gradients"
  | "Folder"
  | "Advisor";
/** The parts of the Lovász panel, in order. */
export const LOVASZ_PARTS = [
  "The sort",
  "One pixel at a time",
  "Who holds the weight",
  "The kink",
  "Two pixels",
  "Hinge, sigmoid and softmax",
  "Per image against per batch",
  "An empty truth",
] as const;
export type Plane = "truth" | "prediction";
/** A position in pixels of the grid: pixel (x, y) covers x..x+1, y..y+1. */
export type Point = readonly [x: number, y: number];

/** What the page hangs on `window` for tests. */
interface Lossfield {
  readonly replies: number;
  readonly reply: { frame: { kept?: unknown } };
  readonly millis: number;
  readonly kept: Kept | undefined;
  readonly document: { panels: Record<string, unknown>; [field: string]: unknown };
  readonly tabs: { id: string; label: string }[];
  /** Pixels of opened files, by their digests. */
  readonly rasters: ReadonlyMap<string, Uint8Array>;
  readonly look: unknown;
  send(command: Command, ...rest: unknown[]): void;
  setPanel(id: string, change: object): void;
  link(): Promise<{ fragment: string; files: string[] }>;
  readonly opening: { readonly isBusy: boolean };
  /** Milliseconds that workers are given, `www/src/limits.ts`. */
  readonly limits: object;
}
declare global {
  interface Window {
    lossfield: Lossfield;
    /** What the page asked of the engine since the last look at it. */
    sent: Command[];
  }
}

/** What can be told of a canvas from its pixels. */
export interface Pixels {
  width: number;
  height: number;
  /** How many colours it has. */
  colours: number;
  /** A digest of all of it. */
  hash: number;
}

/** The page of Lossfield, by what a person finds on it. */
export class App {
  /** Everything that the console called an error. */
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("requestfailed", (request) => this.errors.push(`${request.url()} failed to load`));
  }

  /** Opens the page, or a link of it. */
  async open(link = "/"): Promise<void> {
    await this.page.goto(link);
    await this.opened();
  }

  /** Waits for the page to be there, after whatever opened it. */
  async opened(): Promise<void> {
    await expect(this.page.getByRole("tabpanel")).toBeVisible();
    await this.settle();
    await this.page.evaluate(() => {
      const { lossfield } = window;
      const send = lossfield.send.bind(lossfield);
      window.sent = [];
      lossfield.send = (command, ...rest) => {
        window.sent.push(structuredClone(command));
        send(command, ...rest);
      };
    });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.opened();
  }

  get cards(): Locator {
    return this.page.locator("article[data-loss]");
  }

  card(loss: string): Locator {
    return this.page.locator(`article[data-loss="${loss}"]`);
  }

  pad(plane: Plane): Locator {
    const name = plane === "truth" ? "Ground truth canvas" : "Prediction canvas";
    return this.page.getByRole("application", { name });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Chooses a file by an entry of the menu of files. */
  async chooseFromMenu(entry: string, file: Upload): Promise<void> {
    const banner = this.page.getByRole("banner");
    await banner.locator("summary", { hasText: "File" }).click();
    const chooser = this.page.waitForEvent("filechooser");
    await banner.getByRole("button", { name: entry, exact: true }).click();
    await (await chooser).setFiles(file);
  }

  slider(name: string): Locator {
    return this.page.getByRole("slider", { name, exact: true });
  }

  /** Empties a plane. */
  async clear(plane: Plane): Promise<void> {
    await this.page
      .locator(".painter", { has: this.pad(plane) })
      .getByRole("button", { name: "Clear" })
      .click();
    await this.settle();
  }

  get messages(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get inspector(): Locator {
    return this.page.getByRole("region", { name: "Pixel inspector" });
  }

  /** Waits until all that was asked for is answered, and shown. */
  async settle(): Promise<void> {
    await this.page.evaluate(async () => {
      const app = window.lossfield;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      while (app.opening.isBusy) await frame();
      // At most one edit is in flight, and what waits goes with the next: so the second answer from here on
      // answers all that was sent before. Looking at the same again changes nothing.
      for (let answer = 0; answer < 2; answer += 1) {
        const seen = app.replies;
        app.send({ kind: "look", look: app.look });
        while (app.replies === seen) await frame();
      }
      await frame();
    });
  }

  /** The values on the cards, in full precision, once all is answered. */
  async values(): Promise<Values> {
    await this.settle();
    const pairs = await this.cards.evaluateAll((cards) =>
      cards.map((card): [string, number] => [
        card.getAttribute("data-loss") ?? "",
        Number.parseFloat(card.getAttribute("data-value") ?? ""),
      ]),
    );
    return Object.fromEntries(pairs);
  }

  /** What the page asked of the engine since it was opened that does something to the document; strokes in one piece. */
  async sent(): Promise<Command[]> {
    await this.settle();
    const all = await this.page.evaluate(() =>
      window.sent.map((command): Command => {
        // It would cross as an object.
        const { bytes } = command;
        return bytes instanceof Uint8Array ? { ...command, bytes: Array.from(bytes) } : command;
      }),
    );
    const sent: Command[] = [];
    for (const command of all) {
      const last = sent.at(-1);
      if (command.kind === "extendStroke" && last?.kind === "extendStroke") {
        last.points = [...(last.points as number[]), ...(command.points as number[])];
      } else if (!["look", "settle", "setTools", "setView", "setPanel"].includes(command.kind)) {
        sent.push(command);
      }
    }
    return sent;
  }

  /** The document with all its steps, and the pixels of opened files. */
  async kept(): Promise<Drawing> {
    await this.settle();
    return this.page.evaluate(() => {
      const { kept, rasters } = window.lossfield;
      if (!kept) throw new Error("the page keeps nothing");
      // As lists, because arrays of bytes would cross as objects.
      return { kept, rasters: Array.from(rasters.values(), (bytes) => Array.from(bytes)) };
    });
  }

  /** Holds the values on the cards against what Rust makes natively of the same document, and gives them. */
  async expectNativeValues(): Promise<Values> {
    const values = await this.values();
    expectSameValues(values, replay(await this.kept()));
    return values;
  }

  /** Waits until the address holds the document as it is; gives the link. */
  async addressed(): Promise<string> {
    await this.settle();
    await expect
      .poll(() =>
        this.page.evaluate(async () => {
          const { fragment } = await window.lossfield.link();
          return location.hash === (fragment && `#${fragment}`);
        }),
      )
      .toBe(true);
    return this.page.url();
  }

  /** Drops files on this place of the page, as from a folder. */
  async drop(target: Locator, ...files: Upload[]): Promise<void> {
    const dataTransfer = await this.page.evaluateHandle(
      (all) => {
        const transfer = new DataTransfer();
        for (const { bytes, name, type } of all) {
          transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
        }
        return transfer;
      },
      files.map(({ name, mimeType, buffer }) => ({
        bytes: Array.from(buffer),
        name,
        type: mimeType,
      })),
    );
    for (const event of ["dragover", "drop"]) {
      await target.dispatchEvent(event, { dataTransfer });
    }
  }

  async openPreset(title: string): Promise<void> {
    await this.page.getByRole("combobox", { name: "Scene" }).selectOption({ label: title });
    await this.settle();
  }

  async setTask(task: "Binary" | "3 classes" | "4 classes" | "5 classes"): Promise<void> {
    await this.button(task).click();
    await this.settle();
  }

  async showTab(name: TabName): Promise<void> {
    await this.page.getByRole("tab", { name, exact: true }).click();
    await this.settle();
  }

  /** Opens a part of the Lovász panel. */
  async showPart(part: (typeof LOVASZ_PARTS)[number]): Promise<void> {
    await this.page
      .getByRole("group", { name: "Parts, step by step" })
      .getByRole("button", { name: part })
      .click();
    await this.settle();
  }

  /** Pins the pixel in the middle, where the keyboard's cursor is at first. */
  async pinCentre(): Promise<void> {
    const shown = this.page.getByRole("application").first();
    await shown.focus();
    await shown.press("Enter");
    await expect(this.button("Pinned")).toHaveAttribute("aria-pressed", "true");
    await this.settle();
  }

  /** Unfolds what the cards keep folded. */
  async openConventions(): Promise<void> {
    await this.cards.locator("details").evaluateAll((all) => {
      for (const details of all) (details as HTMLDetailsElement).open = true;
    });
  }

  /** Opens the explanation of a loss. */
  async explain(loss: string): Promise<void> {
    await this.card(loss)
      .getByRole("button", { name: /^Explain/ })
      .click();
    await expect(this.page.getByRole("dialog")).toBeVisible();
  }

  /** Where a point of the grid is on the screen. */
  async clientFromGrid(plane: Plane, points: readonly Point[]): Promise<Point[]> {
    const pad = this.pad(plane);
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error(`the ${plane} canvas is not on the screen`);
    const { width, height } = await this.digest(pad.locator("canvas"));
    return points.map(([x, y]) => [
      box.x + (x / width) * box.width,
      box.y + (y / height) * box.height,
    ]);
  }

  /** One stroke of the mouse through points of the grid, each reached in one move. */
  async stroke(
    plane: Plane,
    points: readonly Point[],
    { button = "left" }: { button?: "left" | "right" } = {},
  ): Promise<void> {
    const [start, ...rest] = await this.clientFromGrid(plane, points);
    if (!start) throw new Error("a stroke has at least one point");
    await this.page.mouse.move(...start);
    await this.page.mouse.down({ button });
    for (const point of rest) await this.page.mouse.move(...point);
    await this.page.mouse.up({ button });
    await this.settle();
  }

  heatmap(loss: string): Locator {
    return this.card(loss).getByRole("img", { name: /^Gradient of/ });
  }

  /** Digests of canvases, in one visit to the page. */
  async digests(canvases: Locator): Promise<Pixels[]> {
    return canvases.evaluateAll((elements) =>
      (elements as HTMLCanvasElement[]).map((canvas) => {
        const { width, height } = canvas;
        const data = canvas.getContext("2d")?.getImageData(0, 0, width, height).data;
        const words = new Uint32Array(data?.buffer ?? new ArrayBuffer());
        // FNV-1a over whole pixels.
        const hash = words.reduce((sum, word) => Math.imul(sum ^ word, 0x01000193), 0x811c9dc5);
        return { width, height, colours: new Set(words).size, hash };
      }),
    );
  }

  async digest(canvas: Locator): Promise<Pixels> {
    const [digest] = await this.digests(canvas);
    if (!digest) throw new Error("there is no such canvas");
    return digest;
  }

  /** Digests of all heatmaps, by loss. */
  async heatmaps(): Promise<Record<string, Pixels>> {
    await this.settle();
    const losses = await this.losses();
    const digests = await this.digests(this.cards.getByRole("img", { name: /^Gradient of/ }));
    expect(digests).toHaveLength(losses.length);
    return Object.fromEntries(digests.map((digest, i) => [losses[i] ?? "", digest]));
  }

  /** The ids of all losses, in the order of their cards. */
  async losses(): Promise<string[]> {
    return this.cards.evaluateAll((cards) =>
      cards.map((card) => card.getAttribute("data-loss") ?? ""),
    );
  }

  /** The colours that pixels of the grid have on a plane's canvas. */
  async coloursAt(plane: Plane, points: readonly Point[]): Promise<string[]> {
    await this.settle();
    return this.pad(plane)
      .locator("canvas")
      .evaluate((canvas, at) => {
        const context = (canvas as HTMLCanvasElement).getContext("2d");
        return at.map(([x, y]) => String(context?.getImageData(x, y, 1, 1).data));
      }, points);
  }
}

/** The page once more, in a tab of its own; in the same browser, if it is given. */
export async function another(browser: BrowserContext | Browser, link?: string): Promise<App> {
  const app = new App(await browser.newPage());
  await app.open(link);
  return app;
}

/**
 * `app` is the page, opened; a test that uses it fails if the console has an error. A violation of the content security
 * policy or of Trusted Types is one.
 */
export const test = base.extend<{ app: App }>({
  app: async ({ page }, use) => {
    const app = new App(page);
    await app.open();
    await use(app);
    expect(app.errors, "errors in the console").toEqual([]);
  },
});
