// The sentences of the page itself. Those of losses, scenes and panels come from Rust; those for a page whose script does
// not run stand in `index.html`.

import type { Provenance } from "../pkg/lossfield.js";
import type { ShelfTrouble } from "./shelf.ts";

/** Why the engine is away. */
export type Cause =
  /** The browser has no WebAssembly. */
  | "webAssembly"
  /** It allows no worker here. */
  | "worker"
  /** The worker's script did not load. */
  | "script"
  /** The WebAssembly file did not load or is damaged. */
  | "module"
  /** The worker gives no answer. */
  | "silent"
  /** The worker failed. */
  | "stopped";

/** By cause, with what the browser says of it. */
type Sentences = Readonly<Record<Cause, (detail: string) => string>>;

const away: Sentences = {
  webAssembly: () =>
    "WebAssembly is turned off in this browser, and Lossfield computes with it. Allow it for this page, or open the page in another browser.",
  worker: (detail) =>
    `This browser does not let the page start a worker, in which Lossfield computes (${detail}). Open the page by itself and not in a frame.`,
  script: () =>
    "The script of the engine, worker.js, could not be loaded. Is the network there, and the file on the server?",
  module: (detail) =>
    `The engine, lossfield.wasm, could not be loaded (${detail}). Is the network there, and the file on the server?`,
  silent: () => "The engine does not answer.",
  stopped: (detail) => `The engine stopped as it was started (${detail}).`,
};

const restarting: Sentences = {
  ...away,
  silent: () => "The engine did not answer and is being started again. Your scene is kept.",
  stopped: (detail) =>
    `The engine stopped (${detail}) and is being started again. Your scene is kept.`,
};

const givenUp: Sentences = {
  ...away,
  silent: () => "The engine does not answer, also after several starts. Your scene is kept.",
  stopped: (detail) => `The engine stopped several times (${detail}). Your scene is kept.`,
};

const DATE = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });
const COUNT = new Intl.NumberFormat("en");
const LIST = new Intl.ListFormat("en");

/** Why drawings are not kept in this browser, each with what to do. */
const notKept: Readonly<Record<Exclude<ShelfTrouble, { other: string }>, string>> = {
  forbidden:
    "This browser keeps nothing for this page, so what you paint is gone when you close the tab. Save it as a file, or copy the link.",
  full: "The browser has no room left to keep your drawing. Save it as a file, or copy the link.",
  newer:
    "A newer Lossfield is open in another tab, and this one can no longer keep your drawing. Copy the link, then reload this page.",
  silent:
    "The browser’s storage does not answer, so your drawing is not kept yet. Save it as a file, or copy the link.",
};

/** Parts of the document that a result can be from before. */
const before: Readonly<Record<keyof Provenance | "question", string>> = {
  image: "This is from before you chose another image or scene.",
  truth: "This is from before your last stroke on the truth, or change of its edges.",
  prediction: "This is from before your last stroke on the prediction, or adjustment of it.",
  losses: "This is from before you changed the losses.",
  question: "This is from before you changed the controls above.",
};

export const TEXT = {
  title: (panel: string | undefined) =>
    panel === undefined ? "Lossfield" : `${panel} · Lossfield`,
  starting: "Starting the engine…",
  slow: "The engine is still loading. On a slow line it takes a minute or two.",
  tryAgain: "Try again",
  startAgain: "Start again",
  /** Before the page has shown anything. */
  away,
  /** Afterwards, while a new engine is on its way. */
  restarting,
  /** Afterwards, when there is none on its way. */
  givenUp,
  back: "The engine is back, and so is your scene.",
  leftOut: "The engine stopped again and again at your last change, which is left out.",
  panelClosed: (panel: string) =>
    `The panel ${panel} stopped the engine and was closed. Everything else goes on.`,
  panelFailed: (panel: string, detail: string) =>
    `The panel ${panel} could not be shown (${detail}) and was closed. Everything else goes on.`,
  refused: (detail: string) => `This was not understood and changed nothing: ${detail}`,
  charts: (detail: string) =>
    `Charts and colours could not be loaded (${detail}). The page goes on trying.`,
  laboratory: {
    script: "The script of the laboratory could not be loaded. Begin again to try once more.",
    silent: "The laboratory did not answer and was stopped. Begin again to try once more.",
    stopped: (detail: string) =>
      `The laboratory stopped (${detail}). Begin again to try once more.`,
  },
  /** The tab of the losses. */
  losses: "Losses",
  ignored: "ignored",
  class: (label: number) => (label === 0 ? "class 0 (background)" : `class ${label}`),
  region: (label: number) => (label === 0 ? "no region" : `region ${label}`),
  /** A class that has a name in its file. */
  named: (label: number, name: string) => `${name} (${label})`,
  /** A class of a binary scene. */
  side: (label: number) => (label === 0 ? "background" : "foreground"),
  notKept: (trouble: ShelfTrouble) =>
    typeof trouble === "string"
      ? notKept[trouble]
      : `Your drawing could not be kept in this browser (${trouble.other}). Save it as a file, or copy the link.`,
  noOwnWeights: "Every pixel weighs 1 until it is painted over; a fill weighs a whole object.",
  openTitle: {
    truth: "Open a mask: a picture or an array of class ids; or a saved drawing",
    prediction:
      "Open a prediction: a picture, or an array of probabilities or logits; or a saved drawing",
  },
  planes: { truth: "Ground truth", prediction: "Prediction" },
  readAs: (name: string, reading: string) => `${name}: ${reading}`,
  readOtherwise: "Read it otherwise",
  /** The dialog that asks how a file is read. */
  reading: {
    title: (name: string) => `How is ${name} to be read?`,
    plane: "It is the",
    otherwise: "Or:",
    array: "Array",
    scale: "Numbers are",
    scales: {
      probabilities: "probabilities, 0 to 1",
      percent: "percent, 0 to 100",
      bytes: "levels, 0 to 255",
      words: "levels, 0 to 65535",
      logits: "logits",
      logProbabilities: "logarithms of probabilities",
    },
    channels: "Channels are",
    channelsAs: {
      foreground: "one: the foreground",
      softmax: "one a class, background first (softmax)",
      independent: "independent (a sigmoid each)",
    },
    clip: "clip what lies outside",
    cut: "foreground from",
    value: "In the file",
    pixels: "Pixels",
    share: "Share",
    standsFor: "Stands for",
    name: "Name",
    of: (key: string) => `What ${key} stands for`,
    nameOf: (key: string) => `Name of ${key}`,
    class: (label: number) => (label === 0 ? "0, background" : `class ${label}`),
    void: "void: ignored",
    nothing: "nothing: background",
    more: (count: number) => `And ${COUNT.format(count)} more, read by the same rule.`,
    size: "Size",
    own: (width: number, height: number) => `its own, ${width} × ${height}`,
    crop: "a part of it",
    resample: "resampled",
    fields: { x: "from column", y: "from row", width: "columns", height: "rows" },
    method: "A new pixel takes",
    methods: {
      centre: "the pixel under its centre",
      area: "what most of its area is, or the mean",
      keepThin: "the rarest in its area, so that thin parts stay",
    },
    leave: "Do not open",
    layBeneath: "Lay it beneath the masks",
    open: (plane: string) => `Open as ${plane.toLowerCase()}`,
    takeInSet: "Read all like it so",
  },
  /** The panel of a set of images. */
  set: {
    folder: "Choose a folder…",
    files: "Choose files or a zip…",
    drop: "or drop them here. Nothing leaves this computer.",
    looking: "Looking for pairs…",
    noPairs: (files: number) =>
      files === 1
        ? "One file is no pair: expected a truth and a prediction of each image."
        : `No pair was found among ${COUNT.format(files)} files: see below why.`,
    silent: "This image took too long and was given up. Evaluate again to try once more.",
    script:
      "The script that evaluates images could not be loaded. Evaluate again to try once more.",
    stopped: (detail: string) => `Evaluating stopped (${detail}). Evaluate again to try once more.`,
    gone: "These files are no longer at hand: choose them again.",
    progress: (done: number, all: number) => `${COUNT.format(done)} of ${COUNT.format(all)}`,
    cancel: "Cancel",
    goOn: "Go on",
    again: "Evaluate again",
    before: "These rows are from before you changed the losses or the settings.",
    leftOver: (count: number) =>
      count === 1 ? "One file is in no pair" : `${COUNT.format(count)} files are in no pair`,
    more: (count: number) => `And ${COUNT.format(count)} more.`,
    losses: "Losses",
    lossesOf: { cards: "of the cards", all: "all" },
    metric: "Compare with",
    answer: "Say how",
    waiting: (rows: number) =>
      rows === 1 ? "One image waits for this." : `${COUNT.format(rows)} images wait for this.`,
    table: "Images of the folder",
    open: (name: string) => `Open ${name} as the scene`,
    first: (shown: number, all: number) =>
      `The first ${COUNT.format(shown)} of ${COUNT.format(all)} rows.`,
    showAll: "Show all",
    csv: "Save as CSV",
    csvName: "lossfield-folder.csv",
    moreOf: "More: agreement, disputes, histograms",
    disputes: "Images on which a loss and the metric disagree most",
    show: "Open",
  },
  /** What the advisor's advice is for. */
  scope: {
    question: "What is it about?",
    scene: "this scene",
    set: (images: number) =>
      images === 1 ? "the folder: 1 image" : `the folder: ${COUNT.format(images)} images`,
  },
  linkOpened: (savedAt: number) =>
    `This is a link. Your drawing of ${DATE.format(savedAt)} is kept.`,
  goBack: "Go back to it",
  linkCopied: (length: number, files: readonly string[]) =>
    files.length === 0
      ? `The link is copied: ${COUNT.format(length)} characters.`
      : `The link is copied: ${COUNT.format(length)} characters. It cannot carry ${LIST.format(files)}; the saved file can.`,
  linkNotCopied: (length: number, files: readonly string[]) =>
    files.length === 0
      ? `The browser does not let this page copy. The address holds the same link, of ${COUNT.format(length)} characters: copy it there.`
      : `The browser does not let this page copy. The address holds the same link, of ${COUNT.format(length)} characters, but it cannot carry ${LIST.format(files)}; the saved file can.`,
  saveFile: "Save file",
  fileName: "lossfield.json",
  pictureName: "lossfield.png",
  notNow: "The engine is away just now, so this could not be done. Try again in a moment.",
  before,
  measureAgain: "Measure again",
  runAgain: "Run again",
  notDropped: (detail: string) =>
    `What was dropped could not be read (${detail}). Choose it in the panel Folder instead.`,
  unreadable: (file: string) =>
    `${file}: the browser could not read it; expected a file that is still where it was.`,
} as const;
