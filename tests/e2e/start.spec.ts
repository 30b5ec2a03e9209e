import { type BrowserContext, type Page, expect, test } from "@playwright/test";
import { shorten } from "./faults.ts";

const WORKER = "**/worker-*.js";
const MODULE = "**/*.wasm";

async function expectStarted(page: Page): Promise<void> {
  await expect(page.locator("article[data-loss][data-value]").first()).toBeVisible();
}

/** It is said what is missing, and nothing tries again by itself while a test looks. */
async function expectSaid(page: Page, what: string): Promise<void> {
  await expect(page.getByRole("region", { name: "Engine" })).toContainText(what);
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
}

async function tryAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try again" }).click();
}

/** From the first request on, before the page can be told otherwise. */
async function neverByItself(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    let app: { limits: { retry: number } } | undefined;
    Object.defineProperty(window, "lossfield", {
      get: () => app,
      set: (made: typeof app) => {
        app = made;
        if (app) app.limits.retry = 100_000;
      },
    });
  });
}

test("without WebAssembly the page says so, and tries again when asked", async ({ page }) => {
  await page.addInitScript(() => {
    const { WebAssembly } = window;
    Object.assign(window, {
      bringBack: () => Object.assign(window, { WebAssembly }),
    });
    Reflect.deleteProperty(window, "WebAssembly");
  });
  await page.goto("/");
  await expectSaid(page, "WebAssembly is turned off in this browser");
  await tryAgain(page);
  await expectSaid(page, "WebAssembly is turned off in this browser");
  await page.evaluate("bringBack()");
  await tryAgain(page);
  await expectStarted(page);
});

test("a worker's script that is missing is said, and fetched again when asked", async ({
  page,
  context,
}) => {
  await neverByItself(context);
  await page.route(WORKER, (route) => route.fulfill({ status: 404 }));
  await page.goto("/");
  await expectSaid(page, "The script of the engine, worker.js, could not be loaded");
  await page.unroute(WORKER);
  await tryAgain(page);
  await expectStarted(page);
});

test("a worker's script that never comes is said, and fetched again when asked", async ({
  page,
  context,
}) => {
  await neverByItself(context);
  await page.route(WORKER, () => undefined);
  await page.goto("/");
  await expect(page.getByRole("status").first()).toHaveText("Starting the engine…");
  await shorten(page, { beat: 50, start: 300 });
  await expectSaid(page, "The engine does not answer");
  await page.unroute(WORKER);
  await shorten(page, { start: 30_000 });
  await tryAgain(page);
  await expectStarted(page);
});

for (const { fault, told, answer } of [
  { fault: "is missing", told: "the server answered 404", answer: { status: 404 } },
  {
    fault: "is a page instead",
    told: "could not be loaded",
    answer: { contentType: "text/html", body: "<!doctype html><p>Welcome" },
  },
  {
    fault: "is cut short",
    told: "could not be loaded",
    answer: { contentType: "application/wasm", body: Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0]) },
  },
]) {
  test(`a module that ${fault} is said at once, and fetched again when asked`, async ({
    page,
    context,
  }) => {
    await neverByItself(context);
    await page.route(MODULE, (route) => route.fulfill(answer));
    await page.goto("/");
    await expectSaid(page, "The engine, lossfield.wasm, could not be loaded");
    await expectSaid(page, told);
    await page.unroute(MODULE);
    await tryAgain(page);
    await expectStarted(page);
  });
}

test("a module that does not come yet is waited for, and that is said", async ({ page }) => {
  const held: (() => void)[] = [];
  await page.route(MODULE, async (route) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  await page.goto("/");
  await shorten(page, { beat: 50, start: 500 });
  await expectSaid(page, "The engine is still loading");
  const [worker] = page.workers();
  await shorten(page, { start: 30_000 });
  for (const release of held) release();
  await expectStarted(page);
  expect(page.workers()).toEqual([worker]);
});

test("a module that fails at first only is there in the end: engine, colours and charts", async ({
  page,
}) => {
  let broken = true;
  await page.route(MODULE, (route) => (broken ? route.abort() : route.continue()));
  await page.goto("/");
  await expectSaid(page, "The engine, lossfield.wasm, could not be loaded");
  const messages = page.getByRole("log", { name: "Messages" });
  await expect(messages).toContainText("Charts and colours could not be loaded");
  broken = false;
  await expectStarted(page);
  await expect(messages).toBeEmpty();
  await expect(page.locator(".legend canvas").first()).toBeVisible();
  const chip = page.locator(".swatch .chip").nth(1);
  await expect(chip).toHaveAttribute("style", /background-color: rgb/);
  await page.getByRole("tab", { name: "Metrics" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).first().click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});

test("in a frame without an origin the page says that it may start no worker, and tries again when asked", async ({
  page,
}) => {
  await page.route("**/frame.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: '<!doctype html><iframe sandbox="allow-scripts" src="/" width="900" height="600">',
    }),
  );
  await page.goto("/frame.html");
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Lossfield", level: 1 })).toBeVisible();
  const status = frame.getByRole("region", { name: "Engine" });
  await expect(status).toContainText("does not let the page start a worker");
  await status.getByRole("button", { name: "Try again" }).click();
  await expect(status).toContainText("does not let the page start a worker");
});

test("where storage is forbidden the page works, and the theme changes", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("forbidden", "SecurityError");
      },
    });
  });
  await page.goto("/");
  await expectStarted(page);
  await page.getByRole("button", { name: "Switch to dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(errors).toEqual([]);
});

test("with scripts off one sentence says so", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByRole("paragraph")).toContainText("by JavaScript, which is off");
  await expect(page.locator("#fallback")).toBeHidden();
  await context.close();
});

test("a script of the page that does not load is said", async ({ page }) => {
  await page.route("**/index-*.js", (route) => route.fulfill({ status: 404 }));
  await page.goto("/");
  await expect(page.getByText("The script of this page did not load.")).toBeVisible();
  await page.unroute("**/index-*.js");
  await page.reload();
  await expectStarted(page);
  await expect(page.locator("#fallback")).toHaveCount(0);
});

test("every tab has a title of its own", async ({ page }) => {
  await page.goto("/");
  await expectStarted(page);
  await expect(page).toHaveTitle("Lossfield");
  await page.getByRole("tab", { name: "Metrics" }).click();
  await expect(page).toHaveTitle("Metrics · Lossfield");
});
