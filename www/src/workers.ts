import { engineScript, laboratoryScript } from "./trusted.ts";

// The two workers of the page. Each throws where the browser allows none.

export function newEngine(): Worker {
  return new Worker(engineScript, { type: "module" });
}

export function newLaboratory(): Worker {
  return new Worker(laboratoryScript, { type: "module" });
}
