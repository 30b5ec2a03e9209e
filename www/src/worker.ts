import init, { Engine, catalogue, type Reply } from "../pkg/lossfield.js";
import type { FromWorker, ToWorker } from "./protocol.ts";

let engine: Engine | undefined;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function buffersOf({ truth, panel }: Reply): Transferable[] {
  // All other pixels lie in one buffer.
  const arrays: ArrayBufferView[] = [truth];
  if (panel) arrays.push(panel.pixels, ...Object.values(panel.arrays));
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

async function answer(request: ToWorker): Promise<void> {
  if (request.kind === "start") {
    await init();
    engine = new Engine();
    for (const edit of request.journal) engine.replay(edit);
    post({ kind: "ready", catalogue: catalogue() });
  } else if (request.kind === "snapshot") {
    if (!engine) return;
    const snapshot = engine.snapshot();
    const { labels, logits, shares, photo } = snapshot;
    const arrays = [labels, logits, ...(shares ? [shares] : []), ...(photo ? [photo] : [])];
    post(
      { kind: "snapshot", snapshot },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } else if (engine) {
    const before = performance.now();
    const reply = engine.apply(request.edit, request.spare);
    post({ kind: "reply", reply, millis: performance.now() - before }, buffersOf(reply));
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((error: unknown) => {
    // A trap poisons the instance: whatever is called on it afterwards fails too.
    const crashed = error instanceof WebAssembly.RuntimeError || engine === undefined;
    post({ kind: crashed ? "crashed" : "refused", message: describe(error) });
  });
};
