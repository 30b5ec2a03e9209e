import type {
  Catalogue,
  Edit,
  FileChoice,
  Findings,
  Kept,
  Link,
  OpenPanel,
  PairBytes,
  PairResult,
  Preview,
  PreviewRequest,
  Provenance,
  Reply,
  SetSettings,
  Snapshot,
  Theme,
} from "../pkg/lossfield.js";
import type { Missing } from "./wasm.ts";

/** What a new engine begins with. */
export interface Beginning {
  /** What was kept of a drawing. */
  readonly kept: Kept | undefined;
  /** A link that is opened as a new drawing, or a panel that is opened with what was kept. */
  readonly fragment: string | undefined;
  /** Pixels of opened files. */
  readonly rasters: Uint8Array[];
}

/** What the page asks of the worker. */
export type ToWorker =
  /** First of all, once: what it begins with. `tries` to load the module have failed. */
  | ({ kind: "start"; tries: number } & Beginning)
  /** One edit; the next is not sent before this one is answered. `spare` may be filled with its pixels. */
  | { kind: "apply"; edit: Edit; spare: ArrayBuffer | undefined }
  /** A copy of the scene for the laboratory. */
  | { kind: "snapshot" }
  /** Settings with which the images of a set are evaluated. */
  | { kind: "setSettings" }
  /** The link to the document. */
  | { kind: "link" }
  /** The document as a file, or in a picture. */
  | { kind: "save"; picture: Uint8Array | undefined }
  /** How a file would be read: by a choice, or else as one like it was read before. */
  | ({ kind: "read" } & ReadRequest)
  /** Asks for a pong, at any time. */
  | { kind: "ping" };

/** A preview with its picture. */
export type Previewed = Preview & { pixels: Uint8ClampedArray };

/** A file to be read. */
export interface ReadRequest {
  readonly request: PreviewRequest;
  readonly bytes: Uint8Array;
}

/** A copy of the scene, and of which states of the document it is. */
export interface Copied {
  snapshot: Snapshot;
  provenance: Provenance;
}

/** What the worker answers to a question about the document. */
export type Answer =
  /** Its arrays are transferred. */
  | ({ kind: "snapshot" } & Copied)
  | { kind: "setSettings"; settings: SetSettings }
  | { kind: "link"; link: Link }
  | { kind: "saved"; bytes: Uint8Array<ArrayBuffer> }
  /** Nothing for a saved drawing. */
  | { kind: "preview"; preview: Previewed | undefined };

/** What the worker tells the page. */
export type FromWorker =
  | { kind: "ready"; catalogue: Catalogue }
  /** The answer to an edit; its pixels are transferred. `millis` is what it took to compute. */
  | { kind: "reply"; reply: Reply; millis: number }
  | Answer
  /** An edit or a question was not understood and changed nothing. */
  | { kind: "refused"; of: ToWorker["kind"]; message: string }
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
      question: OpenPanel;
      snapshot: Snapshot;
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

/** A file of a set, with the folders before its name: by its handle, or as an entry of a zip. */
export interface SetFile {
  readonly name: string;
  readonly from: File | { readonly archive: number; readonly entry: number };
}

/** Truth and prediction of one image, none of whose bytes is read yet. */
export interface PairHandles {
  readonly name: string;
  readonly truth: SetFile;
  readonly prediction: SetFile;
}

/** What the page asks of a worker that evaluates a set. What has an id is answered under that. */
export type ToSet =
  /** Opens a zip, whose entries files may be from then on. */
  | { kind: "archive"; id: number; archive: number; file: File }
  /** From now on pairs are evaluated with these settings, and files read as others like them were before. */
  | { kind: "begin"; settings: SetSettings; remembered: [string, FileChoice][] }
  | { kind: "remember"; remembered: [string, FileChoice][] }
  /** Evaluates a pair, of which nothing is kept. */
  | { kind: "pair"; id: number; pair: PairHandles }
  /** How a file of a pair would be read beside the other. */
  | { kind: "preview"; id: number; pair: PairHandles; request: PreviewRequest }
  /** The bytes of a pair. */
  | { kind: "bytes"; id: number; pair: PairHandles }
  /** Asks for a pong, at any time. */
  | { kind: "ping" };

/** What such a worker tells the page. */
export type FromSet =
  /** Names in a zip, by place; that of a folder is empty. */
  | { kind: "names"; id: number; names: string[] }
  | { kind: "row"; id: number; result: PairResult }
  | { kind: "preview"; id: number; preview: Previewed }
  /** Their bytes are transferred. */
  | { kind: "bytes"; id: number; pair: PairBytes }
  /** The browser gives no bytes of this file. */
  | { kind: "unreadable"; id: number | undefined; file: string }
  /** It cannot be done; `lost` says that this worker is of no more use. */
  | { kind: "failed"; id: number | undefined; message: string; lost: boolean }
  | { kind: "pong" };
