/**
 * Records that a reader refused, kept for the operator until they have landed, bytes included. One per reader and room: the
 * room's later records wait behind it. They lie among the store's named texts and never leave the installation.
 */
import { limits } from "../../actors/limits.ts";
import {
  type LogRecord,
  type Millis,
  type Position,
  type RoomId,
  type Seq,
  type Store,
  Unreadable,
} from "../../actors/ports.ts";
import { NewerFormat } from "../../actors/room/frame.ts";

/** `refused`: it was read, but can't be applied. */
export type Why = Unreadable["why"] | "refused";

export interface DeadLetter {
  reader: string;
  stream: number;
  room: RoomId;
  position: Position;
  /** Of its first event; null: it can't be told. */
  seq: Seq | null;
  why: Why;
  /** Of whatever was thrown. Its message may quote content and isn't kept. */
  error: string;
  /** When it was refused first. */
  at: Millis;
  /** Base64: what the log holds; of a record that was read, its frame and its server part. */
  bytes: string;
}

const prefix = "dead.";

export const isDeadLetter = (secret: string): boolean => secret.startsWith(prefix);

const nameOf = ({ reader, stream, room, position }: Place): string =>
  `${prefix}${reader}.${stream}.${room}.${position}`;
type Place = Pick<DeadLetter, "reader" | "stream" | "room" | "position">;

type Secrets = Pick<Store, "secrets">["secrets"];

/** @param of of one reader's stream; default: all */
export async function deadLetters(
  secrets: Secrets,
  of?: Pick<DeadLetter, "reader" | "stream">,
): Promise<DeadLetter[]> {
  const found = await secrets.list(of === undefined ? prefix : `${prefix}${of.reader}.${of.stream}.`);
  return found.map(({ value }) => JSON.parse(value) as DeadLetter);
}

export async function keepLetter(secrets: Secrets, letter: DeadLetter): Promise<void> {
  await secrets.putIfAbsent(nameOf(letter), JSON.stringify(letter));
}

export async function dropLetter(secrets: Secrets, letter: Place): Promise<void> {
  await secrets.remove(nameOf(letter));
}

/** @param record null: it couldn't be read */
export function letterOf(
  { reader, stream }: Pick<DeadLetter, "reader" | "stream">,
  record: LogRecord | null,
  place: { room: RoomId; position: Position },
  error: unknown,
  at: Millis,
): DeadLetter {
  const { room, position } = place;
  const bytes = record === null ? bytesOf(error) : Buffer.from(`${record.frame}\n${record.server}`);
  return {
    ...{ reader, stream, room, position, at },
    seq: record?.from ?? null,
    why: whyOf(error),
    error: error instanceof Error ? error.name : typeof error,
    bytes: Buffer.from(bytes.subarray(0, limits.deadLetterBytesMax)).toString("base64"),
  };
}

const bytesOf = (error: unknown): Uint8Array =>
  error instanceof Unreadable ? error.bytes : new Uint8Array();

function whyOf(error: unknown): Why {
  if (error instanceof Unreadable) return error.why;
  return error instanceof NewerFormat ? "newer" : "refused";
}
