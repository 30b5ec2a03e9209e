/** What the page may load and do. The page itself has it in a `<meta>`, so that it holds on any static host. */
const POLICY = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "connect-src": "'self'",
  "worker-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "require-trusted-types-for": "'script'",
  // Svelte's for its templates, and the page's own of `src/trusted.ts`.
  "trusted-types": "svelte-trusted-html lossfield",
};

export const CONTENT_SECURITY_POLICY = Object.entries(POLICY)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join("; ");

/** What a host should send with every answer. */
export const HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // All of it is public, and a frame without an origin of its own could not load the page's module otherwise.
  "Access-Control-Allow-Origin": "*",
};

/**
 * How long a browser may keep an answer: files that carry a digest in their name for ever, all others not without asking.
 *
 * @param {string} path
 */
export function cacheControl(path) {
  return path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}
