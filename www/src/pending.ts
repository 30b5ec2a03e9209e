import type { Command } from "../pkg/lossfield.js";

/** What a command sets as a whole; nothing where it does something else. */
function setBy(command: Command): string | undefined {
  switch (command.kind) {
    case "look":
    case "settle":
    case "adjust":
    case "softenTruth":
    case "setView":
    case "setTools":
    case "setCards":
    case "setPanel":
      return command.kind;
    case "setLoss":
    case "setPanelState":
      return `${command.kind} ${command.id}`;
  }
  return undefined;
}

/** Adds a command to those that wait: points of one stroke gather, what is set takes the place of what was set before. */
export function merged(waiting: Command[], command: Command): Command[] {
  // What the hand does changes no value, so that an older one anywhere can go; all else only right before, since what is
  // painted in between depends on it.
  const others = command.kind === "look" ? waiting.filter(({ kind }) => kind !== "look") : waiting;
  const last = others.at(-1);
  if (last === undefined) return [command];
  if (command.kind === "extendStroke" && last.kind === "extendStroke") {
    const points = [...last.points, ...command.points];
    return [...others.slice(0, -1), { kind: "extendStroke", points }];
  }
  const set = setBy(command);
  const overwrites = set !== undefined && set === setBy(last);
  return [...(overwrites ? others.slice(0, -1) : others), command];
}

/** Commands that a stroke goes on through; all others end it. */
const THROUGH_STROKES: ReadonlySet<Command["kind"]> = new Set([
  "look",
  "settle",
  "setView",
  "setTools",
  "setPanel",
  "setPanelState",
]);

/**
 * What of a stroke is under way after these commands: its beginning and its points so far, which are part of no document
 * before it ends.
 */
export function strokeAfter(stroke: Command[], commands: readonly Command[]): Command[] {
  let now = stroke;
  for (const command of commands) {
    if (command.kind === "beginStroke") now = [command];
    else if (command.kind === "extendStroke") now = now.length > 0 ? merged(now, command) : now;
    else if (!THROUGH_STROKES.has(command.kind)) now = [];
  }
  return now;
}
