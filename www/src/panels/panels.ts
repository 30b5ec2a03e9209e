import type { Component } from "svelte";
import type { Findings, Provenance } from "../../pkg/lossfield.js";
import { ask } from "../charts.ts";
import type { Subject } from "../laboratory.svelte.ts";
import type { Lossfield } from "../state.svelte.ts";

const files = import.meta.glob<Component<{ app: Lossfield }>>("./*/Panel.svelte", {
  eager: true,
  import: "default",
});

/** The component of each panel, by its id, which is the name of its folder. */
export const panels: Readonly<Record<string, Component<{ app: Lossfield }>>> = Object.fromEntries(
  Object.entries(files).map(([path, component]) => [
    path.slice(2, -"/Panel.svelte".length),
    component,
  ]),
);

/** What a result can be from before: a part of the document, or of the panel's own controls. */
export type Part = keyof Provenance | "question";

/** In the order in which they are told: another image has another truth as well. */
const PARTS: readonly (keyof Provenance)[] = ["image", "truth", "prediction", "losses"];

/** What the Svelte file of a panel reads and writes: its state, and what Rust has to say. */
export class Panel<State extends object> {
  readonly #app: Lossfield;
  readonly id: string;
  readonly #question: (state: Required<State>) => unknown;

  /** `question` is what of the state its experiment is about. */
  constructor(app: Lossfield, id: string, question: (state: Required<State>) => unknown = () => 0) {
    this.#app = app;
    this.id = id;
    this.#question = question;
  }

  get state(): Required<State> {
    return this.#app.panelState(this.id) as Required<State>;
  }

  set(change: Partial<State>): void {
    this.#app.setPanel(this.id, change);
  }

  /** Choices that its controls offer, beyond those of the catalogue. */
  get options(): unknown {
    return this.#app.panelEntry(this.id)?.options;
  }

  /** What came with the last frame, once that is about this panel. */
  get shown(): Findings | undefined {
    const panel = this.#app.reply?.panel;
    return panel?.report.panel === this.id ? panel : undefined;
  }

  get experiment() {
    return this.#app.laboratory.of(this.id);
  }

  /** What its experiment has found so far. */
  get found(): Findings | undefined {
    return this.experiment?.findings;
  }

  /** What its experiment would be of now. */
  get subject(): Subject | undefined {
    const provenance = this.#app.reply?.frame.provenance;
    return provenance && { provenance, question: JSON.stringify(this.#question(this.state)) };
  }

  /** What an experiment is from before; nothing where it is of the document as it is. */
  #before(of: Subject | undefined): Part | undefined {
    const now = this.subject;
    if (!of || !now) return undefined;
    const part = PARTS.find((part) => of.provenance[part] !== now.provenance[part]);
    return part ?? (of.question === now.question ? undefined : "question");
  }

  /** What the findings on show are from before. */
  get before(): Part | undefined {
    return this.#before(this.experiment?.known);
  }

  /** Whether the experiment that was begun last is of the document as it was. */
  get isOutdated(): boolean {
    return this.#before(this.experiment?.subject) !== undefined;
  }

  /** Begins its experiment on the scene as it is now. Runs until a step, or to its end. */
  begin(until = Infinity): void {
    const question = JSON.stringify(this.#question(this.state));
    void this.#app.laboratory.begin(this.id, this.state, question, until);
  }

  /** What Rust answers at once. `chartsReady` has to be awaited before. */
  ask(question: unknown) {
    return ask(this.id, this.state, question);
  }
}
