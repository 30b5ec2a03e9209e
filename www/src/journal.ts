import type { Command, Edit } from "../pkg/lossfield.js";
import type { Kept } from "./kept.ts";

/** Either sets all parameters of a loss. */
function setsLoss(command: Command): command is Extract<Command, { kind: "setLoss" | "asIn" }> {
  return command.kind === "setLoss" || command.kind === "asIn";
}

/** Whether the later of two commands in a row makes the earlier one needless. */
function overwrites(later: Command, earlier: Command): boolean {
  if (setsLoss(later)) return setsLoss(earlier) && earlier.id === later.id;
  const settles = ["show", "adjust", "softenTruth"].includes(later.kind);
  return settles && earlier.kind === later.kind;
}

/** Adds a command to those that wait: points of one stroke gather, settings take the place of older ones. */
export function merged(waiting: Command[], command: Command): Command[] {
  const last = waiting.at(-1);
  if (last === undefined) return [command];
  if (command.kind === "extendStroke" && last.kind === "extendStroke") {
    const points = [...last.points, ...command.points];
    return [...waiting.slice(0, -1), { kind: "extendStroke", points }];
  }
  // What is shown changes no value, so that an older one anywhere can go; an adjustment is part of what a
  // stroke paints, so that only one right before can.
  if (command.kind === "show") {
    return [...waiting.filter((earlier) => earlier.kind !== "show"), command];
  }
  return overwrites(command, last) ? [...waiting.slice(0, -1), command] : [...waiting, command];
}

/**
 * Every command that was carried out, with settings in the place of older ones: replayed in a new session they give
 * the same scene with the same history. Nothing is trimmed, because an undo can reach back behind any of them.
 */
export class Journal implements Kept {
  #commands: Command[] = [];
  /** What is shown changes nothing that was painted, so only the last counts, and it can come last. */
  #shown: Command | undefined;

  get payload(): Edit[] {
    const commands = this.#shown ? [...this.#commands, this.#shown] : this.#commands;
    return commands.length === 0 ? [] : [{ commands }];
  }

  add(edit: Edit): void {
    for (const command of edit.commands) {
      if (command.kind === "show") {
        this.#shown = command;
        continue;
      }
      if (setsLoss(command)) {
        this.#commands = this.#commands.filter((earlier) => !overwrites(command, earlier));
      }
      const last = this.#commands.at(-1);
      if (command.kind === "extendStroke" && last?.kind === "extendStroke") {
        // In place: a copy for every frame of a long stroke would cost more with each.
        last.points.push(...command.points);
      } else if (last && overwrites(command, last)) {
        this.#commands[this.#commands.length - 1] = structuredClone(command);
      } else {
        this.#commands.push(structuredClone(command));
      }
    }
  }
}
