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
