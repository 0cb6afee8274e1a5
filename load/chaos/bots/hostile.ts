/**
 * A stranger with an account and a raw socket: asks for rooms that aren't theirs, repeats others' commands, says what no client
 * says, never answers a ping. Whatever reaches it is judged as what reaches anybody; nothing that it says may land.
 */
import { FrameReader } from "../../../test/sim/frame-reader.ts";
import { hostileValue } from "../../fuzz/hostile.ts";
import { Wire } from "../../kit/wire.ts";
import type { Round } from "../round.ts";
import type { Bot } from "./bot.ts";

const pauseMs = 30;
/** What a member may do, as one would ask for it. */
const asked: readonly ((room: string, cid: string, user: string) => [op: string, input: object])[] = [
  (room, cid) => ["room.post", { room, cid, text: "mine" }],
  (room, cid) => ["room.edit", { room, cid, seq: 2, text: "mine" }],
  (room, cid) => ["room.delete", { room, cid, seq: 2 }],
  (room, cid) => ["room.join", { room, cid }],
  (room, cid) => ["room.rename", { room, cid, name: "mine" }],
  (room, cid, user) => ["room.add", { room, cid, users: [user] }],
  (room, cid, user) => ["room.remove", { room, cid, user }],
  (room) => ["room.read", { room, seq: 2 }],
  (room) => ["room.typing", { room }],
  (room) => ["room.history", { room, after: 0, limit: 100 }],
  (room) => ["room.members", { room, limit: 100 }],
  (room) => ["room.summaries", { rooms: [room] }],
];

/** Until the round is over. @param stranger a member of no room */
export async function hostile(stranger: Bot, round: Round): Promise<void> {
  const { arena } = round;
  const reader = new FrameReader(arena, arena.recorder, stranger.user, `${stranger.name} raw`);
  const { token } = await stranger.access();
  let wire: Wire | null = null;
  while (!round.over) {
    if (wire === null || !wire.open) wire = await open(round, reader, token);
    else if (round.rooms.length > 0) {
      const text = shot(stranger, round);
      const frame = parsed(text);
      if (frame !== null) reader.seen("out", frame);
      wire.send(text);
    }
    await round.pause(pauseMs);
  }
  wire?.drop();
}

async function open({ arena }: Round, reader: FrameReader, token: string): Promise<Wire | null> {
  const node = arena.chance.pick(arena.nodes);
  reader.opened(arena.nameOf(node));
  const text = (payload: Buffer) => reader.seen("in", JSON.parse(payload.toString()));
  const wire = await Wire.open(node.port, { text, closed: () => {} }).catch(() => null);
  wire?.send(JSON.stringify({ t: "hello", token, tab: "raw" }));
  return wire;
}

let shots = 0;

function shot({ chance, user }: Bot, round: Round): string {
  const { id, members } = chance.pick(round.rooms);
  const others = round.acks(id);
  const victim = others.length > 0 ? chance.pick(others) : null;
  switch (chance.between(0, 5)) {
    case 0:
      return hostileValue(chance);
    case 1:
      return JSON.stringify({
        t: "resume",
        n: ++shots,
        rooms: { [id]: [victim?.epoch ?? "", chance.between(0, 100)] },
      });
    case 2:
      return JSON.stringify({ t: "sync", rooms: { [id]: null } });
    case 3:
      // Another's cid, again: it names that one's command, and only for that one.
      return JSON.stringify({
        id: ++shots,
        op: "room.post",
        in: { room: id, cid: victim?.cid ?? "", text: "mine", again: true },
      });
    case 4:
      return JSON.stringify({ id: ++shots, op: "room.landed", in: { room: id, cid: victim?.cid ?? "" } });
    default: {
      const target = chance.happens(0.5) ? user : chance.pick(members).user;
      const [op, input] = chance.pick(asked)(id, Bun.randomUUIDv7(), target);
      return JSON.stringify({ id: ++shots, op, in: input });
    }
  }
}

/** What the reader of frames can take. */
function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && ("op" in value || "t" in value) ? value : null;
  } catch {
    return null;
  }
}
