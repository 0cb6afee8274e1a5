/** The end of a replay: a fresh reader pages every room over HTTP, and every client's copy is held against it. */
import { get } from "../kit/http.ts";
import { type Fault, judgeLines, judgeWhole, type LogEvent } from "../oracle.ts";
import { judgeSight, Room } from "../sight.ts";
import type { Player } from "./player.ts";
import type { Stage } from "./stage.ts";

const pageEvents = 100;
/** Copies asked to verify themselves at once. */
const verifiersMax = 40;

export interface Page {
  head: number;
  to: number;
  entries: LogEvent[];
}

/** All events of a room as the bearer of this token gets them. A void is left out, and so makes a hole. */
export async function pageRoom(
  base: string,
  room: string,
  token: string,
): Promise<{ events: LogEvent[]; head: number }> {
  const events: LogEvent[] = [];
  let head = 0;
  for (let after = 0; ; ) {
    const path = `/v1/rooms/${room}/history?after=${after}&limit=${pageEvents}`;
    const page = (await get(base, path, token)) as Page;
    head = page.head;
    events.push(...page.entries.filter((entry) => entry.seq !== undefined));
    if (page.to >= head || page.to <= after) return { events, head };
    after = page.to;
  }
}

export interface RoomVerdict {
  stage: Stage;
  faults: Fault[];
  /** Copies that proved themselves. */
  verified: number;
}

export async function judgeRoom(
  stage: Stage,
  read: { events: LogEvent[]; head: number },
  players: readonly Player[],
  order: "total" | "sender",
): Promise<RoomVerdict> {
  const faults = [...judgeWhole(read.events, read.head), ...judgeLines(stage.sent, read.events, order)];
  const room = new Room(read.events);
  const present = new Set(room.users());
  const copies = players.filter((player) => present.has(player.user));
  const current = copies.filter((player) => room.inside(player.user, read.head));
  const verified = await verifyAll(stage, current, faults);
  for (const player of copies) faults.push(...judgeSight(room, player.user, player.witness.of(stage.id)));
  // Nobody else may have got anything of this room.
  for (const player of players) {
    if (!present.has(player.user)) faults.push(...judgeSight(room, player.user, player.witness.of(stage.id)));
  }
  return { stage, faults, verified };
}

async function verifyAll(stage: Stage, players: readonly Player[], faults: Fault[]): Promise<number> {
  let verified = 0;
  const queue = [...players];
  const work = async () => {
    for (let player = queue.pop(); player; player = queue.pop()) {
      const verdict = await player.client.room(stage.id).verify();
      if (verdict.ok) verified++;
      else {
        const seqs = verdict.faults.length > 0 ? verdict.faults : [0];
        for (const seq of seqs) faults.push({ kind: "hole", seq, user: player.user, verify: true });
      }
    }
  };
  await Promise.all(Array.from({ length: verifiersMax }, work));
  return verified;
}
