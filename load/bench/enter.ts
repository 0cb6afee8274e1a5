/** The way into a room on a socket of one's own: hello, resume, and then only what the caller wants to hear. */
import type { ServerFrame } from "../../src/protocol/frames.ts";
import { Wire, type WireHandlers } from "../kit/wire.ts";
import type { Person } from "./people.ts";

export type Cursor = [epoch: string, seq: number];

/** Sockets that come at once, where a storm isn't what is measured. */
const comingAtOnce = 100;

/** Live in `room` when it resolves. `handlers` hear whatever comes after the welcome, slices of the resume included. */
export async function enter(
  port: number,
  person: Person,
  tab: string,
  room: string,
  handlers: WireHandlers,
  cursor: Cursor | null = null,
): Promise<{ wire: Wire; live: Record<string, Cursor> }> {
  const welcome = Promise.withResolvers<void>();
  const live = Promise.withResolvers<Record<string, Cursor>>();
  live.promise.catch(() => {});
  let welcomed = false;
  const handshake: WireHandlers = {
    text(payload) {
      // Events are the caller's, and there may be many: no parsing here.
      if (welcomed && isEvents(payload)) return handlers.text(payload);
      const frame = JSON.parse(payload.toString()) as ServerFrame;
      if (frame.t === "welcome") {
        welcomed = true;
        welcome.resolve();
      } else if (frame.t === "live" && frame.n === 1) live.resolve(frame.rooms);
      else if (welcomed) handlers.text(payload);
    },
    closed(code, reason) {
      const error = new Error(`closed while entering: ${code} ${reason}`);
      welcome.reject(error);
      live.reject(error);
    },
  };
  const wire = await Wire.open(port, handshake, "/ws", { "X-Forwarded-For": addressOf(person) });
  wire.send(JSON.stringify({ t: "hello", token: person.token, tab }));
  await welcome.promise;
  wire.send(JSON.stringify({ t: "resume", n: 1, rooms: { [room]: cursor } }));
  const rooms = await live.promise;
  wire.handlers = handlers;
  return { wire, live: rooms };
}

/** Everybody comes from an address of their own, as the proxy in front of the server tells it. */
function addressOf({ user }: Person): string {
  const hash = Bun.hash.crc32(user);
  return `10.${hash & 255}.${(hash >>> 8) & 255}.${(hash >>> 16) & 255}`;
}

const fifth = "e".charCodeAt(0);

/** `{"t":"events"…`: no other frame has a t that begins with an e but `epoch`, which isn't for us here. */
export function isEvents(payload: Buffer): boolean {
  return payload[6] === fifth;
}

const ping = "p".charCodeAt(0);

/** Answers a heartbeat; false when the frame is none. */
export function answersPing(wire: Wire, payload: Buffer): boolean {
  if (payload[6] !== ping || payload[7] !== "i".charCodeAt(0)) return false;
  wire.send('{"t":"pong"}');
  return true;
}

/** Runs `work` for each number below `count`, a bounded number of them at once. */
export async function paced(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(comingAtOnce, count) }, lane));
}
