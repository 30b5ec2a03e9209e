import type {
  Catalogue,
  Edit,
  Findings,
  Reply,
  Request as Question,
  Specimen,
  Theme,
} from "../pkg/lossfield.js";
import type { Payload } from "./kept.ts";
import type { Missing } from "./wasm.ts";

/** What the page asks of the worker. */
export type ToWorker =
  /** First of all, once: what a session before it had come to. `tries` to load the module have failed. */
  | { kind: "start"; kept: Payload; tries: number }
  /** One edit; the next is not sent before this one is answered. `spare` may be filled with its pixels. */
  | { kind: "apply"; edit: Edit; spare: ArrayBuffer | undefined }
  /** A copy of the scene for the laboratory. */
  | { kind: "specimen" }
  /** Asks for a pong, at any time. */
  | { kind: "ping" };

/** What the worker tells the page. */
export type FromWorker =
  | { kind: "ready"; catalogue: Catalogue }
  /** The answer to an edit; its pixels are transferred. `millis` is what it took to compute. */
  | { kind: "reply"; reply: Reply; millis: number }
  | { kind: "specimen"; specimen: Specimen }
  /** An edit was not understood and changed nothing. */
  | { kind: "refused"; message: string }
  /**
   * The session is lost, or could not be begun: this worker is of no more use. `panel` is the id of the one that was
   * being worked out.
   */
  | { kind: "lost"; cause: Missing | "stopped"; message: string; panel: string | undefined }
  | { kind: "pong" };

/**
 * What the page asks of the laboratory's worker. It holds one experiment for each panel and works on one at a time: a new
 * one halts the others.
 */
export type ToLaboratory =
  | {
      kind: "begin";
      id: number;
      panel: string;
      specimen: Specimen;
      question: Question;
      until: number;
      pause: number;
    }
  /** Goes on to a step, with so many milliseconds between steps. */
  | { kind: "goOn"; id: number; until: number; pause: number }
  /** Stops after the step that is being made; it can go on. */
  | { kind: "halt"; id: number }
  /** Shows what was known after a step. */
  | { kind: "show"; id: number; step: number }
  /** Shows the same in the colours of another theme. */
  | { kind: "repaint"; id: number; theme: Theme }
  /** Asks for a pong, at any time. */
  | { kind: "ping" };

/** What the laboratory's worker tells the page. */
export type FromLaboratory =
  | { kind: "progress"; id: number; done: number; total: number }
  | { kind: "findings"; id: number; findings: Findings; running: boolean }
  /** It cannot be made, or is gone; `lost` says that this worker is of no more use. */
  | { kind: "failed"; id: number; message: string; lost: boolean }
  | { kind: "pong" };
