import init, {
  ChartView,
  LovaszPlot,
  type Theme,
  ask,
  classColours,
  legendPixels,
} from "../pkg/lossfield.js";

/**
 * The page's own instance of the module, for what must be drawn where the DOM is, and what takes no time. The browser has the
 * file already, from the worker or for it.
 */
export const chartsReady: Promise<unknown> = init();

export { ChartView, LovaszPlot, ask, classColours, legendPixels, type Theme };

/** Gives a canvas as many pixels as the screen has under it, and says how many that is for one of the page. */
export function fitToScreen(canvas: HTMLCanvasElement): number {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return scale;
}

/** Hands a file to the browser's own way of saving. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 1000);
}
