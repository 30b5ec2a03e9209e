import type { Kept, KeptChange } from "../pkg/lossfield.js";
import { type Claims, type Release, newClaims, newId } from "./claims.ts";
import { follow } from "./kept.ts";
import type { Beginning } from "./protocol.ts";
import { type Drawing, Shelf, type ShelfTrouble } from "./shelf.ts";
import { forgetInTab, recallInTab, rememberInTab } from "./storage.ts";

/** A drawing that is kept, and not the one at hand. */
export interface Earlier {
  readonly id: string;
  readonly savedAt: number;
}

/** Without a change for so long, in milliseconds, the drawing is kept. */
const QUIET = 400;

/** A tab that is loaded anew may be faster than its former self lets go of the drawing: milliseconds. */
const PATIENCE = 400;

/** The drawing that this tab has, and what it wrote in the address for it. */
interface Marker {
  readonly id: string;
  readonly fragment: string;
}

/** A link that holds a document, and not just the name of a panel. */
function holdsDocument(fragment: string): boolean {
  return fragment.includes("/");
}

function markerOf(text: string | null): Marker | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null) return undefined;
    const { id, fragment } = value as Partial<Record<keyof Marker, unknown>>;
    return typeof id === "string" && typeof fragment === "string" ? { id, fragment } : undefined;
  } catch {
    return undefined;
  }
}

const MARKER = "lossfield-drawing";

/** The drawing as a page left it that may not have had the time to put it away. */
const LEFT = "lossfield-left";

interface Left {
  readonly id: string;
  readonly leftAt: number;
  readonly kept: Kept;
  /** Digests of the pixels of opened files. */
  readonly rasters: string[];
}

/** The drawing of this id as the page before this one left it, once, unless it was put away later than that. */
function takeLeft(id: string, savedAt: number): Left | undefined {
  const text = recallInTab(LEFT);
  forgetInTab(LEFT);
  try {
    const left = JSON.parse(text ?? "null") as Left | null;
    if (left?.id !== id || !(left.leftAt > savedAt)) return undefined;
    return Array.isArray(left.kept.steps) && Array.isArray(left.rasters) ? left : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps the drawing of this tab over a reload, a crash and a closed tab, and finds the one to begin with. A drawing belongs
 * to at most one tab at a time.
 */
export class Keeper {
  /** The drawing of this tab, as far as the engine has told. */
  kept: Kept | undefined;
  /** Id of the drawing of this tab. */
  id = newId();
  #fragment = "";
  #title = "";
  /** Pixels of opened files that it needs, by their digests. */
  rasters = new Map<string, Uint8Array>();
  /** A link that is to be opened as a new drawing, or a panel that is to be opened with the one that was kept. */
  #toOpen: string | undefined;
  #release: Release | undefined;
  /** Whether there is something that is not put there yet. */
  #owes = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #claims: Claims = newClaims();
  readonly #shelf: Shelf;

  constructor(tell: (trouble: ShelfTrouble) => void) {
    let told = false;
    this.#shelf = new Shelf((trouble) => {
      // Once is enough: all else works as before.
      if (!told) tell(trouble);
      told = true;
    });
    addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.save();
    });
    addEventListener("pagehide", () => {
      this.#leave();
      this.save();
      this.#release?.();
      this.#release = undefined;
    });
    addEventListener("pageshow", ({ persisted }) => {
      // Meanwhile another tab may have taken it, and goes on with it.
      if (persisted) void this.#takeAgain();
    });
  }

  /** What a new engine begins with, or is brought up to date with. */
  get beginning(): Beginning {
    return { kept: this.kept, fragment: this.#toOpen, rasters: [...this.rasters.values()] };
  }

  /**
   * Finds what this tab begins with, by what stands behind `#` in its address, and by the drawing that was made there, if it
   * is loaded again. Gives the drawing that a link keeps it from going on with.
   */
  async begin(fragment: string, again: string | undefined): Promise<Earlier | undefined> {
    const marker = markerOf(recallInTab(MARKER));
    const isOwn = fragment === marker?.fragment || !holdsDocument(fragment);
    const former = again ?? (isOwn ? marker?.id : undefined);
    // By the time that one comes back to it, what was left has long been put away.
    if (former === undefined) forgetInTab(LEFT);
    const drawing = await this.#find(fragment, former);
    const isLink = holdsDocument(fragment);
    if (!drawing) {
      await this.#takeNew();
      this.#toOpen = fragment;
      // Over a reload it has been said already.
      return isLink && former === undefined ? this.#earlier(marker?.id) : undefined;
    }
    this.kept = drawing.kept;
    this.rasters = new Map(await this.#shelf.rasters(drawing.rasters));
    this.#title = drawing.title;
    if (!isLink && fragment !== "") this.#toOpen = fragment;
    return undefined;
  }

  /** The drawing to go on with, if there is one. It is this tab's then, or this tab has a copy of it. */
  async #find(fragment: string, former: string | undefined): Promise<Drawing | undefined> {
    if (former !== undefined) {
      const taken = await this.#take(former, PATIENCE);
      const drawing = await this.#shelf.drawing(former);
      // A tab that was duplicated has the marks of the other, which keeps the drawing.
      if (!taken) await this.#takeNew();
      const left = takeLeft(former, drawing?.savedAt ?? 0);
      if (left) {
        this.#owes = true;
        const found = drawing ?? { savedAt: 0, title: "", fragment };
        return { ...found, id: this.id, kept: left.kept, rasters: left.rasters };
      }
      if (drawing) return drawing;
    }
    const ids = holdsDocument(fragment)
      ? await this.#shelf.idsOf(fragment)
      : await this.#shelf.ids();
    for (const id of ids) {
      if (!(await this.#take(id, 0))) continue;
      const drawing = await this.#shelf.drawing(id);
      if (drawing) return drawing;
    }
    return undefined;
  }

  /** The drawing that this tab had, or else the latest that no tab has. */
  async #earlier(own: string | undefined): Promise<Earlier | undefined> {
    const ids = await this.#shelf.ids();
    if (own !== undefined && ids.includes(own)) ids.unshift(own);
    for (const id of ids) {
      // The page before this one may be slow to let go of it.
      const release = await this.#claims.claim(id, id === own ? PATIENCE : 0);
      if (!release) continue;
      release();
      const drawing = await this.#shelf.drawing(id);
      if (drawing) return { id, savedAt: drawing.savedAt };
    }
    return undefined;
  }

  /** Makes a drawing this tab's, if no other tab has it, in place of the one it had. */
  async #take(id: string, patience: number): Promise<boolean> {
    const release = await this.#claims.claim(id, patience);
    if (!release) return false;
    this.#release?.();
    this.#release = release;
    this.id = id;
    return true;
  }

  async #takeAgain(): Promise<void> {
    if (!(await this.#take(this.id, 0))) await this.#takeNew();
  }

  async #takeNew(): Promise<void> {
    const id = newId();
    // Where there are no claims at all, a new one is this tab's all the same.
    if (!(await this.#take(id, 0))) this.id = id;
    this.#mark();
  }

  /** The engine says what has changed of the document, and which pixels came with it. */
  follow(
    change: KeptChange | undefined,
    rasters: readonly { digest: string; bytes: Uint8Array }[],
  ): void {
    for (const { digest, bytes } of rasters) this.rasters.set(digest, bytes);
    // From the first answer on, what was to be opened is part of what is kept.
    this.#toOpen = undefined;
    if (!change) return;
    this.kept = follow(this.kept, change);
    this.#owe();
    // Pixels are too large for what the tab remembers: they are put away before the page can go.
    if (rasters.length > 0) this.save();
  }

  /** The address has another link, and the document another title. */
  set(fragment: string, title: string): void {
    if (fragment === this.#fragment && title === this.#title) return;
    this.#fragment = fragment;
    this.#title = title;
    this.#mark();
    this.#owe();
  }

  #mark(): void {
    rememberInTab(MARKER, JSON.stringify({ id: this.id, fragment: this.#fragment }));
  }

  #owe(): void {
    this.#owes = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.save();
    }, QUIET);
  }

  /** What is not put away yet when the page goes may come too late for the one that is loaded next: the tab remembers it. */
  #leave(): void {
    // A page that comes back from the browser's cache may have left one before, which is old by now.
    forgetInTab(LEFT);
    if (!this.#owes || !this.kept || this.kept.steps.length === 0) return;
    const left: Left = {
      id: this.id,
      leftAt: Date.now(),
      kept: this.kept,
      rasters: [...this.rasters.keys()],
    };
    rememberInTab(LEFT, JSON.stringify(left));
  }

  /** Keeps the drawing now. One that nothing was done to is none: its address has it all. */
  save(): void {
    if (!this.#owes || !this.kept || this.kept.steps.length === 0) return;
    const drawing = {
      id: this.id,
      savedAt: Date.now(),
      title: this.#title,
      fragment: this.#fragment,
      kept: this.kept,
      rasters: [...this.rasters.keys()],
    };
    this.#owes = !this.#shelf.put(drawing, this.rasters);
  }

  /** Removes the oldest drawings where there are too many, and pixels that none needs. */
  async tidy(): Promise<void> {
    for (const id of await this.#shelf.surplus()) {
      const release = await this.#claims.claim(id, 0);
      if (!release) continue;
      await this.#shelf.remove(id);
      release();
    }
    await this.#shelf.sweep();
  }

  /** Goes to another drawing: the page begins anew with it. The present one is kept. */
  async goTo(id: string): Promise<void> {
    const drawing = await this.#shelf.drawing(id);
    if (!drawing) return;
    this.save();
    rememberInTab(MARKER, JSON.stringify({ id, fragment: drawing.fragment }));
    history.replaceState(null, "", `#${drawing.fragment}`);
    location.reload();
  }
}
