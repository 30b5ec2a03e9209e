import { PairEvaluator, ZipFile, previewInPair } from "../pkg/lossfield.js";
import type { FromSet, PairHandles, SetFile, ToSet } from "./protocol.ts";
import { isRefusal } from "./refusal.ts";
import { load, messageOf } from "./wasm.ts";

const ready = load(0);
// Whoever waits for it hears of it.
ready.catch(() => undefined);
let evaluator: PairEvaluator | undefined;
/** By the number that the page gave them. */
const archives = new Map<number, ZipFile>();

function post(message: FromSet, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

/** A zip is read where its parts lie, which only a worker can without waiting. */
function zipOf(file: File): ZipFile {
  const reader = new FileReaderSync();
  return new ZipFile(
    file.name,
    file.size,
    (from, to) => new Uint8Array(reader.readAsArrayBuffer(file.slice(from, to))),
  );
}

/** A file of a pair that the browser cannot read. */
class Unreadable extends Error {}

async function bytesOf({ name, from }: SetFile): Promise<Uint8Array> {
  if (from instanceof File) {
    try {
      return new Uint8Array(await from.arrayBuffer());
    } catch {
      throw new Unreadable(name);
    }
  }
  const archive = archives.get(from.archive);
  if (!archive) throw new Unreadable(name);
  return archive.unpack(from.entry);
}

/** The pair with its bytes. Nothing holds on to them when the caller is done. */
async function read({ name, truth, prediction }: PairHandles) {
  return {
    name,
    truth: { name: truth.name, bytes: await bytesOf(truth) },
    prediction: { name: prediction.name, bytes: await bytesOf(prediction) },
  };
}

async function answer(request: Exclude<ToSet, { kind: "ping" }>): Promise<void> {
  await ready;
  switch (request.kind) {
    case "archive": {
      const zip = zipOf(request.file);
      archives.get(request.archive)?.free();
      archives.set(request.archive, zip);
      post({ kind: "names", id: request.id, names: zip.names() });
      break;
    }
    case "begin":
      evaluator?.free();
      evaluator = new PairEvaluator(request.settings, request.remembered);
      break;
    case "remember":
      evaluator?.remember(request.remembered);
      break;
    case "pair": {
      const pair = await read(request.pair);
      if (!evaluator) return;
      post({ kind: "row", id: request.id, result: evaluator.row(pair) });
      break;
    }
    case "preview": {
      const preview = previewInPair(await read(request.pair), request.request);
      const pixels = preview.pixels.buffer as ArrayBuffer;
      post({ kind: "preview", id: request.id, preview }, [pixels]);
      break;
    }
    case "bytes": {
      const pair = await read(request.pair);
      const buffers = [pair.truth, pair.prediction].map(({ bytes }) => bytes.buffer as ArrayBuffer);
      post({ kind: "bytes", id: request.id, pair }, buffers);
    }
  }
}

self.onmessage = ({ data }: MessageEvent<ToSet>) => {
  if (data.kind === "ping") {
    post({ kind: "pong" });
    return;
  }
  const id = "id" in data ? data.id : undefined;
  answer(data).catch((error: unknown) => {
    const message = messageOf(error);
    if (error instanceof Unreadable) post({ kind: "unreadable", id, file: message });
    else post({ kind: "failed", id, message, lost: !isRefusal(error) });
  });
};
