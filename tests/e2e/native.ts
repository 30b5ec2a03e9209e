import { spawnSync } from "node:child_process";
import { expect } from "@playwright/test";

/** A command of the page's protocol, `src/session/command.rs`. */
export interface Command {
  kind: string;
  [field: string]: unknown;
}

/** A document with all its steps, as it is kept; its texts are the engine's. */
export interface Kept {
  opening: string;
  steps: string[];
  at: number;
  lookedAt: string;
}

/** What is kept of a drawing. */
export interface Drawing {
  kept: Kept;
  /** Bytes of the pixels of opened files. */
  rasters: number[][];
}

/** The value of every loss, by its id. */
export type Values = Record<string, number>;

const repository = new URL("../..", import.meta.url);

function cargo(args: string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync("cargo", args, {
    cwd: repository,
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error) throw new Error(`cargo does not start: ${error.message}. Is ~/.cargo/bin on PATH?`);
  if (status !== 0) throw new Error(`cargo ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}

export function buildReplay(): void {
  cargo(["build", "--quiet", "--example", "replay"]);
}

/** What the same Rust code, compiled for this machine, makes of the document. */
export function replay(drawing: Drawing): Values {
  const output = cargo(["run", "--quiet", "--example", "replay"], JSON.stringify(drawing));
  return JSON.parse(output) as Values;
}

/**
 * By how much a value of the page may differ from the native one, relatively. Same code, same order of
 * sums, but `exp` and `ln` come from another libm in wasm and may differ in the last bit of an f64. Where that
 * tips the rounding of a pixel's logit to f32, that pixel's share is off by 6e-8, and a sum over thousands
 * of pixels by less than 1e-10. A single pixel painted wrongly moves every value by 1e-7 at least.
 */
const TOLERANCE = 1e-9;

export function expectSameValues(found: Values, expected: Values): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [loss, value] of Object.entries(expected)) {
    const apart = Math.abs((found[loss] ?? NaN) - value) / Math.max(Math.abs(value), 1e-6);
    expect(
      apart,
      `${loss}: ${found[loss] ?? "nothing"} on the page, ${value} natively`,
    ).toBeLessThan(TOLERANCE);
  }
}
