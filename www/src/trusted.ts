import formulas from "virtual:formulas";
import engineUrl from "./worker.ts?worker&url";
import laboratoryUrl from "./laboratory.worker.ts?worker&url";
import setUrl from "./set.worker.ts?worker&url";

/** What the rest of the page calls a string is to the browser an object that only a policy makes. */
interface Policy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    /** Not in every browser. */
    readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

/** Lets a string pass that was made when the page was built, and no other. */
function oneOf(known: readonly string[]): (text: string) => string {
  const built = new Set(known);
  return (text) => {
    if (!built.has(text)) throw new TypeError("The page was built without this text.");
    return text;
  };
}

const rules: Policy = {
  createHTML: oneOf(Object.values(formulas)),
  createScriptURL: oneOf([engineUrl, laboratoryUrl, setUrl]),
};

/** The one policy of the page's own, named in `www/headers.js`. */
const policy = window.trustedTypes?.createPolicy("lossfield", rules) ?? rules;

/** MathML of a formula of the catalogue. */
export function mathml(tex: string): string {
  return policy.createHTML(formulas[tex] ?? "");
}

export const engineScript = policy.createScriptURL(engineUrl);
export const laboratoryScript = policy.createScriptURL(laboratoryUrl);
export const setScript = policy.createScriptURL(setUrl);
