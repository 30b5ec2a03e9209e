import type { Lossfield } from "./state.svelte.ts";

/** Of a mask or a heatmap, in pixels of the figure, at least: there has to be room for its name and value. */
const LEAST_WIDTH = 256;
const MARGIN = 16;
const LINE = 22;

interface Part {
  readonly title: string;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The engine takes pixels back once others are shown. */
function copy(pixels: Uint8ClampedArray = new Uint8ClampedArray()): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(pixels);
}

/** Masks and heatmaps with their names and values, as a PNG; nothing before there are any. */
export async function drawFigure(app: Lossfield): Promise<Uint8Array | undefined> {
  const { reply, scene } = app;
  if (!reply || !scene) return undefined;
  const { width, height } = scene;
  const cards = reply.frame.cards.map(({ id, text }, i): Part => {
    const loss = app.loss(id);
    return { title: `${loss ? app.nameOf(loss) : id}: ${text}`, pixels: copy(reply.heatmaps[i]) };
  });
  const parts = [
    { title: "Ground truth", pixels: copy(reply.truth) },
    { title: "Prediction", pixels: copy(reply.prediction) },
    ...cards,
  ];
  const columns = Math.ceil(Math.sqrt(parts.length));
  const scale = Math.max(1, Math.ceil(LEAST_WIDTH / width));
  const [cellWidth, cellHeight] = [width * scale + MARGIN, height * scale + LINE + MARGIN];

  const canvas = document.createElement("canvas");
  canvas.width = columns * cellWidth + MARGIN;
  canvas.height = Math.ceil(parts.length / columns) * cellHeight + MARGIN;
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  const style = getComputedStyle(document.body);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.font = `15px ${style.fontFamily}`;
  context.fillStyle = style.color;
  for (const [i, { title, pixels }] of parts.entries()) {
    const x = MARGIN + (i % columns) * cellWidth;
    const y = MARGIN + Math.floor(i / columns) * cellHeight;
    context.fillText(title, x, y + 15, cellWidth - MARGIN);
    const image = new ImageData(pixels, width, height);
    const bitmap = await createImageBitmap(image);
    context.drawImage(bitmap, x, y + LINE, width * scale, height * scale);
    bitmap.close();
  }
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  return blob ? new Uint8Array(await blob.arrayBuffer()) : undefined;
}
