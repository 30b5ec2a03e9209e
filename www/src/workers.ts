import { engineScript, laboratoryScript, setScript } from "./trusted.ts";

// The workers of the page. Each throws where the browser allows none.

export function newEngine(): Worker {
  return new Worker(engineScript, { type: "module" });
}

export function newLaboratory(): Worker {
  return new Worker(laboratoryScript, { type: "module" });
}

/** One of those that evaluate a set. */
export function newSetWorker(): Worker {
  return new Worker(setScript, { type: "module" });
}
