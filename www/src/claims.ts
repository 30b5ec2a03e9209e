/** Gives a drawing back to whoever wants it next. */
export type Release = () => void;

/** Which tab has which drawing: no two tabs have one. */
export interface Claims {
  /** Takes a drawing for this tab, waiting so many milliseconds for another to let go of it; nothing if none does. */
  claim(id: string, patience: number): Promise<Release | undefined>;
}

const NAME = "lossfield-drawing-";

/** By the browser's own locks, which end with their tab however it ends. */
class LockClaims implements Claims {
  claim(id: string, patience: number): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const options: LockOptions =
        patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((release) => {
          resolve(release);
        });
      };
      // It rejects when the patience is at its end, and in a frame that may keep nothing.
      navigator.locks.request(NAME + id, options, hold).catch(() => {
        resolve(undefined);
      });
    });
  }
}

type Told = { asks: string; tab: string } | { has: string };

/** For an answer from another tab, in milliseconds. */
const ANSWER = 150;

/** Where there are no locks, as without https: whoever has a drawing says so when it is asked for. */
class ToldClaims implements Claims {
  readonly #channel = new BroadcastChannel("lossfield-drawings");
  readonly #tab = newId();
  readonly #held = new Set<string>();
  /** What this tab asks for, and what to do when another has it. */
  readonly #asking = new Map<string, () => void>();

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("has" in data) {
        this.#asking.get(data.has)?.();
        return;
      }
      // Of two that ask at a time, one goes first.
      const first = this.#asking.has(data.asks) && this.#tab < data.tab;
      if (first || this.#held.has(data.asks)) this.#tell({ has: data.asks });
    };
  }

  async claim(id: string, patience: number): Promise<Release | undefined> {
    const until = performance.now() + patience;
    for (;;) {
      const free = await this.#ask(id);
      if (free) {
        this.#held.add(id);
        return () => {
          this.#held.delete(id);
        };
      }
      if (performance.now() >= until) return undefined;
    }
  }

  #ask(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (free: boolean) => {
        clearTimeout(timer);
        this.#asking.delete(id);
        resolve(free);
      };
      const timer = setTimeout(() => {
        answer(true);
      }, ANSWER);
      this.#asking.set(id, () => {
        answer(false);
      });
      this.#tell({ asks: id, tab: this.#tab });
    });
  }

  #tell(told: Told): void {
    this.#channel.postMessage(told);
  }
}

/** In a browser that has neither, every tab is by itself and takes what is new. */
const NO_CLAIMS: Claims = { claim: () => Promise.resolve(undefined) };

export function newClaims(): Claims {
  if ("locks" in navigator) return new LockClaims();
  return "BroadcastChannel" in globalThis ? new ToldClaims() : NO_CLAIMS;
}

/** An id that no other drawing has. */
export function newId(): string {
  // `randomUUID` is there with https alone.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
