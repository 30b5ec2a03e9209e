// The sentences of the page itself. Those of losses, scenes and panels come from Rust; those for a page whose script does
// not run stand in `index.html`.

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
  unreadable: (file: string) =>
    `${file}: the browser could not read it; expected a file that is still where it was.`,
} as const;
