import type { FileChoice, Command, PreviewRequest, Theme } from "../pkg/lossfield.js";
import type { Role } from "./roles.ts";
import type { Message, Offer, Plane } from "./state.svelte.ts";
import type { Previewed, ReadRequest } from "./protocol.ts";
import { recall, remember } from "./storage.ts";
import { TEXT } from "./text.ts";
import { messageOf } from "./wasm.ts";

/** How a file that is asked about is looked at, and what becomes of it. */
export interface Reader {
  /** Whether it can only be for the plane that it is asked about for. */
  readonly fixed: boolean;
  /** What the button says that takes it. */
  label(plane: Plane): string;
  /** How it would be read; nothing for a saved drawing. */
  preview(request: PreviewRequest): Promise<Previewed | undefined>;
  /** Takes it as it is read now. */
  take(plane: Plane, choice: FileChoice): void;
  /** Lays it beneath the masks, where it may be a picture. */
  layBeneath?: () => void;
}

/** A file, with how it would be read. */
export interface Asked {
  readonly plane: Plane;
  readonly name: string;
  readonly preview: Previewed;
  readonly reader: Reader;
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

/** Opens files: what is sure goes straight in, what is not is asked about, one after the other. */
export class Opening {
  /** The file that is asked about. */
  asked = $state.raw<Asked>();
  #waiting: { role: Role; file: File }[] = [];
  #busy = false;
  /** What this page remembers where the browser does not. */
  #own: [string, FileChoice][] = [];
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether a file is being read. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Ways in which files were read before, by their shape key. */
  get remembered(): [string, FileChoice][] {
    try {
      const list: unknown = JSON.parse(recall(READINGS) ?? "null");
      return Array.isArray(list) ? (list as [string, FileChoice][]) : this.#own;
    } catch {
      return this.#own;
    }
  }

  /** Takes files, in this order. */
  take(files: readonly { role: Role; file: File }[]): void {
    this.#waiting.push(...files);
    void this.#next();
  }

  async #next(): Promise<void> {
    if (this.#busy || this.asked) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#busy = true;
    const { role, file } = next;
    const { name } = file;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (role === "picture") this.#host.send({ kind: "openPicture", name, bytes });
      else await this.#look(role, name, bytes);
    } catch {
      this.#host.say(true, TEXT.unreadable(name));
    }
    this.#busy = false;
    void this.#next();
  }

  /** Reads it; asks where it is not sure. */
  async #look(plane: Plane, name: string, bytes: Uint8Array): Promise<void> {
    const reader: Reader = {
      fixed: false,
      label: (plane) => TEXT.reading.open(TEXT.planes[plane]),
      preview: (request) => this.#host.preview({ request, bytes }),
      take: (plane, choice) => {
        this.#host.send({ kind: "open", plane, name, bytes, choice });
      },
      layBeneath: () => {
        this.#host.send({ kind: "openPicture", name, bytes });
      },
    };
    let preview: Previewed | undefined;
    try {
      preview = await reader.preview(this.#request(plane, name));
    } catch (error) {
      this.#host.say(true, messageOf(error));
      return;
    }
    if (!preview) {
      this.#host.send({ kind: "open", plane, name, bytes });
      return;
    }
    const asked = { plane, name, preview, reader, refusal: undefined };
    if (!preview.reading.sure) {
      this.asked = asked;
      return;
    }
    reader.take(plane, preview.reading.choice);
    this.#host.say(false, TEXT.readAs(name, preview.reading.text), {
      label: TEXT.readOtherwise,
      take: () => {
        this.asked = asked;
      },
    });
  }

  /** Asks about a file for a plane that is opened elsewhere. Rejects one that cannot be read, with a sentence. */
  async ask(plane: Plane, name: string, reader: Reader): Promise<void> {
    const preview = await reader.preview(this.#request(plane, name));
    if (preview) this.asked = { plane, name, preview, reader, refusal: undefined };
  }

  #request(plane: Plane, name: string): PreviewRequest {
    return { plane, name, remembered: this.remembered, theme: this.#host.theme };
  }

  /** Reads the file that is asked about by another choice, or for another plane. */
  async change(to: { plane?: Plane; choice?: FileChoice }): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const plane = to.plane ?? asked.plane;
    try {
      const preview = await asked.reader.preview({
        plane,
        name: asked.name,
        ...(to.choice ? { choice: to.choice } : {}),
        remembered: [],
        theme: this.#host.theme,
      });
      if (preview && this.asked === asked)
        this.asked = { ...asked, plane, preview, refusal: undefined };
    } catch (error) {
      if (this.asked === asked) this.asked = { ...asked, refusal: messageOf(error) };
    }
  }

  /** Takes the file that is asked about as it is read now, and remembers that for the next one like it. */
  accept(): void {
    const { asked } = this;
    if (!asked) return;
    const { reading } = asked.preview;
    const others = this.remembered.filter(([key]) => key !== reading.shapeKey);
    const all: [string, FileChoice][] = [...others, [reading.shapeKey, reading.choice]];
    this.#own = all.slice(-MOST_REMEMBERED);
    remember(READINGS, JSON.stringify(this.#own));
    asked.reader.take(asked.plane, reading.choice);
    this.leave();
  }

  /** Lays the file that is asked about beneath the masks. */
  layBeneath(): void {
    this.asked?.reader.layBeneath?.();
    this.leave();
  }

  /** Leaves the file that is asked about. */
  leave(): void {
    this.asked = undefined;
    void this.#next();
  }
}
