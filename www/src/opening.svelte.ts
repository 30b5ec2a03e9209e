import type { FileChoice, Command, Theme } from "../pkg/lossfield.js";
import type { Message, Offer, Plane } from "./state.svelte.ts";
import type { Previewed, ReadRequest } from "./protocol.ts";
import { recall, remember } from "./storage.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";

/** A file, with how it would be read. */
export interface Asked {
  readonly plane: Plane;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly preview: Previewed;
  /** Why the last change of the reading cannot be made. */
  readonly refusal: string | undefined;
}

/** What reading files needs of the page. */
export interface Host {
  readonly theme: Theme;
  /** How a file would be read, by a choice, or as one like it was read before; nothing for a saved drawing. */
  preview(request: ReadRequest): Promise<Previewed | undefined>;
  send(command: Command): void;
  say(refusal: boolean, text: string, offer?: Offer): Message["id"];
}

/** Choices that were made before, by the key of files that they are for. */
const READINGS = "lossfield-readings";
/** So many are remembered. */
const MOST_REMEMBERED = 40;

function remembered(): [string, FileChoice][] {
  try {
    const list: unknown = JSON.parse(recall(READINGS) ?? "[]");
    return Array.isArray(list) ? (list as [string, FileChoice][]) : [];
  } catch {
    return [];
  }
}

/** Opens files: what is sure goes straight in, what is not is asked about, one after the other. */
export class Opening {
  /** The file that is asked about. */
  asked = $state.raw<Asked>();
  #waiting: { plane: Plane; file: File }[] = [];
  #busy = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether a file is being read. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Takes files, in this order. */
  take(files: readonly { plane: Plane; file: File }[]): void {
    this.#waiting.push(...files);
    void this.#next();
  }

  async #next(): Promise<void> {
    if (this.#busy || this.asked) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#busy = true;
    const { plane, file } = next;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      await this.#look(plane, file.name, bytes);
    } catch {
      this.#host.say(true, TEXT.unreadable(file.name));
    }
    this.#busy = false;
    void this.#next();
  }

  /** Reads it; asks where it is not sure. */
  async #look(plane: Plane, name: string, bytes: Uint8Array): Promise<void> {
    let preview: Previewed | undefined;
    try {
      preview = await this.#host.preview({
        request: {
          plane,
          name,
          remembered: remembered(),
          theme: this.#host.theme,
        },
        bytes,
      });
    } catch (error) {
      this.#host.say(true, messageOf(error));
      return;
    }
    if (!preview) {
      this.#host.send({ kind: "open", plane, name, bytes });
      return;
    }
    if (!preview.reading.sure) {
      this.asked = { plane, name, bytes, preview, refusal: undefined };
      return;
    }
    const sure = preview;
    this.#open(plane, name, bytes, sure.reading.choice);
    this.#host.say(false, TEXT.readAs(name, sure.reading.text), {
      label: TEXT.readOtherwise,
      take: () => {
        this.asked = { plane, name, bytes, preview: sure, refusal: undefined };
      },
    });
  }

  #open(plane: Plane, name: string, bytes: Uint8Array, choice: FileChoice): void {
    this.#host.send({ kind: "open", plane, name, bytes, choice });
  }

  /** Reads the file that is asked about by another choice, or for another plane. */
  async change(to: { plane?: Plane; choice?: FileChoice }): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const plane = to.plane ?? asked.plane;
    try {
      const preview = await this.#host.preview({
        request: {
          plane,
          name: asked.name,
          ...(to.choice ? { choice: to.choice } : {}),
          remembered: [],
          theme: this.#host.theme,
        },
        bytes: asked.bytes,
      });
      if (preview && this.asked === asked)
        this.asked = { ...asked, plane, preview, refusal: undefined };
    } catch (error) {
      if (this.asked === asked) this.asked = { ...asked, refusal: messageOf(error) };
    }
  }

  /** Opens the file that is asked about as it is read now, and remembers that for the next one like it. */
  accept(): void {
    const { asked } = this;
    if (!asked) return;
    const { reading } = asked.preview;
    this.#open(asked.plane, asked.name, asked.bytes, reading.choice);
    const others = remembered().filter(([key]) => key !== reading.shapeKey);
    const all = [...others, [reading.shapeKey, reading.choice]].slice(-MOST_REMEMBERED);
    remember(READINGS, JSON.stringify(all));
    this.leave();
  }

  /** Leaves the file that is asked about. */
  leave(): void {
    this.asked = undefined;
    void this.#next();
  }
}
