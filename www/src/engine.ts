import type { Catalogue, Command, Edit, Reply, Specimen } from "../pkg/lossfield.js";
import { merged } from "./journal.ts";
import { type Kept, type Payload, keepFromTheBeginning } from "./kept.ts";
import { backOff, limits } from "./limits.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import type { Cause } from "./text.ts";
import { messageOf } from "./wasm.ts";
import { newEngine } from "./workers.ts";

/** An engine that was lost. */
export interface Loss {
  readonly cause: Cause;
  /** What the browser or the engine says of it. */
  readonly detail: string;
  /** Whether another is started by itself. */
  readonly again: boolean;
  /** Id of the panel that it was working on. */
  readonly panel: string | undefined;
  /** It died twice in a row on nothing but showing what is to be shown. */
  readonly onShow: boolean;
  /** Too many died on the last change, which will not be tried again. */
  readonly leftOut: boolean;
}

/** What the page does when the worker speaks. */
export interface Listener {
  ready(catalogue: Catalogue): void;
  reply(reply: Reply, millis: number): void;
  refused(message: string): void;
  /** It is loading for longer than it should, and is still waited for. */
  slow(): void;
  lost(loss: Loss): void;
}

/** A worker that dies this often without answering once between is not started again by itself. */
const MOST_RESTARTS = 4;

/** A change on which so many engines died is left out. Of two, the second may have had no memory yet. */
const MOST_TRIES = 3;

/** Causes that another try by itself does not change. */
const LASTING: ReadonlySet<Cause> = new Set(["webAssembly", "worker"]);

interface Waiting {
  readonly resolve: (specimen: Specimen) => void;
  readonly reject: (reason: Error) => void;
}

/** The commands of an edit that do more than show. */
function changes(edit: Edit): Command[] {
  return edit.commands.filter(({ kind }) => kind !== "show");
}

/**
 * The page's end of the worker: gathers commands, sends at most one edit an animation frame with at
 * most one in flight, and puts a new worker in the place of one that failed or says nothing.
 */
export class EngineClient {
  #worker: Worker | undefined;
  /** Nothing is started by itself any more. */
  #stopped = false;
  #ready = false;
  #pending: Command[] = [];
  #inFlight: Edit | undefined;
  /** Changes that were in flight when an engine died. They are tried again by themselves: they may be what did it. */
  #suspects: Command[] = [];
  /** How many engines have died on what is in flight, or on what is suspected. */
  #failedTries = 0;
  #frameAsked = false;
  /** The pixels on show, and those shown before them: the worker writes the next ones there. */
  #shown: ArrayBuffer | undefined;
  #spare: ArrayBuffer | undefined;
  /** Who waits for a copy of the scene, and how many of those have been asked for. */
  #awaiting: Waiting[] = [];
  #asked = 0;
  /** Engines lost, and starts made, since the last answer. */
  #losses = 0;
  #starts = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;
  /** How long it has been loading, in milliseconds; nothing once that was told. */
  #loading: number | undefined;
  readonly #kept: Kept = keepFromTheBeginning();
  readonly #listener: Listener;
  readonly #pulse: Pulse;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#pulse = new Pulse({
      ping: () => {
        this.#post({ kind: "ping" });
      },
      allowed: () => {
        if (!this.#ready) return limits.start;
        return this.#inFlight || this.#asked > 0 ? limits.busy : limits.silence;
      },
      lost: () => {
        this.#lose("silent", "");
      },
      passed: (awake) => {
        if (this.#ready || this.#loading === undefined) return;
        this.#loading += awake;
        if (this.#loading <= limits.start) return;
        this.#loading = undefined;
        listener.slow();
      },
    });
    // Not before whoever made this has it.
    queueMicrotask(() => {
      this.#start();
    });
  }

  /** What a new engine would be brought up to date with. */
  get kept(): Payload {
    return this.#kept.payload;
  }

  send(command: Command): void {
    // Nobody sees what is changed now.
    if (this.#stopped && command.kind !== "show") return;
    this.#pending = merged(this.#pending, command);
    this.#askForFrame();
  }

  /** A copy of the scene with everything that was sent before. Rejects if the engine dies of it. */
  specimen(): Promise<Specimen> {
    return new Promise((resolve, reject) => {
      this.#awaiting.push({ resolve, reject });
      this.#askForFrame();
    });
  }

  /** Starts another engine now, with what was kept; whatever is under way ends. */
  startAgain(): void {
    this.#end();
    this.#losses = 0;
    this.#start();
  }

  #start(): void {
    this.#stopped = false;
    this.#loading = 0;
    if (!("WebAssembly" in globalThis)) {
      this.#lose("webAssembly", "");
      return;
    }
    let worker: Worker;
    try {
      worker = newEngine();
    } catch (error) {
      this.#lose("worker", messageOf(error));
      return;
    }
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onmessageerror = () => {
      if (worker === this.#worker) this.#lose("stopped", "its answer could not be read");
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      // A script that does not load leaves an event without a message.
      if (event instanceof ErrorEvent) this.#lose("stopped", event.message);
      else this.#lose("script", "");
    };
    this.#worker = worker;
    this.#pulse.start();
    this.#post({ kind: "start", kept: this.#kept.payload, tries: this.#starts });
    this.#starts += 1;
  }

  /** Ends the present engine, if there is one, and what was asked of it. */
  #end(): void {
    clearTimeout(this.#restart);
    this.#pulse.stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    this.#inFlight = undefined;
    for (const { reject } of this.#awaiting.splice(0, this.#asked)) {
      reject(new Error("the engine stopped"));
    }
    this.#asked = 0;
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    try {
      this.#worker?.postMessage(message, { transfer });
    } catch (error) {
      // There is no memory for a copy of it.
      this.#lose("stopped", messageOf(error));
    }
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
    const commands = this.#next();
    if (commands.length === 0) {
      if (this.#awaiting.length > this.#asked) {
        this.#asked += 1;
        this.#post({ kind: "specimen" });
      }
      return;
    }
    const edit = { commands };
    this.#inFlight = edit;
    const spare = this.#spare;
    this.#spare = undefined;
    this.#post({ kind: "apply", edit, spare }, spare ? [spare] : []);
  }

  /** The commands of the next edit. */
  #next(): Command[] {
    const pending = this.#pending;
    if (this.#suspects.length === 0) {
      this.#failedTries = 0;
      this.#pending = [];
      return pending;
    }
    // What is to be shown comes with the suspects, or a scene would be shown as nobody asked for it.
    const shown = pending.filter(({ kind }) => kind === "show");
    this.#pending = pending.filter(({ kind }) => kind !== "show");
    const commands = [...this.#suspects, ...shown];
    this.#suspects = [];
    return commands;
  }

  #hear(message: FromWorker): void {
    this.#pulse.heard();
    switch (message.kind) {
      case "pong":
        return;
      case "ready":
        this.#ready = true;
        this.#listener.ready(message.catalogue);
        break;
      case "reply":
        this.#losses = 0;
        this.#starts = 0;
        if (this.#inFlight) this.#kept.add(this.#inFlight, message.reply);
        this.#inFlight = undefined;
        this.#spare = this.#shown;
        this.#shown = message.reply.truth.buffer as ArrayBuffer;
        this.#listener.reply(message.reply, message.millis);
        break;
      case "specimen":
        this.#asked -= 1;
        this.#awaiting.shift()?.resolve(message.specimen);
        break;
      case "refused":
        this.#inFlight = undefined;
        this.#listener.refused(message.message);
        break;
      case "lost":
        this.#lose(message.cause, message.message, message.panel);
        return;
    }
    this.#askForFrame();
  }

  #lose(cause: Cause, detail: string, panel?: string): void {
    const started = this.#ready;
    const edit = this.#inFlight;
    this.#end();
    this.#losses += 1;

    const changed = edit ? changes(edit) : [];
    // Where a panel is to blame, the change is not.
    if (changed.length > 0 && panel === undefined) this.#failedTries += 1;
    const leftOut = this.#failedTries >= MOST_TRIES;
    if (leftOut) this.#failedTries = 0;
    else this.#suspects = [...changed, ...this.#suspects];
    const onShow =
      edit !== undefined && changed.length === 0 && this.#losses > 1 && panel === undefined;

    const again = !LASTING.has(cause) && this.#losses <= MOST_RESTARTS;
    this.#stopped = !again;
    if (again) {
      // One that was at work is followed at once: it is loading that wants time.
      const failures = started ? this.#losses - 1 : this.#losses;
      const pause = failures === 0 ? 0 : backOff(failures);
      this.#restart = setTimeout(() => {
        this.#start();
      }, pause);
    } else {
      for (const { reject } of this.#awaiting.splice(0)) reject(new Error("the engine stopped"));
    }
    this.#listener.lost({ cause, detail, again, panel, onShow, leftOut });
  }
}
