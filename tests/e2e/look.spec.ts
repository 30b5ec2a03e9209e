import type { Page } from "@playwright/test";
import { measured } from "./figures.ts";
import { type App, LOVASZ_PARTS, expect, test } from "./fixtures.ts";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 820, height: 1180 },
  { width: 390, height: 844 },
];

/** What of the page is cut off or sticks out, told so that one can find it. */
async function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    // `clip` hides what sticks out but does not make it fit.
    const widest = Math.max(scrollWidth, document.body.scrollWidth);
    if (widest > clientWidth) found.push(`the page is ${widest} wide on ${clientWidth}`);
    const selector =
      "h1, h2, h3, button, output, select, label, summary, .share, .what, figcaption, td, th";
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      const box = element.getBoundingClientRect();
      if (!element.checkVisibility() || element.closest(".visually-hidden")) continue;
      const name = `${element.tagName.toLowerCase()} "${element.innerText.slice(0, 40)}"`;
      // An inline element has no client width; it cannot clip either. A menu cuts its own text on purpose.
      const clips = element.clientWidth > 0 && !(element instanceof HTMLSelectElement);
      if (clips && element.scrollWidth > element.clientWidth + 1)
        found.push(`${name} needs ${element.scrollWidth} and has ${element.clientWidth}`);
      const holder = element.closest("article, .inspector, fieldset, dialog");
      const room = holder?.getBoundingClientRect() ?? { left: 0, right: clientWidth };
      const scrolls = element.closest(".scroll, .tabs");
      if (!scrolls && (box.left < room.left - 1 || box.right > room.right + 1))
        found.push(`${name} sticks out of its place`);
    }
    // What stands in one place may be scrolled over another, but nothing there lies over its neighbour.
    for (const place of document.querySelectorAll("header, .planes")) {
      const things = [
        ...place.querySelectorAll<HTMLElement>("h1, h2, button, select, input, [role=application]"),
      ].filter((thing) => thing.checkVisibility() && !thing.closest(".visually-hidden, details"));
      things.forEach((thing, index) => {
        const box = thing.getBoundingClientRect();
        for (const other of things.slice(index + 1)) {
          const { left, right, top, bottom } = other.getBoundingClientRect();
          const across = Math.min(box.right, right) - Math.max(box.left, left);
          const down = Math.min(box.bottom, bottom) - Math.max(box.top, top);
          if (across > 1 && down > 1 && !thing.contains(other))
            found.push(`${other.outerHTML.slice(0, 60)} lies over ${thing.outerHTML.slice(0, 60)}`);
        }
      });
    }
    return found;
  });
}

/** What is looked at, one after the other on the same page. */
const VIEWS: { name: string; show: (app: App) => Promise<void> }[] = [
  { name: "cards", show: () => Promise.resolve() },
  {
    name: "inspector",
    show: async (app) => {
      await app.pinCentre();
      await app.inspector.scrollIntoViewIfNeeded();
    },
  },
  {
    name: "menu",
    show: async (app) => {
      await app.page.locator("summary", { hasText: "Losses:" }).click();
    },
  },
  {
    name: "all",
    show: async (app) => {
      await app.page.getByRole("button", { name: "All", exact: true }).click();
      await app.page.keyboard.press("Escape");
      await app.settle();
    },
  },
  { name: "libraries", show: (app) => app.showTab("Libraries") },
  { name: "focal", show: (app) => app.showTab("Focal") },
  { name: "lovasz", show: (app) => app.showTab("Lovász") },
  ...LOVASZ_PARTS.slice(1).map((part) => ({
    name: `lovasz ${part}`,
    show: (app: App) => app.showPart(part),
  })),
  {
    name: "descent",
    show: async (app) => {
      await app.showTab("Descent");
      // It runs a while by itself.
      await expect(app.button("Play")).toBeVisible({ timeout: 60_000 });
    },
  },
  {
    name: "imbalance",
    show: async (app) => {
      await app.showTab("Imbalance");
      await measured(app);
    },
  },
  {
    name: "batch",
    show: async (app) => {
      await app.showTab("Batch");
      await app.button("Large, tiny and no object").click();
      await app.settle();
    },
  },
  {
    name: "strip",
    show: async (app) => {
      await app.openPreset("Coins");
      await app.button("Add a copy").click();
      await app.settle();
    },
  },
  { name: "metrics", show: (app) => app.showTab("Metrics") },
  { name: "gradients", show: (app) => app.showTab("Gradients") },
  {
    name: "advisor",
    show: async (app) => {
      await app.showTab("Advisor");
      await measured(app);
    },
  },
  {
    name: "classes",
    show: async (app) => {
      await app.showTab("Losses");
      await app.openPreset("Three classes, one rare");
      await app.openConventions();
    },
  },
  { name: "explanation", show: (app) => app.explain("lovasz_hinge") },
  {
    name: "python",
    show: async (app) => {
      await app.page.keyboard.press("Escape");
      await app
        .card("dice")
        .getByRole("button", { name: /^Python/ })
        .click();
      await expect(app.page.getByRole("dialog").locator("pre").first()).toBeVisible();
    },
  },
];

for (const { width, height } of SIZES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`at ${width} × ${height}, ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("nothing is cut off, nothing sticks out", async ({ app }) => {
        for (const { name, show } of VIEWS) {
          await show(app);
          await app.page.screenshot({
            path: `screenshots/${name}-${width}x${height}-${colorScheme}.png`,
            fullPage: name !== "explanation" && name !== "python",
          });
          // Soft, so that one run tells of all views.
          expect.soft(await misfits(app.page), name).toEqual([]);
        }
      });
    });
  }
}
