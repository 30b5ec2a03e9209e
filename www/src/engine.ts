import type { Catalogue, Command, Edit, Link, Reply, SetSettings } from "../pkg/lossfield.js";
import { backOff, limits } from "./limits.ts";
import { merged, strokeAfter } from "./pending.ts";
import type {
  Answer,
  Beginning,
  Copied,
  FromWorker,
  Previewed,
  ReadRequest,
  ToWorker,
} from "./protocol.ts";
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
  /** What a new engine begins with, or is brought up to date with. */
  beginning(): Promise<Beginning>;
  ready(catalogue: Catalogue): void;
  /** `settled` says that nothing else is on its way: the document is as the reply has it. */
  reply(reply: Reply, millis: number, settled: boolean): void;
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

/** Something that is asked of the document as it is once everything sent before is carried out. */
interface Question {
  readonly message: ToWorker;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
}

/** The commands of an edit that do more than look. A new engine holds on to no control, so that none need be let go of. */
function changes(edit: Edit): Command[] {
  return edit.commands.filter(({ kind }) => kind !== "look" && kind !== "settle");
}

/** Commands that show something else, and change nothing that is made. */
const SHOWING: ReadonlySet<Command["kind"]> = new Set(["setPanel", "setPanelState", "setView"]);

function stopped(): Error {
  return new Error("the engine stopped");
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
  /** What the engine has of the stroke that is under way: it goes on with the next engine. */
  #stroke: Command[] = [];
  /** How many engines have died on what is in flight, or on what is suspected. */
  #failedTries = 0;
  #frameAsked = false;
  /** The pixels on show, and those shown before them: the worker writes the next ones there. */
  #shown: ArrayBuffer | undefined;
  #spare: ArrayBuffer | undefined;
  /** What is to be asked, one after the other, and whether the first was. */
  #questions: Question[] = [];
  #asked = false;
  /** Engines lost, and starts made, since the last answer. */
  #losses = 0;
  #starts = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;
  /** How long it has been loading, in milliseconds; nothing once that was told. */
  #loading: number | undefined;
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
        return this.#inFlight || this.#asked ? limits.busy : limits.silence;
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

  send(command: Command): void {
    // Nobody sees what is changed now.
    if (this.#stopped && command.kind !== "look") return;
    this.#pending = merged(this.#pending, command);
    this.#askForFrame();
  }

  /** A copy of the scene, for the laboratory. */
  async snapshot(): Promise<Copied> {
    const answer = await this.#ask({ kind: "snapshot" });
    if (answer.kind !== "snapshot") throw stopped();
    return answer;
  }

  /** Settings with which the images of a set are evaluated now. */
  async setSettings(): Promise<SetSettings> {
    const answer = await this.#ask({ kind: "setSettings" });
    if (answer.kind !== "setSettings") throw stopped();
    return answer.settings;
  }

  /** The link to the document. */
  async link(): Promise<Link> {
    const answer = await this.#ask({ kind: "link" });
    if (answer.kind !== "link") throw stopped();
    return answer.link;
  }

  /** The file of the document; with a picture, that picture with the document in it. */
  async saved(picture: Uint8Array | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#ask({ kind: "save", picture });
    if (answer.kind !== "saved") throw stopped();
    return answer.bytes;
  }

  /** How a file would be read; nothing for a saved drawing. Rejects what cannot be read, with a sentence. */
  async preview(request: ReadRequest): Promise<Previewed | undefined> {
    const answer = await this.#ask({ kind: "read", ...request });
    if (answer.kind !== "preview") throw stopped();
    return answer.preview;
  }

  /** Asks of the document as it is with everything that was sent before. Rejects if the engine is away, or dies of it. */
  #ask(message: ToWorker): Promise<Answer> {
    if (this.#stopped) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      this.#questions.push({ message, resolve, reject });
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
    void this.#listener.beginning().then(({ kept, fragment, rasters }) => {
      if (worker !== this.#worker) return;
      this.#post({ kind: "start", kept, fragment, rasters, tries: this.#starts });
      this.#starts += 1;
    });
  }

  /** Ends the present engine, if there is one, and what was asked of it. */
  #end(): void {
    clearTimeout(this.#restart);
    this.#pulse.stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    this.#inFlight = undefined;
    if (this.#asked) this.#questions.shift()?.reject(stopped());
    this.#asked = false;
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

  /** Nothing waits to be sent. That a control was let go of can wait for what comes next. */
  get #isIdle(): boolean {
    return this.#suspects.length === 0 && this.#pending.every(({ kind }) => kind === "settle");
  }

  #flush(): void {
    if (!this.#ready || this.#inFlight) return;
    if (this.#isIdle) {
      const [question] = this.#questions;
      if (!question || this.#asked) return;
      this.#asked = true;
      this.#post(question.message);
      return;
    }
    const edit = { commands: this.#next() };
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
    const shown = pending.filter(({ kind }) => kind === "look");
    this.#pending = pending.filter(({ kind }) => kind !== "look");
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
        this.#stroke = strokeAfter(this.#stroke, this.#inFlight?.commands ?? []);
        this.#inFlight = undefined;
        this.#spare = this.#shown;
        this.#shown = message.reply.truth.buffer as ArrayBuffer;
        this.#listener.reply(message.reply, message.millis, this.#isIdle);
        break;
      case "snapshot":
      case "setSettings":
      case "link":
      case "saved":
      case "preview":
        this.#asked = false;
        this.#questions.shift()?.resolve(message);
        break;
      case "refused":
        if (message.of === "apply") {
          this.#inFlight = undefined;
          this.#listener.refused(message.message);
        } else {
          this.#asked = false;
          this.#questions.shift()?.reject(new Error(message.message));
        }
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
    const onShow =
      edit !== undefined &&
      changed.every(({ kind }) => SHOWING.has(kind)) &&
      this.#losses > 1 &&
      panel === undefined;
    // What is shown is closed, and not shown again.
    const tried =
      panel !== undefined || onShow ? changed.filter(({ kind }) => !SHOWING.has(kind)) : changed;
    if (leftOut) this.#failedTries = 0;
    else this.#suspects = [...this.#stroke, ...tried, ...this.#suspects];
    this.#stroke = [];

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
      for (const { reject } of this.#questions.splice(0)) reject(stopped());
    }
    this.#listener.lost({ cause, detail, again, panel, onShow, leftOut });
  }
}
