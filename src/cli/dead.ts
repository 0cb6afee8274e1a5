/**
 * `starling dead list|show|redrive`: records that a reader refused. Before a redrive a folder's server must be stopped. Nothing
 * that people wrote is shown unless `--text` asks for it: a terminal has a history, and its owner reads other people's rooms.
 */
import { existsSync } from "node:fs";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type Backend, openBackend } from "../backend.ts";
import type { Config } from "../config.ts";
import { type DeadLetter, deadLetters, isDeadLetter, type Why } from "../readers/dead-letters.ts";
import { redrive } from "../readers/redrive.ts";
import { openReading } from "../store/sqlite/connection.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import type { CommandResult } from "./backup.ts";

const usage = {
  exitCode: 2,
  says: "usage: starling dead list | show ROOM [--text] | redrive [ROOM]",
} as const satisfies CommandResult;

const reasons: Record<Why, string> = {
  newer: "a newer version wrote it",
  truncated: "it isn't all there",
  foreign: "it is no record of ours of this room",
  refused: "it can't be applied",
};

export async function deadCommand(
  args: readonly string[],
  config: Pick<Config, "cluster" | "data">,
  platform: Platform,
): Promise<CommandResult> {
  const text = args.includes("--text");
  const [verb, room, ...rest] = args.filter((arg) => arg !== "--text");
  const wellFormed =
    (verb === "list" && room === undefined) || (verb === "show" && room !== undefined) || verb === "redrive";
  if (!wellFormed || rest.length > 0 || (text && verb !== "show")) return usage;
  const { cluster, data } = config;
  if (cluster === null && !existsSync(`${data}/${databaseFile}`)) {
    return { exitCode: 1, says: `${data} holds no ${databaseFile}` };
  }
  const wanted = (letters: readonly DeadLetter[]) =>
    letters.filter((letter) => room === undefined || letter.room === room);
  const shown = verb === "list" ? lineOf : (letter: DeadLetter) => detailsOf(letter, text);
  const show = (letters: readonly DeadLetter[]) =>
    letters.length === 0 ? nothing(room) : { exitCode: 0, says: letters.map(shown).join("\n") };
  if (cluster === null && verb !== "redrive") return show(wanted(lettersIn(data)));
  try {
    await using backend = await openBackend(config, platform);
    const letters = wanted(await deadLetters(backend.store.secrets));
    if (verb !== "redrive" || letters.length === 0) return show(letters);
    return await redriven(backend, platform, letters);
  } catch (error) {
    if (error instanceof UnusableFolder)
      return { exitCode: 1, says: `${error.message}; stop the server first` };
    throw error;
  }
}

/** Of a folder, also while its server runs. */
function lettersIn(dir: string): DeadLetter[] {
  using db = openReading(`${dir}/${databaseFile}`);
  const found = db.query<{ name: string; value: string }, []>("SELECT name, value FROM secrets").all();
  return found.flatMap(({ name, value }) => (isDeadLetter(name) ? [JSON.parse(value) as DeadLetter] : []));
}

const nothing = (room: string | undefined): CommandResult =>
  room === undefined
    ? { exitCode: 0, says: "there are no dead letters" }
    : { exitCode: 1, says: `there is no dead letter of room ${room}` };

function lineOf({ reader, room, seq, stream, position, why, at }: DeadLetter): string {
  const place = `room ${room}, seq ${seq ?? "unknown"}, position ${position} of stream ${stream}`;
  return `${reader}: ${place}: ${reasons[why]}; since ${new Date(at).toISOString()}`;
}

function detailsOf(letter: DeadLetter, text: boolean): string {
  const bytes = Buffer.from(letter.bytes, "base64");
  const size = `${bytes.length} bytes, thrown: ${letter.error}`;
  return [
    lineOf(letter),
    size,
    text ? bytes.toString() : "--text shows them, and with them what people wrote",
  ].join("\n");
}

async function redriven(
  { log, store, bus }: Backend,
  platform: Platform,
  letters: readonly DeadLetter[],
): Promise<CommandResult> {
  const says: string[] = [];
  let exitCode = 0;
  for (const letter of letters) {
    const left = await redrive({ log, store, bus, platform }, letter);
    says.push(left === null ? `room ${letter.room}: landed` : lineOf(left));
    if (left !== null) exitCode = 1;
  }
  return { exitCode, says: says.join("\n") };
}
