import { Laboratory } from "../pkg/lossfield.js";
import type { FromLaboratory, ToLaboratory } from "./protocol.ts";
import { isRefusal } from "./refusal.ts";
import { load, messageOf } from "./wasm.ts";

/** Milliseconds of work after which it listens, and between two reports of what is known so far. */
const SLICE = 12;
const REPORT_EVERY = 120;

interface Experiment {
  id: number;
  laboratory: Laboratory;
  until: number;
  pause: number;
  running: boolean;
  /** The step that is shown, where it is not the last. */
  shown?: number;
}

const ready = load(0);
// Whoever waits for it hears of it.
ready.catch(() => undefined);
/** By panel. */
const experiments = new Map<string, Experiment>();

function post(message: FromLaboratory, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

/** Lets messages in: a timer would be held back by the browser, a message is not. */
const channel = new MessageChannel();
let resume: (() => void) | undefined;
channel.port1.onmessage = () => resume?.();
function breathe(pause: number): Promise<void> {
  return new Promise((resolve) => {
    if (pause > 0) {
      setTimeout(resolve, pause);
      return;
    }
    resume = resolve;
    channel.port2.postMessage(undefined);
  });
}

function isKept(experiment: Experiment): boolean {
  return [...experiments.values()].includes(experiment);
}

function haltAll(): void {
  for (const experiment of experiments.values()) experiment.running = false;
}

function tell({ id, laboratory, running, shown }: Experiment): void {
  const findings = laboratory.report(shown);
  const arrays: ArrayBufferView[] = [findings.pixels, ...Object.values(findings.arrays)];
  post(
    { kind: "findings", id, findings, running },
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

async function goOn(experiment: Experiment): Promise<void> {
  if (experiment.running) return;
  haltAll();
  experiment.running = true;
  delete experiment.shown;
  const { id, laboratory } = experiment;
  let reported = performance.now();
  const more = () => experiment.running && isKept(experiment) && laboratory.done < experiment.until;
  while (more()) {
    const began = performance.now();
    do laboratory.advance();
    while (experiment.pause === 0 && more() && performance.now() - began < SLICE);
    post({ kind: "progress", id, done: laboratory.done, total: laboratory.total });
    if (performance.now() - reported > REPORT_EVERY || experiment.pause > 0) {
      reported = performance.now();
      tell(experiment);
    }
    await breathe(experiment.pause);
  }
  if (!isKept(experiment)) return;
  experiment.running = false;
  post({ kind: "progress", id, done: laboratory.done, total: laboratory.total });
  tell(experiment);
}

async function answer(request: Exclude<ToLaboratory, { kind: "ping" }>): Promise<void> {
  await ready;
  const { id } = request;
  if (request.kind === "begin") {
    const { question, snapshot } = request;
    const former = experiments.get(question.id);
    experiments.delete(question.id);
    former?.laboratory.free();
    haltAll();
    const laboratory = new Laboratory(snapshot, question);
    const until = Math.min(request.until, laboratory.total);
    const experiment = { id, laboratory, until, pause: request.pause, running: false };
    experiments.set(question.id, experiment);
    await goOn(experiment);
    return;
  }
  const experiment = [...experiments.values()].find((other) => other.id === id);
  if (!experiment) {
    // What is gone has also halted.
    if (request.kind === "halt") return;
    post({ kind: "failed", id, message: "This is no longer there; begin again.", lost: false });
    return;
  }
  switch (request.kind) {
    case "halt":
      experiment.running = false;
      break;
    case "goOn":
      experiment.until = Math.min(request.until, experiment.laboratory.total);
      experiment.pause = request.pause;
      await goOn(experiment);
      break;
    case "show":
      experiment.shown = request.step;
      tell(experiment);
      break;
    case "repaint":
      experiment.laboratory.repaint(request.theme);
      tell(experiment);
  }
}

self.onmessage = ({ data }: MessageEvent<ToLaboratory>) => {
  if (data.kind === "ping") {
    post({ kind: "pong" });
    return;
  }
  answer(data).catch((error: unknown) => {
    post({ kind: "failed", id: data.id, message: messageOf(error), lost: !isRefusal(error) });
  });
};
