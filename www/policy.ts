import type { Plugin } from "vite";
import { CONTENT_SECURITY_POLICY } from "./headers.js";

/** Writes the content security policy into the built page. `vite dev` works with inline scripts, which it forbids. */
export function policy(): Plugin {
  return {
    name: "lossfield-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}
