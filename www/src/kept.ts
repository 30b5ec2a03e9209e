import type { Kept, KeptChange } from "../pkg/lossfield.js";

/** Takes a change over, in place: a copy of thousands of steps with each stroke would cost more with each. */
export function follow(kept: Kept | undefined, change: KeptChange): Kept {
  const followed = kept ?? { opening: "", steps: [], at: 0, lookedAt: "" };
  followed.opening = change.opening ?? followed.opening;
  followed.steps.length = Math.min(followed.steps.length, change.from);
  followed.steps.push(...change.steps);
  followed.at = change.at;
  followed.lookedAt = change.lookedAt;
  return followed;
}
