import type { Page, Route, Worker } from "@playwright/test";
import { type App, expect } from "./fixtures.ts";

// Faults of browsers, networks and engines, caused for real.

/** The worker of the engine: the last that the page started. */
export function engineOf(page: Page): Worker {
  const worker = page.workers().findLast((one) => one.url().includes("/worker-"));
  if (!worker) throw new Error("the page has no engine");
  return worker;
}

export function laboratoryOf(page: Page): Worker {
  const worker = page.workers().findLast((one) => one.url().includes("/laboratory"));
  if (!worker) throw new Error("the page has no laboratory");
  return worker;
}

/** Throws in a worker, outside of anything that would catch it. */
export async function throwIn(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error("gone");
    });
  });
}

/** The worker ends itself; the page is told nothing by the browser. */
export async function close(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    self.close();
  });
}

/** The worker hears nothing for so many milliseconds, from now on. */
export async function loop(worker: Worker, milliseconds: number): Promise<void> {
  await worker.evaluate((length) => {
    setTimeout(() => {
      for (const end = performance.now() + length; performance.now() < end;);
    });
  }, milliseconds);
}

/** Takes all memory that the browser has for pixels, and whatever is given back, until its worker is gone. */
export async function takeMemory(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    const taken: ArrayBuffer[] = [];
    const take = () => {
      for (let size = 2 ** 30; size >= 2 ** 10;) {
        try {
          taken.push(new ArrayBuffer(size));
        } catch {
          size /= 2;
        }
      }
    };
    take();
    setInterval(take, 5);
  });
}

/** A wasm file in which whatever refers to a text of its data traps. Throws where the file has no such place. */
export function trapAt(wasm: Buffer, text: string): Buffer {
  const address = addressOf(wasm, text);
  const code = sectionsOf(wasm).find(({ id }) => id === 10);
  if (!code) throw new Error("the wasm file has no code");
  // `i32.const address`: in its place `unreachable`, and nothing for the rest.
  const reference = Buffer.from([0x41, ...leb(address)]);
  const trap = Buffer.alloc(reference.length, 0x01).fill(0x00, 0, 1);
  const patched = Buffer.from(wasm);
  let places = 0;
  for (let at = patched.indexOf(reference, code.start); at >= 0 && at < code.end; places += 1) {
    trap.copy(patched, at);
    at = patched.indexOf(reference, at);
  }
  if (places === 0) throw new Error(`nothing in the wasm file refers to "${text}"`);
  return patched;
}

interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

function readLeb(
  bytes: Buffer,
  at: number,
  signed = false,
): readonly [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at);
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte >= 0x80) continue;
    if (signed && byte & 0x40) value -= 2 ** (shift + 7);
    return [value, at];
  }
}

/** A signed LEB128, as wasm has constants. */
function leb(value: number): number[] {
  const bytes = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

function sectionsOf(wasm: Buffer): Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < wasm.length;) {
    const id = wasm.readUInt8(at);
    const [size, start] = readLeb(wasm, at + 1);
    at = start + size;
    sections.push({ id, start, end: at });
  }
  return sections;
}

/** Where in memory a text of the data lies. */
function addressOf(wasm: Buffer, text: string): number {
  const data = sectionsOf(wasm).find(({ id }) => id === 11);
  if (!data) throw new Error("the wasm file has no data");
  let [segments, at] = readLeb(wasm, data.start);
  for (; segments > 0; segments -= 1) {
    // Active segments of the only memory: a kind of 0, `i32.const offset`, `end`, and the bytes.
    const [kind, expression] = readLeb(wasm, at);
    if (kind !== 0) throw new Error(`a segment of data is of kind ${kind}`);
    const [offset, end] = readLeb(wasm, expression + 1, true);
    const [size, start] = readLeb(wasm, end + 1);
    at = start + size;
    const within = wasm.subarray(start, at).indexOf(text);
    if (within >= 0) return offset + within;
  }
  throw new Error(`the wasm file has no text "${text}"`);
}

/** From now on the wasm file has a trap wherever it refers to a text. */
export async function serveTrap(page: Page, text: string): Promise<void> {
  await page.context().route("**/*.wasm", async (route: Route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: trapAt(await response.body(), text) });
  });
}

/** What limits tests shorten, in milliseconds. */
export async function shorten(
  page: Page,
  limits: Partial<Record<"beat" | "silence" | "busy" | "start" | "retry", number>>,
): Promise<void> {
  await page.evaluate((shorter) => {
    Object.assign(window.lossfield.limits, shorter);
  }, limits);
}

export async function expectBack(app: App): Promise<void> {
  await expect(app.messages).toContainText("The engine is back, and so is your scene.");
}
