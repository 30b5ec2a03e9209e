import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { compressed } from "./compressed.ts";
import { formulas } from "./formulas.ts";
import { policy } from "./policy.ts";

export default defineConfig({
  // Relative addresses, so that the built page works under any path of any host.
  base: "./",
  plugins: [formulas(), svelte(), policy(), compressed()],
  // The worker imports the wasm package by `import.meta.url`, which only a module worker has.
  worker: { format: "es" },
  build: {
    target: "es2022",
    // A wasm file inlined as base64 could not be compiled while it streams in.
    assetsInlineLimit: (path) => (path.endsWith(".wasm") ? false : undefined),
  },
  server: { host: "127.0.0.1" },
});
