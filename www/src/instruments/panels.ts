import type { Component } from "svelte";
import type { Lossfield } from "../state.svelte.ts";
import Advisor from "./Advisor.svelte";
import Batch from "./Batch.svelte";
import Descent from "./Descent.svelte";
import Focal from "./Focal.svelte";
import Gradients from "./Gradients.svelte";
import Imbalance from "./Imbalance.svelte";
import Lovasz from "./Lovasz.svelte";
import Metrics from "./Metrics.svelte";

/** What each instrument of the catalogue is shown with. */
export const panels: Readonly<Record<string, Component<{ app: Lossfield }>>> = {
  focal: Focal,
  lovasz: Lovasz,
  descent: Descent,
  imbalance: Imbalance,
  batch: Batch,
  metrics: Metrics,
  gradients: Gradients,
  advisor: Advisor,
};
