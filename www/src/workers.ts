/** The two workers of the page. The bundler finds them by these very expressions. */

export function newEngine(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

export function newLaboratory(): Worker {
  return new Worker(new URL("./laboratory.worker.ts", import.meta.url), { type: "module" });
}
