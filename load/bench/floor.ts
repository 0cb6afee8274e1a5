/**
 * The floor: what Bun itself charges for handing a message to a room. It speaks as much of the protocol as the driver
 * uses, makes Starling's very frame once per message, publishes it natively, and keeps nothing (durability class D0).
 */
import { frameOf, lineOf } from "../../actors/room/frame.ts";
import { platform } from "../../src/platform.ts";
import { subprotocol } from "../../src/protocol/frames.ts";

interface Seat {
  user: string;
}

interface Request {
  id: number;
  in: { room: string; text: string };
}

type Incoming =
  | { t: "hello"; token: string }
  | { t: "resume"; n: number; rooms: Record<string, null> }
  | { t: "pong" }
  | (Request & { t: undefined });

interface Room {
  epoch: string;
  seq: number;
}

const rooms = new Map<string, Room>();

function roomOf(id: string): Room {
  let room = rooms.get(id);
  if (room === undefined) {
    room = { epoch: platform.id(), seq: 0 };
    rooms.set(id, room);
  }
  return room;
}

const server = Bun.serve<Seat>({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const headers = { "sec-websocket-protocol": subprotocol };
    return server.upgrade(request, { data: { user: "" }, headers })
      ? undefined
      : new Response("upgrade to WebSocket", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 255,
    message(socket, text) {
      const frame = JSON.parse(text as string) as Incoming;
      switch (frame.t) {
        case "hello":
          // The floor knows nobody: the token is the user's id.
          socket.data.user = frame.token;
          socket.send('{"t":"welcome"}');
          return;
        case "resume":
          for (const room of Object.keys(frame.rooms)) socket.subscribe(room);
          socket.send(JSON.stringify({ t: "live", n: frame.n, rooms: {}, refused: {} }));
          return;
        case "pong":
          return;
        case undefined:
          return post(socket, frame);
      }
    },
  },
});

function post(socket: Bun.ServerWebSocket<Seat>, { id, in: { room: name, text } }: Request): void {
  const room = roomOf(name);
  const seq = ++room.seq;
  const at = Date.now();
  const line = lineOf({ seq, at, ord: seq, by: socket.data.user, kind: "posted", text });
  server.publish(name, frameOf(name, room.epoch, seq, [line]));
  socket.send(JSON.stringify({ re: id, ok: { seq, n: 1, at, epoch: room.epoch } }));
}

console.log(`floor listening on http://127.0.0.1:${server.port}`);
