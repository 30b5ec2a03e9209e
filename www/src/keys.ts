import type { Lossfield } from "./state.svelte.ts";

/** Radii that `[` and `]` step through, in pixels of the grid. */
const RADII = [0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40];
export const SMALLEST_RADIUS = 0.5;
export const LARGEST_RADIUS = 40;

function stepRadius(app: Lossfield, up: boolean): void {
  const next = up
    ? RADII.find((radius) => radius > app.tools.radius)
    : RADII.findLast((radius) => radius < app.tools.radius);
  if (next !== undefined) app.setTools({ radius: next });
}

/** Whether a key pressed here is already spoken for: one types, chooses from a list, or reads a dialog. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type === "number" || target.type === "text";
  return (
    target instanceof HTMLSelectElement ||
    target.isContentEditable ||
    target.closest("dialog") !== null
  );
}

/** Keys that work anywhere on the page but where they are taken. */
export function commandFromKey(app: Lossfield, event: KeyboardEvent): void {
  if (event.defaultPrevented || isTaken(event.target) || !app.reply) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey) return;
    if (key === "z") app.send({ kind: event.shiftKey ? "redo" : "undo" });
    else if (key === "y") app.send({ kind: "redo" });
    else return;
    event.preventDefault();
    return;
  }
  if (event.altKey) return;
  switch (key) {
    case "[":
      stepRadius(app, false);
      break;
    case "]":
      stepRadius(app, true);
      break;
    case "e":
      app.setTools({ erasing: !app.tools.erasing });
      break;
    case "b":
      app.setTools({ tool: "brush" });
      break;
    case "g":
      app.setTools({ tool: "fill" });
      break;
    case "i":
      app.setTools({ tool: "inspect" });
      break;
    case "escape":
      app.setView({ pinned: undefined });
      break;
    default:
      // A class that the scene has not is none to paint with: the engine sees to that.
      if (/^[0-9]$/.test(key))
        app.setTools({ truthClass: Number(key), predictionClass: Number(key) });
  }
}
