import type { Edit, Engine, Reply } from "../pkg/lossfield.js";
import { Journal } from "./journal.ts";

/** What brings a new worker to where the one before it was. Only this file knows what it consists of. */
export type Payload = Edit[];

export interface Kept {
  /** As of the last edit that was answered. */
  readonly payload: Payload;
  /** An edit was carried out, and answered so. */
  add(edit: Edit, reply: Reply): void;
}

export function keepFromTheBeginning(): Kept {
  return new Journal();
}

/** In the new worker. */
export function reopen(engine: Engine, payload: Payload): void {
  for (const edit of payload) engine.replay(edit);
}
