import type { Plane } from "./state.svelte.ts";

/** Kinds of files that are read, for the dialog of the browser. */
export const READABLE =
  ".png,.jpg,.jpeg,.webp,.tif,.tiff,.bmp,.npy,.npz,.csv,.txt,.json,image/png,image/jpeg,image/webp,image/tiff,image/bmp";

/** Words in file names that say what a file is. */
const WORDS: readonly (readonly [Plane, RegExp])[] = [
  [
    "prediction",
    /(^|[^a-z])(pred|prediction|prob|probs|probabilities|logits?|output|outputs|out|softmax|argmax)([^a-z]|$)/i,
  ],
  [
    "truth",
    /(^|[^a-z])(gt|truth|mask|masks|label|labels|labelids|target|annotation|ann|trainids)([^a-z]|$)/i,
  ],
];

/** What a file is by its name; nothing where the name does not say. */
function planeOf(name: string): Plane | undefined {
  const stem = name.replace(/\.[^.]*$/, "");
  return WORDS.find(([, words]) => words.test(stem))?.[0];
}

/**
 * What each of several files is that come at once: what its name says, and of those that say nothing the first is a truth
 * where no other is, and the next a prediction. The truth comes first, so that the prediction is read for it.
 */
export function assigned(files: readonly File[]): { plane: Plane; file: File }[] {
  const said = files.map((file) => ({ file, plane: planeOf(file.name) }));
  const free = (["truth", "prediction"] as const).filter(
    (plane) => !said.some((known) => known.plane === plane),
  );
  const all = said.map(({ file, plane }) => ({ file, plane: plane ?? free.shift() ?? "truth" }));
  return [
    ...all.filter(({ plane }) => plane === "truth"),
    ...all.filter(({ plane }) => plane === "prediction"),
  ];
}
