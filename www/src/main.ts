import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import "virtual:formulas.css";
import { Lossfield } from "./state.svelte.ts";

const target = document.getElementById("app");
if (target === null) throw new Error('index.html has no element with the id "app".');

const app = new Lossfield();

declare global {
  interface Window {
    /** For tests and the curious. */
    lossfield: Lossfield;
  }
}
window.lossfield = app;

mount(App, { target, props: { app } });
// It is for a page that did not come this far.
document.getElementById("fallback")?.remove();
