import type { Component } from "svelte";
import type { Findings } from "../../pkg/lossfield.js";
import { ask } from "../charts.ts";
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

/** What the Svelte file of a panel reads and writes: its state, and what Rust has to say. */
export class Panel<State extends object> {
  readonly #app: Lossfield;
  readonly id: string;

  constructor(app: Lossfield, id: string) {
    this.#app = app;
    this.id = id;
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

  /** Whether the scene has changed since the experiment began, or none has. */
  get isStale(): boolean {
    return this.experiment?.changes !== this.#app.changes;
  }

  /** Begins its experiment on the scene as it is now. Runs until a step, or to its end. */
  begin(until = Infinity): void {
    void this.#app.laboratory.begin(this.id, this.state, until);
  }

  /** What Rust answers at once. `chartsReady` has to be awaited before. */
  ask(question: unknown) {
    return ask(this.id, this.state, question);
  }
}
