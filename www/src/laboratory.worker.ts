import init, { Laboratory } from "../pkg/lossfield.js";
import type { FromLaboratory, ToLaboratory } from "./protocol.ts";

/** Milliseconds of work after which it listens, and between two reports of what is known so far. */
const SLICE = 12;
const REPORT_EVERY = 120;

interface Experiment {
  id: number;
  laboratory: Laboratory;
  until: number;
  pause: number;
  running: boolean;
}

const ready = init();
let current: Experiment | undefined;

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

function tell({ id, laboratory, running }: Experiment, step?: number): void {
  const findings = laboratory.report(step);
  post({ kind: "findings", id, findings, running }, [findings.pixels.buffer]);
}

async function goOn(experiment: Experiment): Promise<void> {
  if (experiment.running) return;
  experiment.running = true;
  const { id, laboratory } = experiment;
  let reported = performance.now();
  const more = () =>
    experiment.running && current === experiment && laboratory.done < experiment.until;
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
  if (current !== experiment) return;
  experiment.running = false;
  post({ kind: "progress", id, done: laboratory.done, total: laboratory.total });
  tell(experiment);
}

async function answer(request: ToLaboratory): Promise<void> {
  await ready;
  if (request.kind === "begin") {
    const former = current;
    current = undefined;
    former?.laboratory.free();
    const laboratory = new Laboratory(request.specimen, request.question);
    const until = Math.min(request.until, laboratory.total);
    current = { id: request.id, laboratory, until, pause: 0, running: false };
    await goOn(current);
    return;
  }
  if (current?.id !== request.id) return;
  switch (request.kind) {
    case "halt":
      current.running = false;
      break;
    case "goOn":
      current.until = Math.min(request.until, current.laboratory.total);
      current.pause = request.pause;
      await goOn(current);
      break;
    case "show":
      tell(current, request.step);
  }
}

self.onmessage = ({ data }: MessageEvent<ToLaboratory>) => {
  answer(data).catch((error: unknown) => {
    current = undefined;
    const message = error instanceof Error ? error.message : String(error);
    post({ kind: "failed", id: data.id, message });
  });
};
