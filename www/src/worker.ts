import { Engine, catalogue, panelAtWork, type Reply } from "../pkg/lossfield.js";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { isRefusal } from "./refusal.ts";
import { LoadError, load, messageOf } from "./wasm.ts";

let engine: Engine | undefined;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function buffersOf({ truth, panel }: Reply): Transferable[] {
  // All pixels of the scene lie in one buffer.
  const arrays: ArrayBufferView[] = [truth];
  if (panel) arrays.push(panel.pixels, ...Object.values(panel.arrays));
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

async function answer(request: ToWorker): Promise<void> {
  switch (request.kind) {
    case "ping":
      post({ kind: "pong" });
      break;
    case "start":
      await load(request.tries);
      engine = new Engine(request.kept, request.fragment, request.rasters);
      post({ kind: "ready", catalogue: catalogue() });
      break;
    case "snapshot": {
      if (!engine) return;
      const snapshot = engine.snapshot();
      const { labels, logits, shares, photo } = snapshot;
      const arrays = [labels, logits, ...(shares ? [shares] : []), ...(photo ? [photo] : [])];
      post(
        { kind: "snapshot", snapshot, provenance: engine.provenance() },
        arrays.map(({ buffer }) => buffer as ArrayBuffer),
      );
      break;
    }
    case "setSettings":
      if (engine) post({ kind: "setSettings", settings: engine.setSettings() });
      break;
    case "link":
      if (engine) post({ kind: "link", link: engine.link() });
      break;
    case "save":
      if (engine) {
        const bytes = engine.save(request.picture) as Uint8Array<ArrayBuffer>;
        post({ kind: "saved", bytes }, [bytes.buffer]);
      }
      break;
    case "read":
      if (engine) {
        const preview = engine.preview(request.request, request.bytes);
        post({ kind: "preview", preview }, preview ? [preview.pixels.buffer as ArrayBuffer] : []);
      }
      break;
    case "apply": {
      if (!engine) return;
      const before = performance.now();
      const reply = engine.apply(request.edit, request.spare);
      post({ kind: "reply", reply, millis: performance.now() - before }, buffersOf(reply));
    }
  }
}

/** The panel that a trap interrupted. The instance that is asked is broken, so that asking may fail as well. */
function interrupted(): string | undefined {
  try {
    return panelAtWork();
  } catch {
    return undefined;
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((error: unknown) => {
    const message = messageOf(error);
    if (error instanceof LoadError) {
      post({ kind: "lost", cause: error.missing, message, panel: undefined });
    } else if (isRefusal(error) && engine) {
      post({ kind: "refused", of: data.kind, message });
    } else {
      post({ kind: "lost", cause: "stopped", message, panel: interrupted() });
    }
  });
};

self.onmessageerror = () => {
  post({
    kind: "lost",
    cause: "stopped",
    message: "a message could not be read",
    panel: undefined,
  });
};
