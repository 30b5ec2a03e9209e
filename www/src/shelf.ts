import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Kept } from "../pkg/lossfield.js";

/** A drawing as it is kept: a document with all its steps. */
export interface Drawing {
  id: string;
  /** Milliseconds since 1970. */
  savedAt: number;
  title: string;
  /** What the address had behind `#`. */
  fragment: string;
  kept: Kept;
  /** Digests of the pixels of opened files. */
  rasters: string[];
}

/** Pixels of opened files by their digests, in an encoding that only the engine reads. */
export type Rasters = ReadonlyMap<string, Uint8Array>;

/** Why nothing is kept. */
export type ShelfTrouble =
  /** The browser does not allow it here. */
  | "forbidden"
  /** There is no room. */
  | "full"
  /** Another tab has a newer Lossfield, which keeps drawings in another way. */
  | "newer"
  /** It does not answer. */
  | "silent"
  /** Something else, as the browser says it. */
  | { other: string };

interface Schema extends DBSchema {
  drawings: {
    key: string;
    value: Drawing;
    indexes: { savedAt: number; fragment: string };
  };
  rasters: { key: string; value: Uint8Array };
}

type Database = IDBPDatabase<Schema>;

const NAME = "lossfield";
const VERSION = 1;

/** Drawings that are kept; the oldest beyond them go. */
const MOST_DRAWINGS = 20;

/** For the storage to open, in milliseconds; then the page starts without. */
const PATIENCE = 3000;

function troubleOf(error: unknown): ShelfTrouble {
  if (!(error instanceof DOMException)) {
    // No storage at all is no exception of the storage.
    return error instanceof TypeError || error instanceof ReferenceError
      ? "forbidden"
      : { other: String(error) };
  }
  switch (error.name) {
    case "QuotaExceededError":
      return "full";
    case "VersionError":
      return "newer";
    case "SecurityError":
    case "InvalidStateError":
    case "NotAllowedError":
      return "forbidden";
  }
  return { other: error.message };
}

/** Where drawings lie, in the browser. Nothing here throws: what goes wrong is told, and gives nothing. */
export class Shelf {
  #opening: Promise<Database | undefined> | undefined;
  /** Open, so that something can be put there before the page is gone. */
  #database: Database | undefined;
  /** Digests of pixels that lie there because this tab's drawing needs them. */
  readonly #there = new Set<string>();
  readonly #tell: (trouble: ShelfTrouble) => void;

  constructor(tell: (trouble: ShelfTrouble) => void) {
    this.#tell = tell;
  }

  /** Opens it, unless it is open or that was in vain. */
  async open(): Promise<boolean> {
    this.#opening ??= this.#opened();
    return (await this.#opening) !== undefined;
  }

  async #opened(): Promise<Database | undefined> {
    const opening = this.#openedWhenever();
    const patience = new Promise<"silent">((resolve) => {
      setTimeout(resolve, PATIENCE, "silent");
    });
    const database = await Promise.race([opening, patience]);
    if (database !== "silent") return database;
    this.#tell("silent");
    return undefined;
  }

  async #openedWhenever(): Promise<Database | undefined> {
    try {
      const database = await openDB<Schema>(NAME, VERSION, {
        upgrade: (made) => {
          const drawings = made.createObjectStore("drawings", { keyPath: "id" });
          drawings.createIndex("savedAt", "savedAt");
          drawings.createIndex("fragment", "fragment");
          made.createObjectStore("rasters");
        },
        // A newer Lossfield wants to change the storage: this one must let go of it.
        blocking: () => {
          this.#database?.close();
          this.#database = undefined;
          this.#tell("newer");
        },
        // As when the person clears it: what comes next is put into a new one.
        terminated: () => {
          this.#database = undefined;
          this.#opening = undefined;
          this.#there.clear();
        },
      });
      this.#database = database;
      return database;
    } catch (error) {
      this.#tell(troubleOf(error));
      return undefined;
    }
  }

  /** Does something with it, if it is there. */
  async #with<T>(use: (database: Database) => Promise<T>): Promise<T | undefined> {
    await this.open();
    if (!this.#database) return undefined;
    try {
      return await use(this.#database);
    } catch (error) {
      this.#tell(troubleOf(error));
      return undefined;
    }
  }

  drawing(id: string): Promise<Drawing | undefined> {
    return this.#with((database) => database.get("drawings", id));
  }

  /** Ids of all drawings, the latest first. */
  async ids(): Promise<string[]> {
    const ids = await this.#with((database) => database.getAllKeysFromIndex("drawings", "savedAt"));
    return (ids ?? []).reverse();
  }

  /** Ids of those drawings that the address had this for. */
  async idsOf(fragment: string): Promise<string[]> {
    const ids = await this.#with((database) =>
      database.getAllKeysFromIndex("drawings", "fragment", fragment),
    );
    return ids ?? [];
  }

  /** Those pixels of a drawing that are there. */
  async rasters(digests: readonly string[]): Promise<Rasters> {
    const pairs = await this.#with((database) =>
      Promise.all(
        digests.map(async (digest) => [digest, await database.get("rasters", digest)] as const),
      ),
    );
    const rasters = new Map<string, Uint8Array>();
    for (const [digest, bytes] of pairs ?? []) {
      if (bytes) rasters.set(digest, bytes);
    }
    return rasters;
  }

  /**
   * Puts a drawing there, with those of its pixels that are not there yet. All is asked for before this returns, so that it
   * is done even if the page is about to go. Gives whether it could be asked for.
   */
  put(drawing: Drawing, rasters: Rasters): boolean {
    if (!this.#database) {
      // It may open later.
      void this.open();
      return false;
    }
    const missing = [...rasters].filter(([digest]) => !this.#there.has(digest));
    try {
      const transaction = this.#database.transaction(["drawings", "rasters"], "readwrite", {
        durability: "relaxed",
      });
      // The transaction as a whole says what goes wrong.
      const ignore = () => undefined;
      transaction.done.then(() => {
        for (const [digest] of missing) this.#there.add(digest);
      }, this.#failed);
      transaction.objectStore("drawings").put(drawing).catch(ignore);
      const store = transaction.objectStore("rasters");
      for (const [digest, bytes] of missing) store.put(bytes, digest).catch(ignore);
      transaction.commit();
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  readonly #failed = (error: unknown): void => {
    this.#tell(troubleOf(error));
  };

  /** Removes a drawing. */
  async remove(id: string): Promise<void> {
    await this.#with((database) => database.delete("drawings", id));
  }

  /** Ids of the oldest drawings, of which there are too many. */
  async surplus(): Promise<string[]> {
    return (await this.ids()).slice(MOST_DRAWINGS);
  }

  /** Removes pixels that no drawing needs. */
  async sweep(): Promise<void> {
    await this.#with(async (database) => {
      const transaction = database.transaction(["drawings", "rasters"], "readwrite");
      const needed = new Set<string>();
      for await (const { value } of transaction.objectStore("drawings")) {
        for (const digest of value.rasters) needed.add(digest);
      }
      const store = transaction.objectStore("rasters");
      for (const digest of await store.getAllKeys()) {
        if (!needed.has(digest)) void store.delete(digest);
      }
      await transaction.done;
    });
  }
}
