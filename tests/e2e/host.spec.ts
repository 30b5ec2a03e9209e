import { type APIRequestContext, expect, test } from "@playwright/test";

/** The addresses of the built page's files that end so. */
async function assets(request: APIRequestContext, ending: string): Promise<string[]> {
  const page = await (await request.get("/")).text();
  const [, script = ""] = /src="\.(\/assets\/index-[^"]+\.js)"/.exec(page) ?? [];
  const names = (await (await request.get(script)).text()).match(/[\w.-]+\.(?:wasm|js)/g) ?? [];
  const found = [script, ...names.map((name) => `/assets/${name}`)];
  return [...new Set(found)].filter((path) => path.endsWith(ending));
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "require-trusted-types-for 'script'",
];

test("the policy stands in the page, for any host, and in the headers of ours", async ({
  page,
  request,
}) => {
  await page.goto("/");
  const meta = await page
    .locator('meta[http-equiv="Content-Security-Policy"]')
    .getAttribute("content");
  const { "content-security-policy": header } = (await request.get("/")).headers();
  for (const rule of POLICY) {
    expect(meta).toContain(rule);
    expect(header).toContain(rule);
  }
});

test("under the policy neither text nor a foreign script runs as code", async ({ page }) => {
  await page.goto("/");
  const thrown = await page.evaluate(() => {
    const nameOf = (act: () => void) => {
      try {
        act();
        return "nothing";
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    };
    const element = document.createElement("div");
    return [
      nameOf(() => (element.innerHTML = "<b>text</b>")),
      nameOf(() => new Worker("worker.js")),
      nameOf(() => Object.assign(document.createElement("script"), { src: "worker.js" })),
    ];
  });
  expect(thrown).toEqual(["TypeError", "TypeError", "TypeError"]);
});

test("the server sends what a host should", async ({ request }) => {
  const page = await request.get("/");
  expect(page.headers()).toMatchObject({
    "cache-control": "no-cache",
    "content-type": "text/html;charset=utf-8",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  const etag = page.headers().etag ?? "";
  expect((await request.get("/", { headers: { "If-None-Match": etag } })).status()).toBe(304);

  const [wasm = ""] = await assets(request, ".wasm");
  for (const encoding of ["br", "gzip"]) {
    const file = await request.get(wasm, { headers: { "Accept-Encoding": encoding } });
    expect(file.headers()).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-encoding": encoding,
      "content-type": "application/wasm",
      vary: "Accept-Encoding",
    });
    expect((await file.body()).subarray(0, 4)).toEqual(Buffer.from("\0asm"));
  }
  const plain = await request.get(wasm, { headers: { "Accept-Encoding": "identity" } });
  expect(plain.headers()).not.toHaveProperty("content-encoding");

  const missing = await request.get("/missing");
  expect(missing.status()).toBe(404);
  expect(missing.headers()).toHaveProperty("content-security-policy");
  expect((await request.post("/")).status()).toBe(405);
});
