import { test } from "@playwright/test";
import { buildReplay } from "./native.ts";

// Once, so that no other test waits for a compiler.
test("the native replay is built", () => {
  test.setTimeout(600_000);
  buildReplay();
});
