/** What a writer was told: one line each in a file, which outlives the writer. */
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Position, RoomId, Seq } from "../../actors/ports.ts";

export type Ack =
  | { t: "began"; pid: number }
  | { t: "appended"; room: RoomId; position: Position; from: Seq; count: number }
  | { t: "stored"; name: string }
  | { t: "read"; room: RoomId; seq: Seq }
  | { t: "projected"; position: Position };

export function ackWriter(path: string): (ack: Ack) => void {
  const file = openSync(path, "a");
  return (ack) => void writeSync(file, `${JSON.stringify(ack)}\n`);
}

/** Whole lines only: a writer may be killed in the middle of one. */
export function readAcks(path: string): Ack[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Ack);
}
