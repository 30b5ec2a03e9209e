import type { Findings, Snapshot, Theme } from "../pkg/lossfield.js";
import type { FromLaboratory, ToLaboratory } from "./protocol.ts";
import { newLaboratory } from "./workers.ts";

/** What a panel shows of its experiment. */
export interface Experiment {
  readonly id: number;
  /** The panel it belongs to. */
  readonly panel: string;
  done: number;
  total: number;
  running: boolean;
  /** How far it is to go, and with how many milliseconds between steps. */
  until: number;
  pause: number;
  /** Whether the worker has it. */
  begun: boolean;
  /** How often the scene had been changed when it was asked for. */
  readonly changes: number;
  findings?: Findings;
  /** Why it could not be made. */
  failure?: string;
}

/**
 * The page's end of the second worker, in which everything runs that takes longer than a frame. It works on one
 * experiment at a time; those of other panels wait, and what they have found stays on show.
 */
export class LaboratoryClient {
  /** The last experiment of each panel. */
  experiments = $state.raw<Readonly<Record<string, Experiment>>>({});
  #worker: Worker | undefined;
  #ids = 0;
  readonly #snapshot: () => Promise<Snapshot>;
  readonly #changes: () => number;

  /** `snapshot` copies the scene, and `changes` says how often it was changed. */
  constructor(snapshot: () => Promise<Snapshot>, changes: () => number) {
    this.#snapshot = snapshot;
    this.#changes = changes;
  }

  of(panel: string): Experiment | undefined {
    return this.experiments[panel];
  }

  /**
   * Begins the experiment of a panel in a state on the scene as it is now, in place of the one before. Runs until a
   * step, or to its end.
   */
  async begin(panel: string, state: object, until = Infinity): Promise<void> {
    this.#ids += 1;
    const id = this.#ids;
    this.#rest();
    const former = this.of(panel)?.findings;
    this.#put({
      id,
      panel,
      done: 0,
      total: 0,
      running: true,
      until,
      pause: 0,
      begun: false,
      changes: this.#changes(),
      ...(former && { findings: former }),
    });
    const snapshot = await this.#snapshot();
    // Meanwhile it may have been cancelled, sent further, or another begun.
    const now = this.of(panel);
    if (now?.id !== id) return;
    this.#put({ ...now, begun: true });
    const { labels, logits, shares, photo } = snapshot;
    const arrays = [labels, logits, ...(shares ? [shares] : []), ...(photo ? [photo] : [])];
    const transfer = arrays.map(({ buffer }) => buffer as ArrayBuffer);
    const { pause } = now;
    const last = now.running ? now.until : 0;
    const question = { id: panel, state };
    this.#post({ kind: "begin", id, question, snapshot, until: last, pause }, transfer);
  }

  /** Stops; what was found stays. */
  cancel(panel: string): void {
    const experiment = this.of(panel);
    if (!experiment?.running) return;
    this.#put({ ...experiment, running: false });
    this.#post({ kind: "halt", id: experiment.id });
  }

  goOn(panel: string, until: number, pause: number): void {
    const experiment = this.of(panel);
    if (!experiment) return;
    this.#rest();
    const next = { ...experiment, running: true, until, pause };
    delete next.failure;
    this.#put(next);
    if (experiment.begun) this.#post({ kind: "goOn", id: experiment.id, until, pause });
  }

  show(panel: string, step: number): void {
    const experiment = this.of(panel);
    if (experiment) this.#post({ kind: "show", id: experiment.id, step });
  }

  /** Pictures are painted by the worker, in the colours of a theme. */
  repaint(theme: Theme): void {
    for (const { id, findings } of Object.values(this.experiments)) {
      if (findings && findings.report.stills.length > 0) this.#post({ kind: "repaint", id, theme });
    }
  }

  /** The worker is about to turn to another. */
  #rest(): void {
    for (const experiment of Object.values(this.experiments)) {
      if (experiment.running) this.#put({ ...experiment, running: false });
    }
  }

  #put(experiment: Experiment): void {
    this.experiments = { ...this.experiments, [experiment.panel]: experiment };
  }

  #post(message: ToLaboratory, transfer: Transferable[] = []): void {
    this.#started().postMessage(message, { transfer });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = newLaboratory();
    worker.onmessage = ({ data }: MessageEvent<FromLaboratory>) => {
      this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#lose(event.message || "the laboratory could not be loaded");
    };
    this.#worker = worker;
    return worker;
  }

  #hear(message: FromLaboratory): void {
    const experiment = Object.values(this.experiments).find(({ id }) => id === message.id);
    if (!experiment) return;
    switch (message.kind) {
      case "progress":
        this.#put({ ...experiment, done: message.done, total: message.total });
        break;
      case "findings": {
        // After a halt it may still report as if it ran.
        const running = experiment.running && message.running;
        this.#put({ ...experiment, findings: message.findings, running });
        break;
      }
      case "failed":
        this.#put({ ...experiment, running: false, failure: message.message });
        if (message.lost) this.#lose(message.message);
    }
  }

  /** Whatever is under way is lost with the worker; the next question starts a new one. */
  #lose(message: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const experiment of Object.values(this.experiments)) {
      if (experiment.running) this.#put({ ...experiment, running: false, failure: message });
    }
  }
}
