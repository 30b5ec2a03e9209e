import init, {
  type LovaszOrder,
  FocalPlot,
  LovaszPlot,
  type Theme,
  classColours,
  legendPixels,
} from "../pkg/lossfield.js";

/**
 * The page's own instance of the module, for what must be drawn where the DOM is. The browser has the
 * file already, from the worker or for it.
 */
export const chartsReady: Promise<unknown> = init();

export { FocalPlot, LovaszPlot, classColours, legendPixels, type LovaszOrder, type Theme };

/** Gives a canvas as many pixels as the screen has under it, and says how many that is for one of the page. */
export function fitToScreen(canvas: HTMLCanvasElement): number {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return scale;
}
