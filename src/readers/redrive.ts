/** A record that was refused is given to its reader again, and what waits behind it. */
import {
  type Bus,
  type Log,
  type LogRecord,
  type Position,
  type Store,
  Unreadable,
} from "../../actors/ports.ts";
import { project } from "../../actors/room/project.ts";
import { tailOf } from "../../actors/room/tail.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type DeadLetter, dropLetter, keepLetter, letterOf } from "./dead-letters.ts";
import { isAway } from "./retry.ts";
import { tell } from "./stream-reader.ts";

export interface RedriveParts {
  log: Log;
  store: Pick<Store, "projection" | "secrets">;
  bus: Bus;
  platform: Platform;
}

/**
 * Writes the room's documents and leaves the checkpoint to the reader, which comes to the same documents when it passes.
 * @returns the letter that is there now; null: all of it has landed
 * @throws Unavailable | UnknownOutcome: nothing is known
 */
export async function redrive(parts: RedriveParts, letter: DeadLetter): Promise<DeadLetter | null> {
  const { store, platform } = parts;
  const stuck = await applied(parts, letter);
  const next = stuck && letterOf(letter, stuck.record, stuck, stuck.error, platform.now());
  if (next?.position === letter.position) return letter;
  if (next !== null) await keepLetter(store.secrets, next);
  await dropLetter(store.secrets, letter);
  return next;
}

interface Stuck {
  room: string;
  position: Position;
  record: LogRecord | null;
  error: unknown;
}

async function applied({ log, store, bus }: RedriveParts, letter: DeadLetter): Promise<Stuck | null> {
  const { room, position } = letter;
  let record: LogRecord | null = null;
  try {
    for await (const records of tailOf(log, room, position - 1)) {
      for (record of records) tell(bus, await store.projection.apply(project(record)));
    }
    return null;
  } catch (error) {
    if (isAway(error)) throw error;
    if (error instanceof Unreadable) return { room, position: error.position, record: null, error };
    if (record === null) throw error;
    return { room, position: record.position, record, error };
  }
}
