/**
 * An error by which the module says no and is as good as before. After any other, whatever its type, the instance is of
 * no more use: a trap unwinds nothing.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === "Refusal";
}
