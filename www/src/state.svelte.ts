import type {
  Adjustment,
  Answers,
  At,
  Catalogue,
  Command,
  Frame,
  Grips,
  Knob,
  LossEntry,
  LovaszView,
  MetricsView,
  Ink,
  PanelView,
  Replay,
  Reply,
  Rules,
  ScopeEntry,
  Setting,
  Theme,
  VersionEntry,
  View,
} from "../pkg/lossfield.js";
import { loadCharts } from "./charts.ts";
import { EngineClient, type Loss } from "./engine.ts";
import { LaboratoryClient } from "./laboratory.svelte.ts";
import { limits } from "./limits.ts";
import { TEXT } from "./text.ts";

/** What a loss's parameters are set to, by their ids; those missing have their defaults. */
export type Settings = Readonly<Record<string, Setting>>;

export type Plane = "truth" | "prediction";
export type Tool = "brush" | "fill" | "inspect";
/** The two tables of losses, or an instrument by its id. */
export type Tab = string;

export interface RaceSettings {
  rules: Rules;
  /** Whether one lane is cross-entropy first and Lovász from a step on. */
  scheduled: boolean;
  switchAt: number;
}

export interface Swept {
  surface: boolean;
  knob: Knob;
  loss: string;
  x: string;
  y: string;
}

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
  /** Why there is no engine, while there is none. */
  trouble = $state.raw<Loss>();
  /** Whether the engine takes longer to load than it should. */
  slow = $state(false);
  /** For tests, which do not wait as long as people. */
  readonly limits = limits;

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
  lovasz = $state.raw<LovaszView>({
    error: "hinge",
    channel: 1,
    part: "sort",
    chosen: undefined,
    moved: undefined,
    turn: undefined,
  });
  /** Where the handles of the focal laboratory are held. */
  focalGrips = $state.raw<Partial<Grips>>({});
  byProbability = $state(false);
  /** The loss that is compared between libraries. */
  compared = $state("dice");
  /** How masks are judged. */
  judged = $state.raw<MetricsView>({ class: 1, threshold: 0.5, tolerance: 2 });
  /** The moment of an earlier stroke, while it is played again. */
  replay = $state.raw<Replay>();
  /** What the imbalance panel sweeps: a knob, or one loss over two axes (`param:…` or `knob:…`). */
  swept = $state.raw<Swept>({
    surface: false,
    knob: "fraction",
    loss: "focal",
    x: "param:gamma",
    y: "param:alpha",
  });
  /** How the descent panel races the losses on the cards. */
  race = $state.raw<RaceSettings>({
    rules: {
      model: "filters",
      start: "even",
      method: "adam",
      rate: 0.03,
      equalNorm: false,
      seed: 1,
    },
    scheduled: false,
    switchAt: 50,
  });
  /** What the advisor is told about the task. */
  answers = $state.raw<Answers>({ worse: "equal", boundaries: false, calibrated: false });
  /** How often the scene was changed, and how often it had been when the advisor measured it. */
  changes = $state(0);
  advisedAt = $state<number>();
  /** The loss whose card is to be brought into sight. */
  sought = $state<string>();
  /** The loss whose gradient is dissected. */
  dissected = $state("dice_cross_entropy");
  /** The loss that is looked at closely for a batch. */
  batched = $state("dice");
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
    this.laboratory = new LaboratoryClient(() => this.#engine.specimen());
    this.#engine = new EngineClient({
      ready: (catalogue) => {
        // Every engine has the same, and the page follows its link when there is one at first.
        this.catalogue ??= catalogue;
        this.slow = false;
        if (this.cards.length === 0) this.cards = this.firstCards;
        if (this.trouble && this.reply) this.say(false, TEXT.back);
        this.trouble = undefined;
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
        this.say(true, TEXT.refused(message));
      },
      slow: () => {
        this.slow = true;
      },
      lost: (loss) => {
        this.trouble = loss;
        this.slow = false;
        this.painting = false;
        // Before the first answer it is said where the scene would be.
        if (this.reply && loss.again) this.say(true, TEXT.restarting[loss.cause](loss.detail));
        if (loss.leftOut) this.say(true, TEXT.leftOut);
        const panel = loss.panel ?? (loss.onShow ? this.#panel?.kind : undefined);
        if (panel !== undefined) {
          this.leavePanel(panel);
          this.say(true, TEXT.panelClosed(this.#labelOf(panel)));
        }
      },
    });
    let wrong: number | undefined;
    void loadCharts((said) => {
      if (wrong !== undefined) this.dismiss(wrong);
      wrong = said === undefined ? undefined : this.say(true, TEXT.charts(said));
    });
  }

  /** Starts an engine now, with the scene as it was. */
  startAgain(): void {
    this.trouble = undefined;
    this.slow = false;
    this.#engine.startAgain();
  }

  /** A panel whose component failed where it is drawn. */
  panelFailed(panel: Tab, detail: string): void {
    this.leavePanel(panel);
    this.say(true, TEXT.panelFailed(this.#labelOf(panel), detail));
  }

  leavePanel(panel: Tab): void {
    if (this.tab === panel) this.tab = "cards";
  }

  #labelOf(panel: Tab): string {
    return this.tabs.find(({ id }) => id === panel)?.label ?? panel;
  }

  /** Losses and libraries, then the instruments: every tab with its name. */
  get tabs(): { id: Tab; label: string }[] {
    const tables = [
      { id: "cards", label: "Losses" },
      { id: "libraries", label: "Libraries" },
    ];
    return [...tables, ...(this.catalogue?.instruments ?? [])];
  }

  /** For tests and the curious: the commands that lead to the present scene. */
  get journal(): Command[] {
    return this.#engine.kept.flatMap(({ commands }) => commands);
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
      cards: this.tab === "focal" ? [...this.cards, "focal"] : [...this.cards],
      theme: this.theme,
      scale: this.symlog ? "symlog" : "linear",
      byProbability: this.byProbability,
      sharedScale: this.sharedScale,
      photo: this.photo,
      gradientClass: this.gradientClass,
      pixel: this.pixel,
      contributions: !this.painting,
      panel: this.#panel,
      judged: this.judged,
      replay: this.replay,
      code: this.code,
    };
  }

  /** The open tab, if it is one that the engine computes with each frame. */
  get #panel(): PanelView | undefined {
    switch (this.tab) {
      case "libraries":
        return { kind: "libraries", loss: this.compared };
      case "focal":
        return { kind: "focal", ...this.focalGrips };
      case "metrics":
        return { kind: "metrics" };
      case "lovasz":
        return { kind: "lovasz", ...this.lovasz, chosen: this.pinned };
      case "gradients":
        return { kind: "gradients", loss: this.dissected };
      case "batch":
        return { kind: "batch", loss: this.batched };
    }
    return undefined;
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
      this.say(true, TEXT.unreadable(file.name));
      return;
    }
    this.send({ kind: plane === "truth" ? "openTruth" : "openPrediction", name: file.name, bytes });
  }

  /** Says something, in place of the same said before; gives its id. */
  say(refusal: boolean, text: string): number {
    this.#messages += 1;
    const message = { id: this.#messages, refusal, text };
    this.messages = [...this.messages.filter((said) => said.text !== text), message].slice(-4);
    return message.id;
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
