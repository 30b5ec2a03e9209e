import init from "../pkg/lossfield.js";

/** What a worker or the page cannot do without. */
export type Missing = "webAssembly" | "module";

/** Something that is missing, with what the browser says of it. */
export class LoadError extends Error {
  override readonly name = "LoadError";

  constructor(
    readonly missing: Missing,
    detail: string,
  ) {
    super(detail);
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Makes an instance of the module, once in each worker and once on the page. `tries` have failed before: then a copy in
 * the browser's cache is not trusted, which may be what is broken. Rejects with a `LoadError`.
 */
export async function load(tries: number): Promise<void> {
  if (!("WebAssembly" in globalThis)) throw new LoadError("webAssembly", "");
  try {
    const url = new URL("../pkg/lossfield_bg.wasm", import.meta.url);
    const response = await fetch(url, { cache: tries === 0 ? "default" : "reload" });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    await init({ module_or_path: response });
  } catch (error) {
    throw new LoadError("module", messageOf(error));
  }
}
