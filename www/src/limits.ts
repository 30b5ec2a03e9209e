/** Milliseconds that workers are given. Tests shorten them through `window.lossfield.limits`. */
export interface Limits {
  /** Between two looks at whether a worker still answers. */
  beat: number;
  /** For the engine to answer while nothing is asked of it. */
  silence: number;
  /** For the engine to answer an edit. */
  busy: number;
  /** For the engine to load and to reopen what was kept; for the laboratory to make a step. */
  start: number;
  /** For a worker of a set to evaluate a pair. */
  pair: number;
  /** Before what could not be loaded is tried once more; each time after that twice as long. */
  retry: number;
}

export const limits: Limits = {
  beat: 1000,
  silence: 4000,
  busy: 10_000,
  start: 30_000,
  pair: 120_000,
  retry: 500,
};

/** The longest pause before a further try, in first ones: 8 s of them. */
const LONGEST = 16;

/** The pause before a further try, `tries` of them having failed. */
export function backOff(tries: number): number {
  return limits.retry * Math.min(2 ** (tries - 1), LONGEST);
}
