/** What the address asks of the page. */
export interface AddressListener {
  /** What is to stand behind `#` for the document as it is; nothing while nobody can tell. */
  link(): Promise<string | undefined>;
  /** The open tab. */
  tab(): string;
  /** The drawing of this tab, by its id. */
  drawing(): string;
  /** This stands behind `#` from now on. */
  written(fragment: string): void;
  /** Back or Forward: another tab is to be opened. */
  showTab(tab: string): void;
  /** A link was typed or pasted over the present one. */
  open(fragment: string): void;
}

/** Without a change for so long, in milliseconds, the address is written. */
const QUIET = 300;

/** Browsers stop listening, or throw, after 100 entries in 30 s. */
const MOST_WRITES = 60;
const SPAN = 30_000;

/** A place in the browser's history that this page made. */
interface Place {
  /** The tab that was open there. */
  readonly lossfield: string;
  /** The drawing that was made there, by its id. */
  readonly drawing: string;
}

/** A place in the history, if this page made it. */
function placeOf(state: unknown): Place | undefined {
  if (typeof state !== "object" || state === null) return undefined;
  const { lossfield, drawing } = state as Partial<Record<keyof Place, unknown>>;
  const isOurs = typeof lossfield === "string" && typeof drawing === "string";
  return isOurs ? { lossfield, drawing } : undefined;
}

/** The drawing that was made where the page is loaded, by its id, if it is loaded again. */
export function presentDrawing(): string | undefined {
  return placeOf(history.state)?.drawing;
}

/** What stands behind `#` in the address. */
export function presentFragment(): string {
  return location.hash.slice(1);
}

/** The address of the page with a fragment. */
export function addressOf(fragment: string): string {
  const address = new URL(location.href);
  address.hash = fragment;
  return address.href;
}

/**
 * The page's address: it always holds the document as it is. Tabs are places for Back and Forward; what is made on the page
 * is undone by Undo.
 */
export class Address {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it was written lately, by the clock of `performance`. */
  #writes: number[] = [];
  /** Counts what makes a link that was asked for before obsolete. */
  #turns = 0;
  readonly #listener: AddressListener;

  constructor(listener: AddressListener) {
    this.#listener = listener;
    addEventListener("popstate", ({ state }) => {
      const place = placeOf(state);
      if (!place) return;
      listener.showTab(place.lossfield);
      this.changed();
    });
    // Also fired by Back and Forward, whose places are marked.
    addEventListener("hashchange", () => {
      if (placeOf(history.state)) return;
      listener.open(presentFragment());
      this.changed();
    });
  }

  /** The document is another: the address follows when that has come to a rest. */
  changed(): void {
    this.#turns += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#follow(), Math.max(QUIET, this.#pause()));
  }

  /** Another tab is opened: the one before becomes a place for Back. */
  visit(tab: string): void {
    this.#write((url) => {
      history.pushState(this.#place(tab), "", url);
    }, presentFragment());
  }

  async #follow(): Promise<void> {
    const turn = this.#turns;
    const fragment = await this.#listener.link();
    if (fragment === undefined || turn !== this.#turns) return;
    const place = this.#place(this.#listener.tab());
    const former = placeOf(history.state);
    const isSame = former?.lossfield === place.lossfield && former.drawing === place.drawing;
    if (fragment !== presentFragment() || !isSame) {
      this.#write((url) => {
        history.replaceState(place, "", url);
      }, fragment);
    }
    this.#listener.written(fragment);
  }

  #place(tab: string): Place {
    return { lossfield: tab, drawing: this.#listener.drawing() };
  }

  #write(write: (url: string) => void, fragment: string): void {
    const url = fragment === "" ? location.pathname + location.search : `#${fragment}`;
    try {
      write(url);
    } catch {
      // In a frame without an origin of its own there is no address to write.
    }
    this.#writes = [...this.#writes, performance.now()].slice(-MOST_WRITES);
  }

  /** Milliseconds until it may be written again. */
  #pause(): number {
    const first = this.#writes.length < MOST_WRITES ? undefined : this.#writes[0];
    return first === undefined ? 0 : first + SPAN - performance.now();
  }
}
