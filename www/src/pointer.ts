import type { At } from "../pkg/lossfield.js";
import type { Lossfield, Plane } from "./state.svelte.ts";

/** A position in grid units: pixel (x, y) covers x..x+1, y..y+1. */
export interface GridPoint {
  x: number;
  y: number;
}

/** The grid under an element that shows all of it. */
export function gridFromClient(
  element: Element,
  size: { width: number; height: number },
  client: { clientX: number; clientY: number },
): GridPoint {
  const box = element.getBoundingClientRect();
  return {
    x: ((client.clientX - box.left) / box.width) * size.width,
    y: ((client.clientY - box.top) / box.height) * size.height,
  };
}

/** The pixel of the grid that a point lies in, or none outside. */
export function pixelAt(point: GridPoint, size: { width: number; height: number }): At | undefined {
  const at = { x: Math.floor(point.x), y: Math.floor(point.y) };
  const inside = at.x >= 0 && at.y >= 0 && at.x < size.width && at.y < size.height;
  return inside ? at : undefined;
}

/** One plane's strokes: from pointer or keyboard to commands. */
export class Strokes {
  /** The pointer whose stroke is under way. */
  #pointer: number | undefined;
  #keyboard = false;
  readonly #app: Lossfield;
  readonly #plane: Plane;

  constructor(app: Lossfield, plane: Plane) {
    this.#app = app;
    this.#plane = plane;
  }

  #begin(erase: boolean, points: number[]): void {
    const app = this.#app;
    app.painting = true;
    app.send({ kind: "beginStroke", plane: this.#plane, erase });
    app.send({ kind: "extendStroke", points });
  }

  #end(kind: "endStroke" | "cancelStroke"): void {
    this.#pointer = undefined;
    this.#keyboard = false;
    this.#app.painting = false;
    this.#app.send({ kind });
  }

  /** What the tool does where it is put down. */
  #putDown(erase: boolean, point: GridPoint, size: { width: number; height: number }): boolean {
    const at = pixelAt(point, size);
    if (this.#app.tools.tool === "inspect") {
      if (at) this.#app.pin(at);
      return false;
    }
    if (this.#app.tools.tool === "fill") {
      if (at) this.#app.send({ kind: "fill", plane: this.#plane, erase, ...at });
      return false;
    }
    this.#begin(erase, [point.x, point.y]);
    return true;
  }

  pointerDown(
    event: PointerEvent,
    canvas: HTMLElement,
    size: { width: number; height: number },
  ): void {
    // A second finger while one paints scrolls or pinches nothing here, and paints nothing.
    if (this.#pointer !== undefined || (event.button !== 0 && event.button !== 2)) return;
    const erase = event.button === 2 || event.altKey;
    if (!this.#putDown(erase, gridFromClient(canvas, size, event), size)) return;
    this.#pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
  }

  pointerMove(
    event: PointerEvent,
    canvas: HTMLElement,
    size: { width: number; height: number },
  ): void {
    if (event.pointerId !== this.#pointer) return;
    // The browser gathers the moves between two frames: all of them belong to the stroke.
    const moves = event.getCoalescedEvents();
    const points = (moves.length > 0 ? moves : [event]).flatMap((move) => {
      const { x, y } = gridFromClient(canvas, size, move);
      return [x, y];
    });
    this.#app.send({ kind: "extendStroke", points });
  }

  pointerUp(event: PointerEvent): void {
    if (event.pointerId === this.#pointer) this.#end("endStroke");
  }

  pointerCancel(event: PointerEvent): void {
    if (event.pointerId === this.#pointer) this.#end("cancelStroke");
  }

  /** The painting key goes down on a pixel; held, it paints as the cursor moves. */
  keyDown(at: At, size: { width: number; height: number }): void {
    if (this.#keyboard) return;
    this.#keyboard = this.#putDown(false, { x: at.x + 0.5, y: at.y + 0.5 }, size);
  }

  keyMove(at: At): void {
    if (this.#keyboard) this.#app.send({ kind: "extendStroke", points: [at.x + 0.5, at.y + 0.5] });
  }

  keyUp(): void {
    if (this.#keyboard) this.#end("endStroke");
  }
}
