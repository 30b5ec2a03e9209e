import type { Findings, Provenance, Theme } from "../pkg/lossfield.js";
import { limits } from "./limits.ts";
import type { Copied, FromLaboratory, ToLaboratory } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";
import { newLaboratory } from "./workers.ts";

/** What an experiment is of. */
export interface Subject {
  /** States of the document. */
  readonly provenance: Provenance;
  /** What the panel's controls asked, as text. */
  readonly question: string;
}

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
  /** What it is of, once it has a copy of the scene. */
  subject?: Subject;
  findings?: Findings;
  /** What the findings are of: those of the experiment before stay on show until there are others. */
  known?: Subject;
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
  readonly #copy: () => Promise<Copied>;
  readonly #pulse = new Pulse({
    ping: () => {
      this.#post({ kind: "ping" });
    },
    allowed: () => limits.start,
    lost: () => {
      this.#lose(TEXT.laboratory.silent);
    },
  });

  constructor(copy: () => Promise<Copied>) {
    this.#copy = copy;
  }

  of(panel: string): Experiment | undefined {
    return this.experiments[panel];
  }

  /**
   * Begins the experiment of a panel in a state on the scene as it is now, in place of the one before. `question` is what
   * of the state it is about. Runs until a step, or to its end.
   */
  async begin(panel: string, state: object, question: string, until = Infinity): Promise<void> {
    this.#ids += 1;
    const id = this.#ids;
    this.#rest();
    const former = this.of(panel);
    this.#put({
      id,
      panel,
      done: 0,
      total: 0,
      running: true,
      until,
      pause: 0,
      begun: false,
      ...(former?.findings && { findings: former.findings }),
      ...(former?.known && { known: former.known }),
    });
    let copied: Copied;
    try {
      copied = await this.#copy();
    } catch (error) {
      const failed = this.of(panel);
      const failure = TEXT.laboratory.stopped(messageOf(error));
      if (failed?.id === id) this.#put({ ...failed, running: false, failure });
      return;
    }
    // Meanwhile it may have been cancelled, sent further, or another begun.
    const now = this.of(panel);
    if (now?.id !== id) return;
    const { snapshot, provenance } = copied;
    this.#put({ ...now, begun: true, subject: { provenance, question } });
    const { labels, logits, shares, photo } = snapshot;
    const arrays = [labels, logits, ...(shares ? [shares] : []), ...(photo ? [photo] : [])];
    const transfer = arrays.map(({ buffer }) => buffer as ArrayBuffer);
    const { pause } = now;
    const last = now.running ? now.until : 0;
    const asked = { id: panel, state };
    this.#post({ kind: "begin", id, question: asked, snapshot, until: last, pause }, transfer);
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
    try {
      this.#started().postMessage(message, { transfer });
    } catch (error) {
      // No worker is allowed here, or there is no memory for a copy of the message.
      this.#lose(TEXT.laboratory.stopped(messageOf(error)));
    }
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = newLaboratory();
    worker.onmessage = ({ data }: MessageEvent<FromLaboratory>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      // A script that does not load leaves an event without a message.
      const loaded = event instanceof ErrorEvent;
      this.#lose(loaded ? TEXT.laboratory.stopped(event.message) : TEXT.laboratory.script);
    };
    this.#worker = worker;
    this.#pulse.start();
    return worker;
  }

  #hear(message: FromLaboratory): void {
    this.#pulse.heard();
    if (message.kind === "pong") return;
    const experiment = Object.values(this.experiments).find(({ id }) => id === message.id);
    if (!experiment) return;
    switch (message.kind) {
      case "progress":
        this.#put({ ...experiment, done: message.done, total: message.total });
        break;
      case "findings": {
        // After a halt it may still report as if it ran.
        const running = experiment.running && message.running;
        const { subject } = experiment;
        const { findings } = message;
        this.#put({ ...experiment, findings, running, ...(subject && { known: subject }) });
        break;
      }
      case "failed":
        if (message.lost) this.#lose(TEXT.laboratory.stopped(message.message), experiment.id);
        else this.#put({ ...experiment, running: false, failure: message.message });
    }
  }

  /** Whatever is under way is lost with the worker; the next question starts a new one. */
  #lose(message: string, asked?: number): void {
    this.#pulse.stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const experiment of Object.values(this.experiments)) {
      if (experiment.running || experiment.id === asked)
        this.#put({ ...experiment, running: false, failure: message });
    }
  }
}
