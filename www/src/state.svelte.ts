import type {
  Adjustment,
  At,
  Catalogue,
  Command,
  DocumentReadout,
  Kept,
  Link,
  Look,
  LossEntry,
  MetricsState,
  PanelEntry,
  ParamEntry,
  Replay,
  Reply,
  SetState,
  Setting,
  Theme,
  Tools,
  VersionEntry,
  View,
  PixelWeighting,
} from "../pkg/lossfield.js";
import { Address, presentDrawing, presentFragment } from "./address.ts";
import { loadCharts } from "./charts.ts";
import { type Dropped, areSet, dropped, picked } from "./dropped.ts";
import { EngineClient, type Loss } from "./engine.ts";
import { Keeper } from "./keep.ts";
import { LaboratoryClient } from "./laboratory.svelte.ts";
import { limits } from "./limits.ts";
import { Opening } from "./opening.svelte.ts";
import { assigned } from "./roles.ts";
import { SetClient } from "./set.svelte.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";

/** What a loss's parameters are set to, by their ids; those missing have their defaults. */
export type Settings = Readonly<Record<string, Setting>>;

export type Plane = "truth" | "prediction";

/** The tab of the losses, or a panel by its id. */
export type Tab = string;

/** The tab of the losses. */
export const CARDS: Tab = "cards";

/** The panel of many pairs of files. */
const SET: Tab = "set";

/** Scale, variable and overlays; what is pinned or chosen may be nothing. */
export type WholeView = View &
  Required<Pick<View, "scale" | "byProbability" | "sharedScale" | "photo">>;

/** Something that a message offers to do. */
export interface Offer {
  readonly label: string;
  readonly take: () => void;
}

export interface Message {
  readonly id: number;
  readonly refusal: boolean;
  readonly text: string;
  readonly offer: Offer | undefined;
}

/**
 * Everything the page knows. The document is the engine's; the page has a mirror of it, in which what it sets shows at once.
 * Its own is only what the hand does now, and the theme.
 */
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

  theme = $state<Theme>("light");
  painting = $state(false);
  hovered = $state.raw<At>();
  /** The moment of an earlier stroke, while it is played again. */
  replay = $state.raw<Replay>();
  /** The loss whose Python is shown. */
  code = $state<string>();
  /** The loss whose card is to be brought into sight. */
  sought = $state<string>();

  readonly laboratory: LaboratoryClient;
  /** Files that are being opened. */
  readonly opening: Opening;
  /** Many pairs of files, and the table of them. */
  readonly set: SetClient;
  /** By loss, the versions that libraries have of it on such a scene. */
  versions = $state.raw<Readonly<Record<string, VersionEntry[]>>>({});
  /** By loss, the parameters that have an effect on such a scene. */
  #concerned = $state.raw<Readonly<Record<string, string[]>>>({});
  #mirror = $state.raw<DocumentReadout>();
  readonly #engine: EngineClient;
  readonly #keeper: Keeper;
  readonly #address: Address;
  #messages = 0;

  constructor() {
    this.#keeper = new Keeper((trouble) => {
      this.say(true, TEXT.notKept(trouble));
    });
    const first = this.#keeper.begin(presentFragment(), presentDrawing());
    void first.then((earlier) => {
      if (!earlier) return;
      const { id, savedAt } = earlier;
      this.say(false, TEXT.linkOpened(savedAt), {
        label: TEXT.goBack,
        take: () => void this.#keeper.goTo(id),
      });
    });
    const theme = () => this.theme;
    this.opening = new Opening({
      get theme() {
        return theme();
      },
      preview: (request) => this.#engine.preview(request),
      send: (command) => {
        this.send(command);
      },
      say: (refusal, text, offer) => this.say(refusal, text, offer),
    });
    const remembered = () => this.opening.remembered;
    this.set = new SetClient({
      settings: () => this.#engine.setSettings(),
      get remembered() {
        return remembered();
      },
    });
    this.laboratory = new LaboratoryClient(() => this.#engine.snapshot());
    this.#engine = new EngineClient({
      beginning: async () => {
        await first;
        return this.#keeper.beginning;
      },
      ready: (catalogue) => {
        this.catalogue = catalogue;
        this.slow = false;
        if (this.trouble && this.reply) this.say(false, TEXT.back);
        if (!this.reply) void this.#keeper.tidy();
        this.trouble = undefined;
        this.send({ kind: "look", look: this.look });
      },
      reply: (reply, millis, settled) => {
        this.#follow(reply, settled);
        this.millis = millis;
        this.replies += 1;
      },
      refused: (message) => {
        this.say(true, TEXT.refused(message));
      },
      slow: () => {
        this.slow = true;
      },
      lost: (loss) => {
        this.#lose(loss);
      },
    });
    this.#address = new Address({
      link: async () => (await this.#engine.link().catch(() => undefined))?.fragment,
      tab: () => this.tab,
      drawing: () => this.#keeper.id,
      written: (fragment) => {
        this.#keeper.set(fragment, this.#mirror?.title ?? "");
      },
      showTab: (tab) => {
        this.setTab(tab);
      },
      open: (fragment) => {
        this.send({ kind: "openLink", fragment });
      },
    });
    // After whatever they set off: a control was let go of.
    for (const type of ["change", "click", "dblclick"]) {
      addEventListener(type, () => {
        this.settle();
      });
    }
    let wrong: number | undefined;
    void loadCharts((said) => {
      if (wrong !== undefined) this.dismiss(wrong);
      wrong = said === undefined ? undefined : this.say(true, TEXT.charts(said));
    });
  }

  #follow(reply: Reply, settled: boolean): void {
    const { frame } = reply;
    this.reply = reply;
    // What was set meanwhile is on its way, and shows already.
    if (settled || !this.#mirror) this.#mirror = frame.document;
    if (frame.versions) this.versions = frame.versions;
    if (frame.concerned) this.#concerned = frame.concerned;
    this.#keeper.follow(frame.kept, reply.rasters);
    if (frame.kept) this.#address.changed();
    for (const { refusal, text } of frame.notices) this.say(refusal, text);
  }

  #lose(loss: Loss): void {
    this.trouble = loss;
    this.slow = false;
    this.painting = false;
    // Before the first answer it is said where the scene would be.
    if (this.reply && loss.again) this.say(true, TEXT.restarting[loss.cause](loss.detail));
    if (loss.leftOut) this.say(true, TEXT.leftOut);
    const panel = loss.panel ?? (loss.onShow && this.tab !== CARDS ? this.tab : undefined);
    if (panel === undefined) return;
    this.#leave(panel);
    this.say(true, TEXT.panelClosed(this.#labelOf(panel)));
  }

  /** Starts an engine now, with the document as it was. */
  startAgain(): void {
    this.trouble = undefined;
    this.slow = false;
    this.#engine.startAgain();
  }

  /** A panel whose component failed where it is drawn. */
  panelFailed(panel: Tab, detail: string): void {
    this.#leave(panel);
    this.say(true, TEXT.panelFailed(this.#labelOf(panel), detail));
  }

  #leave(panel: Tab): void {
    // Before the first answer it is the link that opens it.
    if (!this.#mirror) this.#engine.send({ kind: "setPanel", panel: CARDS });
    else if (this.tab === panel) this.setTab(CARDS);
  }

  #labelOf(tab: Tab): string {
    return this.tabs.find(({ id }) => id === tab)?.label ?? tab;
  }

  /** The losses, then the panels: every tab with its name. */
  get tabs(): { id: Tab; label: string }[] {
    return [{ id: CARDS, label: TEXT.losses }, ...(this.catalogue?.panels ?? [])];
  }

  /** For tests and the curious: the document with all its steps. */
  get kept(): Kept | undefined {
    return this.#keeper.kept;
  }

  /** Likewise, the pixels of opened files, by their digests. */
  get rasters(): ReadonlyMap<string, Uint8Array> {
    return this.#keeper.rasters;
  }

  /** The document. Nothing that needs it is shown before there is one. */
  get document(): DocumentReadout {
    if (!this.#mirror) throw new Error("the engine has not answered yet");
    return this.#mirror;
  }

  get view(): WholeView {
    return this.document.view as WholeView;
  }

  get tools(): Required<Tools> {
    return this.document.tools as Required<Tools>;
  }

  /** The open tab. */
  get tab(): Tab {
    return this.#mirror?.panel ?? CARDS;
  }

  get scene() {
    return this.reply?.frame.scene;
  }

  get strip() {
    return this.reply?.frame.strip;
  }

  /** True where a pixel may have several regions, each a binary task. */
  get regions(): boolean {
    return this.scene?.regions ?? false;
  }

  get multiclass(): boolean {
    return !this.regions && (this.scene?.channels ?? 1) > 1;
  }

  /** True where there is more than a background and a foreground to choose from. */
  get several(): boolean {
    return this.regions || this.multiclass;
  }

  /** Classes that a label can name; of regions 0 names none. */
  get classes(): number {
    const channels = this.scene?.channels ?? 1;
    return this.regions ? channels + 1 : Math.max(channels, 2);
  }

  /** Classes or regions that have a logit of their own, where there are several. */
  get predicted(): number[] {
    return [...Array(this.classes).keys()].slice(this.regions ? 1 : 0);
  }

  /** The pixel looked at. */
  get pixel(): At | undefined {
    return this.view.pinned ?? this.hovered;
  }

  /** What the person looks at and no document holds. */
  get look(): Look {
    const { theme, hovered, painting, replay, code } = this;
    return { theme, hovered, painting, replay, code };
  }

  loss(id: string | undefined): LossEntry | undefined {
    return this.catalogue?.losses.find((loss) => loss.id === id);
  }

  nameOf(loss: LossEntry): string {
    return this.multiclass ? loss.name.multiclass : loss.name.binary;
  }

  /** What a loss is set to. */
  settingsOf(loss: string): Settings {
    return this.document.losses[loss]?.settings ?? {};
  }

  /** The parameters of a loss that have an effect in the present scene. */
  concerned(loss: LossEntry): ParamEntry[] {
    const concerned = this.#concerned[loss.id] ?? [];
    const settings = this.settingsOf(loss.id);
    // A parameter with nothing to act on has no control.
    return loss.params.filter(
      ({ id, mootWith }) => concerned.includes(id) && !(mootWith && settings[mootWith] === true),
    );
  }

  className(label: number): string {
    if (label === this.catalogue?.ignored) return TEXT.ignored;
    const own = this.scene?.legend[label]?.name;
    if (own !== undefined) return TEXT.named(label, own);
    if (this.regions) return TEXT.region(label);
    return this.multiclass ? TEXT.class(label) : TEXT.side(label);
  }

  panelEntry(id: string): PanelEntry | undefined {
    return this.catalogue?.panels.find((panel) => panel.id === id);
  }

  /** What the controls of a panel are set to. */
  panelState(id: string): unknown {
    return this.document.panels[id];
  }

  /** Takes a command. What it sets of the document shows at once, before the engine says so. */
  send(command: Command, set?: Partial<DocumentReadout>): void {
    if (set) this.#mirror = { ...this.document, ...set };
    this.#engine.send(command);
  }

  /** A control was let go of: what comes next is a step of its own. */
  settle(): void {
    if (this.#mirror) this.send({ kind: "settle" });
  }

  setTools(change: Partial<Tools>): void {
    const tools = { ...this.tools, ...change };
    this.send({ kind: "setTools", tools }, { tools });
  }

  setView(change: Partial<View>): void {
    const view = { ...this.view, ...change };
    this.send({ kind: "setView", view }, { view });
  }

  /** Pins a pixel, or lets go of it if it is the one. */
  pin(at: At): void {
    const { pinned } = this.view;
    const same = pinned?.x === at.x && pinned.y === at.y;
    this.setView({ pinned: same ? undefined : at });
  }

  /** A tab is pressed: the one before becomes a place for the browser's Back. */
  openTab(tab: Tab): void {
    if (tab === this.tab) return;
    this.#address.visit(tab);
    this.setTab(tab);
  }

  setTab(panel: Tab): void {
    this.send({ kind: "setPanel", panel }, { panel });
  }

  setPanel(id: string, change: object): void {
    const state: unknown = { ...(this.panelState(id) as object), ...change };
    const panels = { ...this.document.panels, [id]: state };
    this.send({ kind: "setPanelState", id, state }, { panels });
  }

  /** Opens a bundled scene, and stays on this tab. */
  openHere(id: string): void {
    this.send({ kind: "openPreset", id, stay: true });
  }

  adjust(change: Partial<Adjustment>): void {
    const adjustment = { ...this.document.adjustment, ...change };
    this.send({ kind: "adjust", adjustment }, { adjustment });
  }

  weigh(weighting: PixelWeighting): void {
    this.send({ kind: "weighPixels", weighting }, { weighting });
  }

  soften(radius: number): void {
    this.send({ kind: "softenTruth", radius }, { softEdges: radius });
  }

  /** Makes an image of the strip the active one. */
  selectImage(image: number): void {
    this.replay = undefined;
    this.send({ kind: "selectImage", image });
  }

  setLoss(id: string, settings: Settings): void {
    const losses = { ...this.document.losses, [id]: { settings, presetFrom: undefined } };
    this.send({ kind: "setLoss", id, settings: { ...settings } }, { losses });
  }

  setParam(loss: string, param: string, value: Setting): void {
    this.setLoss(loss, { ...this.settingsOf(loss), [param]: value });
  }

  /** Sets a card as a library has it; without one, back to the defaults. */
  setLossFrom(id: string, version: VersionEntry | undefined): void {
    if (version) {
      const { library, function: name } = version;
      this.send({ kind: "setLossFrom", id, library, function: name });
    } else {
      this.setLoss(id, {});
    }
  }

  /** Sets a card, and brings it into sight. */
  seek(id: string, settings: Settings): void {
    this.setLoss(id, settings);
    this.showCard(id, true);
    this.openTab(CARDS);
    this.sought = id;
  }

  get firstCards(): string[] {
    return (this.catalogue?.losses ?? []).filter(({ atFirst }) => atFirst).map(({ id }) => id);
  }

  setCards(cards: string[]): void {
    this.send({ kind: "setCards", cards }, { cards });
  }

  showCard(id: string, shown: boolean): void {
    const others = this.document.cards.filter((card) => card !== id);
    this.setCards(shown ? [...others, id] : others);
  }

  /** Opens a file: a saved document or a picture of one, or else a mask for a plane. */
  open(plane: Plane, file: File): void {
    this.opening.take([{ role: plane, file }]);
  }

  /** Lays a picture beneath the masks. */
  openPicture(file: File): void {
    this.opening.take([{ role: "picture", file }]);
  }

  /** Weighs the pixels by a file. */
  async openWeights(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      this.send({ kind: "openWeights", name: file.name, bytes });
    } catch {
      this.say(true, TEXT.unreadable(file.name));
    }
  }

  /** Opens files: one for a plane, those of one image each for what its name says; a folder, a zip or more are a set. */
  openAll(plane: Plane, files: Iterable<File>): void {
    this.#take(plane, picked(files));
  }

  /** The same with what was dropped. */
  async drop(plane: Plane, transfer: DataTransfer | null): Promise<void> {
    if (!transfer) return;
    try {
      this.#take(plane, await dropped(transfer));
    } catch (error) {
      this.say(true, TEXT.notDropped(messageOf(error)));
    }
  }

  #take(plane: Plane, all: readonly Dropped[]): void {
    const files = all.map(({ file }) => file);
    const [file, ...others] = files;
    if (!file) return;
    if (areSet(all)) this.openSet(all);
    else this.opening.take(others.length === 0 ? [{ role: plane, file }] : assigned(files));
  }

  /** Evaluates the pairs among files, and shows the table of them. */
  openSet(files: readonly Dropped[]): void {
    this.openTab(SET);
    void this.set.take(files, this.setSubject);
  }

  /** What rows of a set hang on, as text that is the same as long as that is. */
  get setSubject(): string {
    const { cards, losses, softEdges, weighting, panels } = this.document;
    const metrics = panels.metrics as MetricsState;
    const set = panels[SET] as SetState;
    const { threshold, tolerance } = metrics;
    return JSON.stringify([cards, losses, softEdges, weighting, threshold, tolerance, set.losses]);
  }

  /** Puts a pair of the set in the place of the scene. */
  async openPair(pair: number): Promise<void> {
    try {
      const files = await this.set.bytes(pair);
      this.send({ kind: "openPair", pair: files, remembered: this.opening.remembered });
    } catch (error) {
      this.say(true, messageOf(error));
    }
  }

  /** Asks how a file of a pair of the set is read, for all files like it. */
  async askInSet(pair: number, plane: Plane): Promise<void> {
    const name = this.set.pairs[pair]?.[plane].name ?? "";
    try {
      await this.opening.ask(plane, name, {
        fixed: true,
        label: () => TEXT.reading.takeInSet,
        // The other file of the pair is read as it was said before.
        preview: (request) =>
          this.set.preview(pair, { ...request, remembered: this.opening.remembered }),
        take: () => {
          this.set.answered();
        },
      });
    } catch (error) {
      this.say(true, messageOf(error));
    }
  }

  /** The link to the document as it is. */
  link(): Promise<Link> {
    return this.#engine.link();
  }

  /** The document as a file; with a picture, that picture with the document in it. */
  saved(picture?: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#engine.saved(picture);
  }

  /** Says something, in place of the same said before; gives its id. */
  say(refusal: boolean, text: string, offer?: Offer): number {
    this.#messages += 1;
    const message = { id: this.#messages, refusal, text, offer };
    this.messages = [...this.messages.filter((said) => said.text !== text), message].slice(-4);
    return message.id;
  }

  dismiss(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }
}
