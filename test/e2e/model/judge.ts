/** When a run is over: does everybody have what the model says, and nothing else? */
import { expect } from "bun:test";
import { type Copy, isStub } from "./copy.ts";
import type { Device, Seen } from "./device.ts";
import { judgePages, judgeReads, looksMax } from "./judge-reads.ts";
import type { Model } from "./model.ts";
import { unread } from "./reads.ts";
import type { ModelRoom } from "./room.ts";
import { goneAt, horizon, intervals, isMember, resolved, shown } from "./sight.ts";
import { okOf } from "./wire.ts";
import type { World } from "./world.ts";

export async function judge(model: Model, world: World): Promise<void> {
  await world.settle();
  for (const device of world.devices()) {
    if (device.online) await bringHome(model, device);
    judgeCopies(model, device);
  }
  for (const device of [...world.devices(), ...world.retired()]) judgeSeen(model, world, device);
  for (const person of world.people) {
    const device = await world.device(person);
    await judgeReturn(model, device);
    for (const [, room] of model.existing()) {
      await judgePages(room, device);
      await judgeReads(model, world, room, device);
    }
    await judgeAccount(model, device);
  }
}

/** Every live frame has come, former rooms are closed, what was left out is loaded. */
async function bringHome(model: Model, device: Device): Promise<void> {
  const rooms = model.existing().map(([, room]) => room);
  for (const room of rooms.filter((each) => isMember(each, device.user))) {
    await device.wire?.until(`the head of ${room.id}`, () => {
      const copy = device.copies.get(room.id);
      return device.faults.length > 0 || (copy !== undefined && copy.last >= room.head);
    });
  }
  const former = rooms.filter((room) => device.copies.has(room.id) && !isMember(room, device.user));
  if (former.length > 0) {
    const { refused } = await device.resume(former.map(({ id }) => id));
    expect(refused).toEqual(Object.fromEntries(former.map(({ id }) => [id, "left"])));
  }
  await device.fillHoles();
}

/** The cursors that a device comes back with count as delivered. */
async function judgeReturn(model: Model, device: Device): Promise<void> {
  const rooms = model.existing().map(([, room]) => room);
  const known = rooms.filter((room) => isMember(room, device.user) && device.copies.has(room.id));
  const { rooms: live } = await device.resume(
    known.map(({ id }) => id),
    "sync",
  );
  const marking = Object.keys(live).map(async (room) => {
    const last = device.copies.get(room)?.last ?? 0;
    const { delivered } = okOf(await device.ask("room.delivered", { room, seq: 1 })) as { delivered: number };
    expect(delivered).toBeGreaterThanOrEqual(last);
  });
  await Promise.all(marking);
}

function judgeSeen(model: Model, world: World, device: Device): void {
  expect(device.faults).toEqual([]);
  const rooms = new Map(model.existing().map(([, room]) => [room.id, room]));
  for (const seen of device.seen) {
    const room = rooms.get(seen.room);
    const fault = room === undefined ? "a room that nobody made" : faultOf(room, device.user, seen, world);
    if (fault !== null) throw new Error(`${device.user} got ${JSON.stringify(seen)}: ${fault}`);
  }
  for (const badge of device.badges) judgeBadge(rooms.get(badge.room) as ModelRoom, device.user, badge);
}

/** It was right at some moment after its seq. */
function judgeBadge(room: ModelRoom, user: string, badge: Device["badges"][number]): void {
  const counts = Array.from({ length: room.head - badge.seq + 1 }, (_, i) => {
    const { seqs, mentions } = unread(room, user, badge.read, badge.seq, badge.seq + i);
    return { unread: seqs.length, mentions: mentions.length };
  });
  expect(counts).toContainEqual({ unread: badge.unread, mentions: badge.mentions });
}

/** Whole up to the cursor, and for one who is online the cursor is at the end. */
function judgeCopies(model: Model, device: Device): void {
  const rooms = new Map(model.existing().map(([, room]) => [room.id, room]));
  for (const [id, copy] of device.copies) {
    const room = rooms.get(id) as ModelRoom;
    const last = device.online ? horizon(room, device.user) : copy.last;
    expect({ last: copy.last, epoch: copy.epoch }).toEqual({ last, epoch: room.epoch });
    if (!device.online) continue;
    for (let seq = 1; seq <= last; seq++) judgeKept(room, copy, seq);
  }
}

/** Why this entry may not have come to this user, over this connection, at any time; null when it may. */
function faultOf(room: ModelRoom, user: string, { entry, connection }: Seen, world: World): string | null {
  if ("void" in entry) {
    for (let seq = entry.void[0]; seq <= entry.void[1]; seq++) {
      if (seq > room.head) return "a void above the head";
      if (!everHidden(room, user, seq)) return `they always saw ${seq}`;
    }
    return null;
  }
  const { seq } = entry;
  if (seq > room.head) return "there is no such seq";
  if (!everSeen(room, user, seq)) return "they never might see it";
  const event = room.event(seq);
  const cid = room.cids.get(seq);
  const own = event.by === user ? cid : undefined;
  const over = cid === undefined ? undefined : world.origins.get(cid);
  if (isStub(entry)) {
    if (event.kind !== "posted" || own === undefined) return "not a message of theirs";
    if (!over?.has(connection)) return "this connection never sent it";
    return same(entry, { seq, at: event.at, cid: own }) ? null : "another stub";
  }
  if (entry.cid !== own) return "a cid goes to its sender, and to nobody else";
  const { cid: _, ...bare } = entry;
  if (bare.kind === "tombstone") return same(bare, resolved(room, seq)) ? null : "no such tombstone";
  if (event.kind === "posted" && own !== undefined && over?.size === 1 && over.has(connection)) {
    return "the connection that sent it gets a stub";
  }
  return same(bare, event) ? null : `it is ${JSON.stringify(event)}`;
}

function judgeKept(room: ModelRoom, copy: Copy, seq: number): void {
  const kept = copy.kept.get(seq);
  const what = `seq ${seq} of ${room.id} at ${copy.user}`;
  if (kept === undefined) throw new Error(`${what} is missing`);
  if (kept === "void") {
    if (!everHidden(room, copy.user, seq)) throw new Error(`${what} is a void that they always saw`);
    return;
  }
  if (isStub(kept) || kept.kind === "tombstone") return;
  const deletion = copy.kept.get(goneAt(room, seq) ?? 0);
  if (deletion !== undefined && deletion !== "void") throw new Error(`${what} was deleted`);
}

function everSeen(room: ModelRoom, user: string, seq: number): boolean {
  for (let head = seq; head <= room.head; head++) if (shown(room, user, seq, head)) return true;
  return false;
}

function everHidden(room: ModelRoom, user: string, seq: number): boolean {
  for (let head = seq; head <= room.head; head++) if (!shown(room, user, seq, head)) return true;
  return false;
}

/** The account's items say which rooms one is in, and up to where one was. */
async function judgeAccount(model: Model, device: Device): Promise<void> {
  for (const [, room] of model.existing()) {
    const item = itemOf(room, device.user);
    for (let look = 0; look < looksMax && !same(device.items.get(`room:${room.id}`) ?? null, item); look++) {
      await device.sync();
    }
    expect(device.items.get(`room:${room.id}`) ?? null).toEqual(item as Record<string, unknown>);
  }
}

function itemOf(room: ModelRoom, user: string): object | null {
  const last = intervals(room, user).at(-1);
  // Who never was in a room is told nothing of being kept out of it, and who no longer is, nothing of what came after.
  if (last === undefined) return null;
  const [from, to] = last;
  const about = room.upTo((to ?? Number.MAX_SAFE_INTEGER) - 1).findLast((event) => concerns(event, user));
  if (about === undefined) return null;
  const role = isMember(room, user) ? (room.state().members.get(user) ?? null) : null;
  return { role, from, to, banned: to !== null && about.kind === "banned", seq: about.seq };
}

function concerns(event: ReturnType<ModelRoom["event"]>, user: string): boolean {
  switch (event.kind) {
    case "created":
      return event.members.some((member) => member.user === user);
    case "joined":
    case "left":
      return event.by === user;
    case "added":
    case "removed":
    case "banned":
    case "unbanned":
    case "role":
      return event.user === user;
    case "transferred":
      return event.user === user || event.by === user;
    default:
      return false;
  }
}

function same(a: unknown, b: unknown): boolean {
  return Bun.deepEquals(a, b);
}
