import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { defineConfig } from "@playwright/test";

/** The Chromium that `make setup-browser` found, or one where Linux keeps it, or Playwright's own. */
function systemChromium(): string | undefined {
  const places = [process.env.CHROME, "/usr/bin/chromium", "/usr/bin/google-chrome"];
  return places.find((path) => path !== undefined && existsSync(path));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

// Playwright reads this file once more in its worker process, which inherits the environment: both
// must name the same port.
process.env.LOSSFIELD_PORT ??= String(await freePort());
const port = process.env.LOSSFIELD_PORT;
const executablePath = systemChromium();

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  reporter: "list",
  // The page's own worker needs the second core.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    // Without snapshots: copies of the whole page around every step take longer than the steps.
    trace: { mode: "retain-on-failure", snapshots: false, screenshots: false },
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "replay", testMatch: "replay.setup.ts" },
    { name: "desktop", testMatch: "*.spec.ts", dependencies: ["replay"] },
    // Measurements are printed, never judged: `make bench`.
    { name: "bench", testMatch: "bench.ts" },
  ],
  webServer: {
    command: "node serve.js",
    env: { PORT: port, STRICT_PORT: "yes" },
    cwd: "../../www",
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
