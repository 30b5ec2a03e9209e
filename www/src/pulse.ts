import { limits } from "./limits.ts";

/** A worker that is asked now and then whether it is there. */
export interface Patient {
  /** Sends it a message that it answers at once, unless it is at work. */
  ping(): void;
  /** Milliseconds for which it may say nothing, as things are. */
  allowed(): number;
  /** It has said nothing for longer than that. */
  lost(): void;
  /** So many milliseconds have passed, in which the page was awake. */
  passed?(awake: number): void;
}

/**
 * Notices a worker that has closed itself or loops for ever: of neither does the browser say a word. Only time counts in
 * which the page is seen and awake. A hidden tab may be put to sleep together with its worker, and a machine that was
 * suspended wakes with hours gone by between two beats.
 */
export class Pulse {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beaten = 0;
  #silent = 0;
  #asked = false;
  readonly #patient: Patient;

  constructor(patient: Patient) {
    this.#patient = patient;
  }

  start(): void {
    this.stop();
    this.heard();
    this.#beaten = performance.now();
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It has said something. */
  heard(): void {
    this.#silent = 0;
    this.#asked = false;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#beat();
    }, limits.beat);
  }

  #beat(): void {
    const now = performance.now();
    // A beat that comes late was held up by the page or the machine; what the worker said meanwhile is still to be heard.
    const awake = document.hidden ? 0 : Math.min(now - this.#beaten, 2 * limits.beat);
    this.#beaten = now;
    this.#silent = document.hidden ? 0 : this.#silent + awake;
    this.#schedule();
    if (this.#silent > this.#patient.allowed()) {
      this.stop();
      this.#patient.lost();
      return;
    }
    this.#patient.passed?.(awake);
    if (this.#asked) return;
    this.#asked = true;
    this.#patient.ping();
  }
}
