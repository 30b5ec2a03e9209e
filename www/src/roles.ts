import type { Plane } from "./state.svelte.ts";

/** Kinds of files that are read, for the dialog of the browser. */
export const READABLE =
  ".png,.jpg,.jpeg,.webp,.tif,.tiff,.bmp,.npy,.npz,.csv,.txt,.json,image/png,image/jpeg,image/webp,image/tiff,image/bmp";

/** Pictures that are laid beneath the masks, for the dialog of the browser. */
export const PICTURES =
  ".png,.jpg,.jpeg,.webp,.tif,.tiff,.bmp,image/png,image/jpeg,image/webp,image/tiff,image/bmp";

/** Files of weights, for the dialog of the browser. */
export const WEIGHTS = ".npy,.npz,.csv,.txt,.png,.tif,.tiff,image/png,image/tiff";

/** What a file is for: a plane, or the picture beneath both. */
export type Role = Plane | "picture";

const ROLES: readonly Role[] = ["truth", "prediction", "picture"];

/** Words in file names that say what a file is. */
const WORDS: readonly (readonly [Role, RegExp])[] = [
  [
    "prediction",
    /(^|[^a-z])(pred|prediction|prob|probs|probabilities|logits?|output|outputs|out|softmax|argmax)([^a-z]|$)/i,
  ],
  [
    "truth",
    /(^|[^a-z])(gt|truth|mask|masks|label|labels|labelids|target|annotation|ann|trainids)([^a-z]|$)/i,
  ],
  [
    "picture",
    /(^|[^a-z])(image|images|img|photo|picture|scan|leftimg8bit|rgb|input|original)([^a-z]|$)/i,
  ],
];

const JPEG = /\.jpe?g$/i;

/** What a file is by its name; nothing where the name does not say. */
function roleOf(name: string): Role | undefined {
  const stem = name.replace(/\.[^.]*$/, "");
  return WORDS.find(([, words]) => words.test(stem))?.[0];
}

/**
 * What each of several files is that come at once: what its name says; a JPEG that says nothing beside files of other kinds is
 * a photograph; and of those that still say nothing the first is a truth where no other is, and the next a prediction. The
 * truth comes first, so that the prediction is read for it, and the picture last, for their size.
 */
export function assigned(files: readonly File[]): { role: Role; file: File }[] {
  const isLossless = files.some(({ name }) => !JPEG.test(name));
  const said = files.map((file) => ({
    file,
    role: roleOf(file.name) ?? (isLossless && JPEG.test(file.name) ? "picture" : undefined),
  }));
  const free = ROLES.filter((role) => !said.some((known) => known.role === role));
  const all = said.map(({ file, role }) => ({ file, role: role ?? free.shift() ?? "truth" }));
  return ROLES.flatMap((role) => all.filter((known) => known.role === role));
}

/** Whether three files are one image's: its truth, its prediction, and the picture that they are of. */
export function areOneImage(files: readonly File[]): boolean {
  const roles = assigned(files).map(({ role }) => role);
  return roles.length === ROLES.length && ROLES.every((role, at) => roles[at] === role);
}
