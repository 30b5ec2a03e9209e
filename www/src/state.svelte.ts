import type {
  Adjustment,
  At,
  Catalogue,
  Command,
  Frame,
  Ink,
  LossEntry,
  PanelEntry,
  Replay,
  Reply,
  ScopeEntry,
  Setting,
  Theme,
  VersionEntry,
  View,
} from "../pkg/lossfield.js";
import { EngineClient } from "./engine.ts";
import { LaboratoryClient } from "./laboratory.svelte.ts";

/** What a loss's parameters are set to, by their ids; those missing have their defaults. */
export type Settings = Readonly<Record<string, Setting>>;

export type Plane = "truth" | "prediction";
export type Tool = "brush" | "fill" | "inspect";
/** The cards, or a panel by its id. */
export type Tab = string;

export interface Message {
  id: number;
  refusal: boolean;
  text: string;
}

const NEUTRAL: Adjustment = { temperature: 1, bias: 0, noise: 0, seed: 1 };

/** Commands after which the scene is what it was. */
const LEAVE_THE_SCENE: ReadonlySet<Command["kind"]> = new Set(["show", "setLoss", "asIn"]);

/** The label that counts nowhere. */
export const IGNORED = 255;
/** What erasing paints on a prediction: nearly sure that nothing is there. */
const ERASED = 0.02;

/** Everything the page knows: what the worker said last, and what the person chose. */
export class Lossfield {
  catalogue = $state.raw<Catalogue>();
  reply = $state.raw<Reply>();
  /** What the last reply took to compute. */
  millis = 0;
  /** How many replies there have been. */
  replies = 0;
  messages = $state.raw<Message[]>([]);
  busy = $state<"starting" | "ready" | "restarting" | "dead">("starting");

  tool = $state<Tool>("brush");
  erasing = $state(false);
  radius = $state(5);
  softness = $state(0.3);
  truthClass = $state(1);
  predictionClass = $state(1);
  probability = $state(0.9);
  painting = $state(false);

  adjustment = $state.raw<Adjustment>(NEUTRAL);
  /** How soft the edges of the truth are, in pixels. */
  softEdges = $state(0);
  settings = $state.raw<Readonly<Record<string, Settings>>>({});
  /** The losses that have a card. */
  cards = $state.raw<readonly string[]>([]);
  /** By loss, the versions that libraries have of it on such a scene. */
  versions = $state.raw<Readonly<Record<string, VersionEntry[]>>>({});

  tab = $state<Tab>("cards");
  theme = $state<Theme>("light");
  symlog = $state(false);
  sharedScale = $state(false);
  photo = $state(true);
  gradientClass = $state<number>();
  hovered = $state.raw<At>();
  pinned = $state.raw<At>();
  byProbability = $state(false);
  /** What the controls of panels hold, by panel, as far as it was changed. */
  panels = $state.raw<Readonly<Record<string, object>>>({});
  /** The moment of an earlier stroke, while it is played again. */
  replay = $state.raw<Replay>();
  /** How often the scene was changed. */
  changes = $state(0);
  /** The loss whose card is to be brought into sight. */
  sought = $state<string>();
  /** The loss whose Python is shown. */
  code = $state<string>();

  readonly laboratory: LaboratoryClient;
  readonly #engine: EngineClient;
  #messages = 0;
  /** The tab that stays open when the scene that was asked for comes with cards of its own. */
  #staysOn: Tab | undefined;
  /** The image that is painted, by its id. */
  #atHand: number | undefined;

  constructor() {
    this.laboratory = new LaboratoryClient(
      () => this.#engine.snapshot(),
      () => this.changes,
    );
    this.#engine = new EngineClient({
      ready: (catalogue) => {
        this.catalogue = catalogue;
        if (this.cards.length === 0) this.cards = this.firstCards;
        if (this.busy === "restarting")
          this.say(false, "The engine is back, and so is your scene.");
        this.busy = "ready";
        this.send({ kind: "show", view: this.view });
      },
      reply: (reply, millis) => {
        this.reply = reply;
        this.millis = millis;
        this.replies += 1;
        this.#adopt(reply.frame);
        for (const { refusal, text } of reply.frame.notices) this.say(refusal, text);
      },
      refused: (message) => {
        this.say(true, `This was not understood and changed nothing: ${message}`);
      },
      crashed: (message, again) => {
        this.busy = again ? "restarting" : "dead";
        this.painting = false;
        this.say(
          true,
          again
            ? `The engine stopped (${message}). It is being started again; only the last change may be lost.`
            : `The engine stops again and again (${message}). Reload the page; if that does not help, try another browser.`,
        );
      },
    });
  }

  /** The losses, then the panels: every tab with its name. */
  get tabs(): { id: Tab; label: string }[] {
    return [{ id: "cards", label: "Losses" }, ...(this.catalogue?.panels ?? [])];
  }

  panelEntry(id: string): PanelEntry | undefined {
    return this.catalogue?.panels.find((panel) => panel.id === id);
  }

  /** What the controls of a panel hold. */
  panelState(id: string): object {
    return { ...this.panelEntry(id)?.state, ...this.panels[id] };
  }

  setPanel(id: string, change: object): void {
    this.panels = { ...this.panels, [id]: { ...this.panels[id], ...change } };
  }

  /** For tests and the curious: the commands that lead to the present scene. */
  get journal(): Command[] {
    return this.#engine.journal.flatMap(({ commands }) => commands);
  }

  /** What the engine has changed by itself, or tells once. */
  #adopt({ scene, strip, settings, versions, staged }: Frame): void {
    const atHand = strip.images[strip.atHand]?.id;
    if (atHand !== this.#atHand) {
      this.#atHand = atHand;
      this.adjustment = scene.adjustment;
    }
    if (settings) this.settings = settings;
    if (versions) this.versions = versions;
    if (staged) {
      this.softEdges = scene.softEdges;
      this.byProbability = staged.byProbability ?? this.byProbability;
      this.sharedScale = staged.sharedScale ?? this.sharedScale;
      if (staged.cards) {
        this.tab = this.#staysOn ?? "cards";
        this.cards = staged.cards;
      }
      this.#staysOn = undefined;
    }
  }

  get firstCards(): string[] {
    return (this.catalogue?.losses ?? []).filter(({ atFirst }) => atFirst).map(({ id }) => id);
  }

  get scene() {
    return this.reply?.frame.scene;
  }

  get strip() {
    return this.reply?.frame.strip;
  }

  get multiclass(): boolean {
    return (this.scene?.channels ?? 1) > 1;
  }

  /** Classes that a label can name. */
  get classes(): number {
    return Math.max(this.scene?.channels ?? 1, 2);
  }

  /** Whether a parameter of this scope has an effect in the present scene. */
  concerns(scope: ScopeEntry): boolean {
    const several = (this.scene?.images ?? 1) > 1;
    switch (scope) {
      case "everywhere":
        return true;
      case "binary":
        return !this.multiclass;
      case "multiclass":
        return this.multiclass;
      case "batches":
        return several;
      case "several":
        return several || this.multiclass;
      case "softLabels":
        return (this.scene?.softEdges ?? 0) > 0;
    }
  }

  /** The pixel looked at. */
  get pixel(): At | undefined {
    return this.pinned ?? this.hovered;
  }

  get view(): View {
    return {
      cards: [...this.cards],
      theme: this.theme,
      scale: this.symlog ? "symlog" : "linear",
      byProbability: this.byProbability,
      sharedScale: this.sharedScale,
      photo: this.photo,
      gradientClass: this.gradientClass,
      pixel: this.pixel,
      pinned: this.pinned,
      contributions: !this.painting,
      panel: this.panelEntry(this.tab) && { id: this.tab, state: this.panelState(this.tab) },
      replay: this.replay,
      code: this.code,
    };
  }

  loss(id: string | undefined): LossEntry | undefined {
    return this.catalogue?.losses.find((loss) => loss.id === id);
  }

  nameOf(loss: LossEntry): string {
    return this.multiclass ? loss.name.multiclass : loss.name.binary;
  }

  className(label: number): string {
    if (label === IGNORED) return "ignored";
    if (!this.multiclass) return label === 0 ? "background" : "foreground";
    return label === 0 ? "class 0 (background)" : `class ${label}`;
  }

  /** What the chosen tool leaves on a plane. `erase` is for a moment, as with a modifier key. */
  ink(plane: Plane, erase: boolean): Ink {
    const off = erase || this.erasing;
    if (plane === "truth") return { plane, class: off ? 0 : this.truthClass };
    const target = this.multiclass ? this.predictionClass : 1;
    return { plane, class: target, prob: off ? ERASED : this.probability };
  }

  send(command: Command): void {
    if (!LEAVE_THE_SCENE.has(command.kind)) this.changes += 1;
    this.#engine.send(command);
  }

  /** Opens a bundled scene and stays on this tab. */
  openHere(id: string): void {
    this.#staysOn = this.tab;
    this.send({ kind: "openPreset", id, side: this.catalogue?.defaultSide ?? 128 });
  }

  adjust(change: Partial<Adjustment>): void {
    this.adjustment = { ...this.adjustment, ...change };
    this.send({ kind: "adjust", adjustment: this.adjustment });
  }

  /** Takes an image of the strip in hand. */
  selectImage(image: number): void {
    this.replay = undefined;
    this.send({ kind: "selectImage", image });
  }

  soften(radius: number): void {
    this.softEdges = radius;
    this.send({ kind: "softenTruth", radius });
  }

  setParam(loss: string, param: string, value: Setting): void {
    const settings = { ...this.settings[loss], [param]: value };
    this.settings = { ...this.settings, [loss]: settings };
    this.send({ kind: "setLoss", id: loss, settings });
  }

  /** Sets a card as a library has it; without one, back to the defaults. */
  setAsIn(id: string, version: VersionEntry | undefined): void {
    if (version) {
      const { library, function: name } = version;
      this.send({ kind: "asIn", id, library, function: name });
    } else {
      this.settings = { ...this.settings, [id]: {} };
      this.send({ kind: "setLoss", id, settings: {} });
    }
  }

  /** Sets a card, and brings it into sight. */
  seek(id: string, settings: Settings): void {
    this.settings = { ...this.settings, [id]: settings };
    this.send({ kind: "setLoss", id, settings });
    this.showCard(id, true);
    this.tab = "cards";
    this.sought = id;
  }

  showCard(id: string, shown: boolean): void {
    const others = this.cards.filter((card) => card !== id);
    this.cards = shown ? [...others, id] : others;
  }

  async open(plane: Plane, file: File): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      this.say(
        true,
        `${file.name}: the browser could not read it; expected a file that is still where it was.`,
      );
      return;
    }
    this.send({ kind: plane === "truth" ? "openTruth" : "openPrediction", name: file.name, bytes });
  }

  say(refusal: boolean, text: string): void {
    this.#messages += 1;
    const message = { id: this.#messages, refusal, text };
    this.messages = [...this.messages.filter((said) => said.text !== text), message].slice(-4);
  }

  /** Pins a pixel, or lets go of it if it is the one. */
  pin(at: At): void {
    const same = this.pinned?.x === at.x && this.pinned.y === at.y;
    this.pinned = same ? undefined : at;
  }

  dismiss(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }
}
