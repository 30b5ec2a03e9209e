import type {
  FileChoice,
  PairBytes,
  PairResult,
  PreviewRequest,
  SetSettings,
} from "../pkg/lossfield.js";
import { limits } from "./limits.ts";
import type { FromSet, PairHandles, Previewed, ToSet } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";
import { newSetWorker } from "./workers.ts";

/** What answers a question. */
type Answer = Exclude<FromSet, { kind: "pong" | "failed" | "unreadable" }>;

/** Every question has an id, by which its answer is found. */
type Question = Extract<ToSet, { id: number }>;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The page's end of one of the workers that evaluate a set. One that is lost takes the question with it that it was at; the
 * next question starts another.
 */
export class SetWorker {
  #worker: Worker | undefined;
  #ids = 0;
  #pending = new Map<number, Pending>();
  #begun: { settings: SetSettings; remembered: [string, FileChoice][] } | undefined;
  readonly #archives: readonly File[];
  readonly #pulse = new Pulse({
    ping: () => {
      this.#worker?.postMessage({ kind: "ping" } satisfies ToSet);
    },
    allowed: () => limits.pair,
    lost: () => {
      this.#lose(TEXT.set.silent);
    },
  });

  /** `archives` are the zips that files are from, by their numbers; there may be more of them later. */
  constructor(archives: readonly File[]) {
    this.#archives = archives;
  }

  /** Names in a zip, by place; that of a folder is empty. */
  async archive(archive: number, file: File): Promise<string[]> {
    const answer = await this.#ask({ kind: "archive", id: this.#id(), archive, file });
    return answer.kind === "names" ? answer.names : [];
  }

  /** From now on pairs are evaluated with these settings. */
  begin(settings: SetSettings, remembered: [string, FileChoice][]): void {
    this.#begun = { settings, remembered };
    this.#worker?.postMessage({ kind: "begin", settings, remembered } satisfies ToSet);
  }

  remember(remembered: [string, FileChoice][]): void {
    if (this.#begun) this.#begun = { ...this.#begun, remembered };
    this.#worker?.postMessage({ kind: "remember", remembered } satisfies ToSet);
  }

  async evaluate(pair: PairHandles): Promise<PairResult> {
    const answer = await this.#ask({ kind: "pair", id: this.#id(), pair });
    if (answer.kind !== "row") throw new Error(TEXT.set.gone);
    return answer.result;
  }

  async preview(pair: PairHandles, request: PreviewRequest): Promise<Previewed> {
    const answer = await this.#ask({ kind: "preview", id: this.#id(), pair, request });
    if (answer.kind !== "preview") throw new Error(TEXT.set.gone);
    return answer.preview;
  }

  async bytes(pair: PairHandles): Promise<PairBytes> {
    const answer = await this.#ask({ kind: "bytes", id: this.#id(), pair });
    if (answer.kind !== "bytes") throw new Error(TEXT.set.gone);
    return answer.pair;
  }

  end(): void {
    this.#lose(TEXT.set.gone);
  }

  #id(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      try {
        const worker = this.#started(question);
        if (this.#pending.size === 0) this.#pulse.start();
        this.#pending.set(question.id, { resolve, reject });
        worker.postMessage(question);
      } catch (error) {
        this.#pending.delete(question.id);
        // No worker is allowed here.
        reject(new Error(TEXT.set.stopped(messageOf(error))));
      }
    });
  }

  /** The worker, which knows all zips but the one that a question brings. */
  #started(question: Question): Worker {
    if (this.#worker) return this.#worker;
    const worker = newSetWorker();
    worker.onmessage = ({ data }: MessageEvent<FromSet>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      // A script that does not load leaves an event without a message.
      const loaded = event instanceof ErrorEvent;
      this.#lose(loaded ? TEXT.set.stopped(event.message) : TEXT.set.script);
    };
    this.#worker = worker;
    for (const [archive, file] of this.#archives.entries()) {
      if (question.kind === "archive" && question.archive === archive) continue;
      // Nobody waits for its names.
      worker.postMessage({ kind: "archive", id: this.#id(), archive, file } satisfies ToSet);
    }
    if (this.#begun) worker.postMessage({ kind: "begin", ...this.#begun } satisfies ToSet);
    return worker;
  }

  #hear(message: FromSet): void {
    this.#pulse.heard();
    if (message.kind === "pong") return;
    const { id } = message;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id !== undefined) this.#pending.delete(id);
    if (this.#pending.size === 0) this.#pulse.stop();
    switch (message.kind) {
      case "unreadable":
        pending?.reject(new Error(TEXT.unreadable(message.file)));
        break;
      case "failed": {
        const said = message.lost ? TEXT.set.stopped(message.message) : message.message;
        pending?.reject(new Error(said));
        if (message.lost) this.#lose(said);
        break;
      }
      default:
        pending?.resolve(message);
    }
  }

  /** Whatever is under way is lost with the worker. */
  #lose(message: string): void {
    this.#pulse.stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new Error(message));
  }
}
