import { type App, type Plane, expect, test } from "./fixtures.ts";
import { type Size, type Upload, npy, png } from "./encode.ts";

const SCENE: Size = { width: 128, height: 128 };
const PIXELS = SCENE.width * SCENE.height;

async function pick(app: App, plane: Plane, file: Upload): Promise<void> {
  const name = plane === "truth" ? "Open ground truth" : "Open prediction";
  await app.page.getByLabel(name).setInputFiles(file);
}

/** The left half is foreground. */
function half(name: string, size: Size): Upload {
  return png(name, size, (x) => (x < size.width / 2 ? 255 : 0));
}

test("a picked PNG is the truth, and the values are the native ones", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const before = await app.values();
  await pick(app, "truth", half("half.png", SCENE));
  await expect(app.messages).toContainText("half.png");
  const after = await app.expectNativeValues();
  for (const loss of Object.keys(before)) expect(after[loss], loss).not.toBe(before[loss]);
  const [left, right] = await app.coloursAt("truth", [
    [60, 20],
    [68, 20],
  ]);
  expect(left).not.toBe(right);
  await app.button("Undo").click();
  expect(await app.values()).toEqual(before);
});

test("a picked PNG is the prediction, its greys the probabilities", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await pick(
    app,
    "prediction",
    png("ramp.png", SCENE, (x) => 2 * x),
  );
  await expect
    .poll(async () => (await app.sent()).at(-1))
    .toMatchObject({ kind: "open", plane: "prediction" });
  await app.expectNativeValues();
  const row = Array.from({ length: 128 }, (_, x) => [x, 5] as const);
  expect(new Set(await app.coloursAt("prediction", row)).size).toBeGreaterThan(60);
});

test("a dropped .npy is the prediction", async ({ app }) => {
  await app.openPreset("Balanced disc");
  const unsure = npy("unsure.npy", [128, 128], () => 0.5);
  await app.drop(app.pad("prediction"), unsure);
  await expect.poll(async () => (await app.values()).cross_entropy).toBeCloseTo(Math.LN2, 9);
  await app.expectNativeValues();
});

test("a dropped PNG is the truth of the canvas it is dropped on", async ({ app }) => {
  await app.openPreset("Balanced disc");
  await app.drop(app.pad("truth"), half("dropped.png", SCENE));
  await expect(app.messages).toContainText("dropped.png");
  expect((await app.sent()).at(-1)).toMatchObject({
    kind: "open",
    plane: "truth",
    name: "dropped.png",
  });
  await app.expectNativeValues();
});

test("a multi-class .npy is the prediction of every class", async ({ app }) => {
  await app.openPreset("Three classes, one rare");
  const even = npy("even.npy", [3, 128, 128], (i) => [0.5, 0.3, 0.2][Math.floor(i / PIXELS)] ?? 0);
  await pick(app, "prediction", even);
  await expect
    .poll(async () => (await app.sent()).at(-1))
    .toMatchObject({ kind: "open", plane: "prediction" });
  await app.expectNativeValues();
});

test("a picture is opened at its own size", async ({ app }) => {
  await pick(app, "truth", half("large.png", { width: 640, height: 480 }));
  await expect(app.messages).toContainText("the scene is now 640 × 480");
  await app.expectNativeValues();
  const canvas = await app.digest(app.pad("truth").locator("canvas"));
  expect(canvas).toMatchObject({ width: 640, height: 480 });

  const large = npy("large.npy", [480, 640], (i) => (i % 640) / 640);
  await pick(app, "prediction", large);
  await app.stroke("prediction", [
    [10, 10],
    [200, 150],
  ]);
  await app.expectNativeValues();
});

test("a prediction that comes first waits for its truth", async ({ app }) => {
  await pick(
    app,
    "prediction",
    npy("network.npy", [100, 200], (i) => (i % 200) / 200),
  );
  await expect(app.messages).toContainText("the scene is now 200 × 100");
  await expect(
    app.page.getByText("The truth is still to come: paint it or open it."),
  ).toBeVisible();
  await pick(app, "truth", half("organ.png", { width: 200, height: 100 }));
  await app.expectNativeValues();
});

const whole = half("cut.png", SCENE);
const BAD: { what: string; plane: Plane; file: Upload; found: string; expected: string }[] = [
  {
    what: "a truncated PNG",
    plane: "truth",
    file: { ...whole, buffer: whole.buffer.subarray(0, whole.buffer.length - 30) },
    found: "a PNG cut short",
    expected: "a whole PNG",
  },
  {
    what: "a JPEG named .png",
    plane: "truth",
    file: {
      name: "holiday.png",
      mimeType: "image/png",
      buffer: Buffer.from("ffd8ffe000104a464946", "hex"),
    },
    found: "a damaged JPEG",
    expected: "a whole JPEG",
  },
  {
    what: "an .npy with NaN",
    plane: "prediction",
    file: npy("diverged.npy", [128, 128], (i) => (i === 300 ? NaN : 0.5)),
    found: "1 of 16384 values that are NaN or infinite, the first NaN at x 44, y 2",
    expected: "finite numbers",
  },
  {
    what: "an .npy of half its data",
    plane: "prediction",
    file: ((file) => ({ ...file, buffer: file.buffer.subarray(0, 20_000) }))(
      npy("cut.npy", [128, 128], () => 0.5),
    ),
    found: "65536 bytes",
    expected: "a whole .npy",
  },
  {
    what: "a header of a huge picture",
    plane: "truth",
    file: png("bomb.png", { width: 4, height: 4 }, () => 0, { width: 100_000, height: 100_000 }),
    found: "100000 × 100000 pixels",
    expected: "8192 × 8192",
  },
  {
    what: "an empty file",
    plane: "truth",
    file: { name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) },
    found: "an empty file",
    expected: "a mask or a prediction as PNG",
  },
  {
    what: "text",
    plane: "prediction",
    file: { name: "notes.npy", mimeType: "text/plain", buffer: Buffer.from("dear diary\n") },
    found: "“dear” in line 1, column 1",
    expected: "text that is numbers alone",
  },
];

test("what is not what it says is refused with a sentence, and the scene stays", async ({
  app,
}) => {
  await app.openPreset("Balanced disc");
  await app.stroke("prediction", [
    [20, 20],
    [60, 30],
  ]);
  const before = { values: await app.values(), maps: await app.heatmaps() };
  for (const { what, plane, file, found, expected } of BAD) {
    await pick(app, plane, file);
    const message = app.messages.locator(".message.refusal");
    await expect(message, what).toHaveCount(1);
    const text = await message.locator("p").innerText();
    const [said = "", wanted = ""] = text.split("; expected ");
    expect.soft(said, what).toContain(file.name);
    expect.soft(said, what).toContain(found);
    expect.soft(wanted, what).toContain(expected);
    expect({ values: await app.values(), maps: await app.heatmaps() }, what).toEqual(before);
    await message.getByRole("button", { name: "Dismiss this message" }).click();
    await expect(message).toHaveCount(0);
  }
  await app.stroke("prediction", [[90, 90]]);
  expect(await app.values()).not.toEqual(before.values);
});
