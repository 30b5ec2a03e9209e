import { readFileSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import temml from "temml";
import type { Plugin } from "vite";

const MODULE_ID = "virtual:formulas";
const RESOLVED_ID = "\0" + MODULE_ID;
/** Vite takes it for a style sheet by its ending. */
const STYLES_ID = "virtual:formulas.css";

const GLUE_PATH = fileURLToPath(new URL("./pkg/lossfield.js", import.meta.url));
const WASM_PATH = fileURLToPath(new URL("./pkg/lossfield_bg.wasm", import.meta.url));

/** What this file needs of a loss in the catalogue. */
interface LossFormulas {
  readonly id: string;
  readonly formulas: readonly { readonly tex: string }[];
}

/** What this file needs of the wasm package. */
interface CataloguePackage {
  initSync(options: { module: Uint8Array }): unknown;
  catalogue?(): { losses: readonly LossFormulas[] };
}

/** The losses of the built wasm package, asked of the package itself. */
async function lossesFromPackage(): Promise<readonly LossFormulas[]> {
  let builtAt: number;
  try {
    builtAt = statSync(WASM_PATH).mtimeMs;
  } catch {
    throw new Error(`${WASM_PATH} is not there: run \`make build-wasm\` first.`);
  }
  // Node caches modules by address: the query makes a rebuilt package a new module.
  const address = `${pathToFileURL(GLUE_PATH).href}?built=${builtAt}`;
  const lossfield = (await import(address)) as CataloguePackage;
  lossfield.initSync({ module: readFileSync(WASM_PATH) });
  const losses = lossfield.catalogue?.().losses;
  if (losses === undefined) {
    throw new Error(`${GLUE_PATH} exports no \`catalogue()\` with \`losses\`.`);
  }
  return losses;
}

/** A formula that Temml cannot read stops the build, and its loss is named. */
function mathmlFromTex(tex: string, lossId: string): string {
  try {
    return temml.renderToString(tex, { displayMode: true, throwOnError: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`A formula of the loss "${lossId}" is not valid TeX: ${tex}\n${reason}`, {
      cause: error,
    });
  }
}

/** Gives classes to what Temml writes as inline styles, which the policy of the page forbids. */
class StyleSheet {
  readonly #classes = new Map<string, string>();

  /** The same markup, with classes. */
  withClasses(mathml: string): string {
    return mathml.replaceAll(/<\w+[^>]* style="[^>]*>/g, (tag) => {
      const [, styles = ""] = / style="([^"]*)"/.exec(tag) ?? [];
      const [, own = ""] = / class="([^"]*)"/.exec(tag) ?? [];
      const classes = `${own} ${this.#classOf(styles)}`.trim();
      const bare = tag.replaceAll(/ (?:style|class)="[^"]*"/g, "");
      return bare.replace(/^<\w+/, (name) => `${name} class="${classes}"`);
    });
  }

  get css(): string {
    const rules = [...this.#classes].map(([styles, name]) => `.${name} { ${styles} }`);
    return rules.join("\n");
  }

  #classOf(styles: string): string {
    const known = this.#classes.get(styles) ?? `formula-${this.#classes.size}`;
    this.#classes.set(styles, known);
    return known;
  }
}

/** The MathML of every formula by its TeX, and the styles of all. */
async function rendered(): Promise<{ mathmlByTex: Record<string, string>; css: string }> {
  const sheet = new StyleSheet();
  const mathmlByTex: Record<string, string> = {};
  for (const loss of await lossesFromPackage()) {
    for (const { tex } of loss.formulas) {
      mathmlByTex[tex] = sheet.withClasses(mathmlFromTex(tex, loss.id));
    }
  }
  return { mathmlByTex, css: sheet.css };
}

/**
 * Serves `virtual:formulas`: the MathML of every formula in the catalogue, by its TeX, with `virtual:formulas.css`. It is
 * rendered at build time, so the page carries no TeX engine and the formulas stand in Rust, next to
 * the code they describe.
 */
export function formulas(): Plugin {
  return {
    name: "lossfield-formulas",
    resolveId: (id) => {
      if (id === STYLES_ID) return STYLES_ID;
      return id === MODULE_ID ? RESOLVED_ID : undefined;
    },
    async load(id) {
      if (id !== RESOLVED_ID && id !== STYLES_ID) return undefined;
      this.addWatchFile(WASM_PATH);
      const { mathmlByTex, css } = await rendered();
      return id === STYLES_ID ? css : `export default ${JSON.stringify(mathmlByTex)};`;
    },
  };
}
