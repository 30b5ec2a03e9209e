import type { Catalogue, Command, Edit, Reply, Snapshot } from "../pkg/lossfield.js";
import { Journal, merged } from "./journal.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { newEngine } from "./workers.ts";

/** What the page does when the worker speaks. */
export interface Listener {
  ready(catalogue: Catalogue): void;
  reply(reply: Reply, millis: number): void;
  refused(message: string): void;
  /** The worker failed and a new one is taking over; `again` is false when that was tried too often. */
  crashed(message: string, again: boolean): void;
}

/** A worker that dies this often without answering once between is not started again. */
const MOST_RESTARTS = 3;

/**
 * The page's end of the worker: gathers commands, sends at most one edit an animation frame with at
 * most one in flight, and puts a new worker in the place of one that failed.
 */
export class EngineClient {
  #worker: Worker | undefined;
  #pending: Command[] = [];
  #inFlight: Edit | undefined;
  #ready = false;
  #frameAsked = false;
  /** The pixels on show, and those shown before them: the worker writes the next ones there. */
  #shown: ArrayBuffer | undefined;
  #spare: ArrayBuffer | undefined;
  /** Who waits for a copy of the scene. */
  #awaiting: ((snapshot: Snapshot) => void)[] = [];
  #restarts = 0;
  readonly #journal = new Journal();
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#start();
  }

  /** Everything carried out so far that a new session would need: enough to have the scene again. */
  get journal(): Edit[] {
    return this.#journal.edits;
  }

  send(command: Command): void {
    this.#pending = merged(this.#pending, command);
    this.#askForFrame();
  }

  /** A copy of the scene with everything that was sent before. */
  snapshot(): Promise<Snapshot> {
    return new Promise((resolve) => {
      this.#awaiting.push(resolve);
      this.#askForFrame();
    });
  }

  #start(): void {
    const worker = newEngine();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#restart(event.message || "the worker could not be loaded");
    };
    this.#worker = worker;
    this.#post({ kind: "start", journal: this.#journal.edits });
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, { transfer });
  }

  #askForFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    requestAnimationFrame(() => {
      this.#frameAsked = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.#ready || this.#inFlight) return;
    if (this.#pending.length === 0) {
      if (this.#awaiting.length > 0) this.#post({ kind: "snapshot" });
      return;
    }
    const edit = { commands: this.#pending };
    this.#pending = [];
    this.#inFlight = edit;
    const spare = this.#spare;
    this.#spare = undefined;
    this.#post({ kind: "apply", edit, spare }, spare ? [spare] : []);
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#ready = true;
        this.#listener.ready(message.catalogue);
        break;
      case "reply":
        this.#restarts = 0;
        if (this.#inFlight) this.#journal.add(this.#inFlight);
        this.#inFlight = undefined;
        this.#spare = this.#shown;
        this.#shown = message.reply.truth.buffer as ArrayBuffer;
        this.#listener.reply(message.reply, message.millis);
        break;
      case "snapshot":
        // Its arrays can be given away once; whoever else waits asks again.
        this.#awaiting.shift()?.(message.snapshot);
        break;
      case "refused":
        this.#inFlight = undefined;
        this.#listener.refused(message.message);
        break;
      case "crashed":
        this.#restart(message.message);
        return;
    }
    this.#askForFrame();
  }

  /** The edit that was in flight is not tried again: it may be what did it. */
  #restart(message: string): void {
    this.#worker?.terminate();
    this.#ready = false;
    this.#inFlight = undefined;
    this.#restarts += 1;
    const again = this.#restarts <= MOST_RESTARTS;
    this.#listener.crashed(message, again);
    if (again) this.#start();
  }
}
