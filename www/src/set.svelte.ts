import {
  type FileChoice,
  type FilePairs,
  type LeftOver,
  type PairBytes,
  type PairResult,
  type PreviewRequest,
  type SceneFacts,
  type SetRow,
  type SetSettings,
  pairsOf,
} from "../pkg/lossfield.js";
import { chartsReady } from "./charts.ts";
import { type Dropped, isZip } from "./dropped.ts";
import type { PairHandles, Previewed, SetFile } from "./protocol.ts";
import { SetWorker } from "./setworker.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";

/** What a set needs of the page. */
export interface Host {
  /** Settings with which rows are evaluated now. */
  settings(): Promise<SetSettings>;
  /** Ways in which files were read before. */
  readonly remembered: [string, FileChoice][];
}

/** Milliseconds at least between two looks at the rows that came. */
const SHOW_EVERY = 400;

/** So many workers, if there is as much to do. */
function mostWorkers(): number {
  return Math.max(1, navigator.hardwareConcurrency || 1);
}

/**
 * Many pairs of files, and what is known of each. The files are held by their handles and read one pair at a time by
 * workers of their own; rows come as they are done.
 */
export class SetClient {
  pairs = $state.raw<readonly PairHandles[]>([]);
  leftOver = $state.raw<readonly LeftOver[]>([]);
  /** By pair, as far as they are known. */
  results = $state.raw<readonly (PairResult | undefined)[]>([]);
  running = $state(false);
  /** Whether files are being looked for pairs in. */
  looking = $state(false);
  /** Settings of all rows, and the page's own name for them. */
  settings = $state.raw<SetSettings>();
  subject = $state.raw<string>();
  /** Why it could not be begun. */
  failure = $state<string>();

  readonly #host: Host;
  #workers: SetWorker[] = [];
  #archives: File[] = [];
  /** Pairs that are to be evaluated, the next one last. */
  #waiting: number[] = [];
  /** Changes with every set and every beginning: what comes of an earlier one is not taken. */
  #epoch = 0;
  /** Rows that came since the last look at them, by pair. */
  #fresh: { pair: number; result: PairResult }[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Pairs that have a row. */
  get done(): number {
    return this.results.reduce((count, result) => count + (result ? 1 : 0), 0);
  }

  /** Rows so far, with the pair that each is of. */
  get rows(): { row: SetRow; pair: number }[] {
    return this.results.flatMap((result, pair) => (result ? [{ row: result.row, pair }] : []));
  }

  /** Facts of the truths that were evaluated. */
  get facts(): SceneFacts[] {
    return this.results.flatMap((result) => (result?.facts ? [result.facts] : []));
  }

  /** Takes files in place of those before, and evaluates the pairs among them. */
  async take(files: readonly Dropped[], subject: string): Promise<void> {
    this.#reset();
    const epoch = this.#epoch;
    this.looking = true;
    try {
      const found = await this.#handles(files);
      await chartsReady;
      if (epoch !== this.#epoch) return;
      this.#pair(found);
    } catch (error) {
      if (epoch === this.#epoch) this.failure = messageOf(error);
    } finally {
      if (epoch === this.#epoch) this.looking = false;
    }
    if (epoch === this.#epoch && this.pairs.length > 0) await this.begin(subject);
  }

  /** Every file by its handle; of a zip its entries. */
  async #handles(files: readonly Dropped[]): Promise<SetFile[]> {
    const handles: SetFile[] = [];
    for (const { path, file } of files) {
      if (!isZip(path)) {
        handles.push({ name: path, from: file });
        continue;
      }
      const archive = this.#archives.push(file) - 1;
      const names = await this.#worker().archive(archive, file);
      for (const [entry, name] of names.entries()) {
        if (name !== "") handles.push({ name, from: { archive, entry } });
      }
    }
    return handles;
  }

  #pair(files: readonly SetFile[]): void {
    const found: FilePairs = pairsOf(files.map(({ name }) => name));
    this.leftOver = found.leftOver;
    this.pairs = found.pairs.flatMap(({ name, truth, prediction }) => {
      const [mask, probs] = [files[truth], files[prediction]];
      return mask && probs ? [{ name, truth: mask, prediction: probs }] : [];
    });
    this.results = this.pairs.map(() => undefined);
    if (this.pairs.length === 0) this.failure = TEXT.set.noPairs(files.length);
  }

  /** Evaluates every pair with the settings of now. `subject` is the page's own name for them. */
  async begin(subject: string): Promise<void> {
    this.#epoch += 1;
    const epoch = this.#epoch;
    this.failure = undefined;
    let settings: SetSettings;
    try {
      settings = await this.#host.settings();
    } catch (error) {
      if (epoch === this.#epoch) this.failure = TEXT.set.stopped(messageOf(error));
      return;
    }
    if (epoch !== this.#epoch) return;
    this.settings = settings;
    this.subject = subject;
    this.#fresh = [];
    this.results = this.pairs.map(() => undefined);
    this.#run([...this.pairs.keys()]);
  }

  /** Evaluates once more the pairs that wait for an answer, which was given. */
  answered(): void {
    const waits = ({ row }: PairResult) => row.outcome.kind === "asked";
    const again = this.results.flatMap((result, pair) => (result && waits(result) ? [pair] : []));
    for (const worker of this.#workers) worker.remember(this.#host.remembered);
    this.#enqueue(again);
  }

  /** Stops; the rows so far stay. */
  cancel(): void {
    this.running = false;
    this.#epoch += 1;
    this.#waiting = [];
    this.#show();
  }

  /** Goes on with the pairs that have no row. */
  goOn(): void {
    const missing = this.results.flatMap((result, pair) => (result ? [] : [pair]));
    this.#run(missing);
  }

  /** How a file of a pair would be read. */
  async preview(pair: number, request: PreviewRequest): Promise<Previewed> {
    return this.#worker().preview(this.#handlesOf(pair), request);
  }

  /** A pair with the bytes of its files. */
  async bytes(pair: number): Promise<PairBytes> {
    return this.#worker().bytes(this.#handlesOf(pair));
  }

  #handlesOf(pair: number): PairHandles {
    const handles = this.pairs[pair];
    if (!handles) throw new Error(TEXT.set.gone);
    return handles;
  }

  #reset(): void {
    this.#epoch += 1;
    for (const worker of this.#workers) worker.end();
    this.#workers = [];
    this.#archives = [];
    this.#waiting = [];
    this.#fresh = [];
    this.pairs = [];
    this.leftOver = [];
    this.results = [];
    this.running = false;
    this.settings = undefined;
    this.subject = undefined;
    this.failure = undefined;
  }

  #run(pairs: number[]): void {
    const { settings } = this;
    if (!settings) return;
    this.#epoch += 1;
    this.#waiting = [];
    const most = Math.min(mostWorkers(), pairs.length);
    while (this.#workers.length < most) this.#add();
    for (const worker of this.#workers) worker.begin(settings, this.#host.remembered);
    this.#enqueue(pairs);
  }

  #enqueue(pairs: number[]): void {
    this.#waiting = [...pairs.toReversed(), ...this.#waiting];
    if (this.running) return;
    this.running = true;
    const epoch = this.#epoch;
    void Promise.all(this.#workers.map((worker) => this.#work(worker, epoch))).then(() => {
      if (epoch !== this.#epoch) return;
      this.running = false;
      this.#show();
      // What was added as the last of them was done.
      if (this.#waiting.length > 0) this.#enqueue([]);
    });
  }

  /** Has a worker evaluate pairs until none is left. */
  async #work(worker: SetWorker, epoch: number): Promise<void> {
    for (;;) {
      if (epoch !== this.#epoch) return;
      const pair = this.#waiting.pop();
      const handles = pair === undefined ? undefined : this.pairs[pair];
      if (pair === undefined || !handles) return;
      const result = await worker.evaluate(handles).catch((error: unknown): PairResult => {
        const { name, truth, prediction } = handles;
        const outcome = { kind: "refused" as const, reason: messageOf(error) };
        return { row: { name, truth: truth.name, prediction: prediction.name, outcome } };
      });
      if (epoch !== this.#epoch) return;
      this.#fresh.push({ pair, result });
      // A long table takes longer to show.
      const pause = Math.max(SHOW_EVERY, this.pairs.length / 2);
      this.#flush ??= setTimeout(() => {
        this.#show();
      }, pause);
    }
  }

  /** Puts the rows that came among the others. */
  #show(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    if (this.#fresh.length === 0) return;
    const results = [...this.results];
    for (const { pair, result } of this.#fresh) results[pair] = result;
    this.#fresh = [];
    this.results = results;
  }

  /** The first worker. */
  #worker(): SetWorker {
    return this.#workers[0] ?? this.#add();
  }

  #add(): SetWorker {
    const worker = new SetWorker(this.#archives);
    this.#workers.push(worker);
    return worker;
  }
}
