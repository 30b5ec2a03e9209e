import {
  ChartView,
  LovaszPlot,
  type Theme,
  ask,
  classColours,
  legendPixels,
} from "../pkg/lossfield.js";
import { backOff } from "./limits.ts";
import { LoadError, load, messageOf } from "./wasm.ts";

let resolve: () => void;

/**
 * Resolves once the page has an instance of the module of its own, for what must be drawn where the DOM is, and what takes no
 * time. The browser has the file already, from the worker or for it.
 */
export const chartsReady = new Promise<void>((ready) => {
  resolve = ready;
});

/** Loads the module, and goes on trying. `told` hears what is wrong, and of nothing once it is right. */
export async function loadCharts(told: (wrong: string | undefined) => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await load(tries);
      told(undefined);
      resolve();
      return;
    } catch (error) {
      // The engine has the same trouble, and says so.
      if (error instanceof LoadError && error.missing === "webAssembly") return;
      told(messageOf(error));
      await new Promise((again) => setTimeout(again, backOff(tries + 1)));
    }
  }
}

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
