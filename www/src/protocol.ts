import type { Catalogue, Edit, Reply } from "../pkg/lossfield.js";

/** What the page asks of the worker. */
export type ToWorker =
  /** First of all, once: edits that a session before it had already carried out. */
  | { kind: "start"; journal: Edit[] }
  /** One edit; the next is not sent before this one is answered. `spare` may be filled with its pixels. */
  | { kind: "apply"; edit: Edit; spare: ArrayBuffer | undefined };

/** What the worker tells the page. */
export type FromWorker =
  | { kind: "ready"; catalogue: Catalogue }
  /** The answer to an edit; its pixels are transferred. `millis` is what it took to compute. */
  | { kind: "reply"; reply: Reply; millis: number }
  /** An edit was not understood and changed nothing. */
  | { kind: "refused"; message: string }
  /** The session is lost: this worker is of no more use. */
  | { kind: "crashed"; message: string };
