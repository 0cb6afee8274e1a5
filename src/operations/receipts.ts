/** Watermarks and what is unread. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Mark, Seq } from "../../actors/ports.ts";
import { refuse } from "../../actors/room/refusals.ts";
import { clamp, mentionsIn, unreadAfter, unreadOf } from "../rooms/summary.ts";
import { count, id, nothing, seq } from "./fields.ts";
import { type Call, type Caller, operation } from "./operation.ts";
import type { Services } from "./services.ts";

const unread = v.object({
  room: v.string(),
  read: v.number(),
  delivered: v.number(),
  unread: v.number(),
  mentions: v.number(),
  seq: v.number(),
});

export const roomDelivered = operation({
  name: "room.delivered",
  summary: "This device has everything up to seq; the mark only rises",
  who: "session",
  policy: "members, up to what they may see",
  http: { method: "POST", path: "/v1/rooms/:room/delivered" },
  rate: "cheap",
  input: v.strictObject({ room: id, seq }),
  output: v.object({ room: v.string(), delivered: v.number(), read: v.number() }),
  async handle(services, call, { room, seq }) {
    const mark = { room, user: call.caller.user, delivered: seq, read: 0 };
    const clamped = await withinSight(services, call, mark);
    if (clamped === null) return { error: refuse("not-found") };
    const { delivered, read } = await services.receipts.mark(clamped.mark, clamped.asOf);
    return { ok: { room, delivered, read } };
  },
});

export const roomRead = operation({
  name: "room.read",
  summary: "Read up to seq; the mark only rises",
  who: "session",
  policy: "members, up to what they may see",
  http: { method: "POST", path: "/v1/rooms/:room/read" },
  rate: "read",
  input: v.strictObject({ room: id, seq }),
  output: unread,
  async handle(services, { caller }, { room, seq }) {
    const access = await services.rooms.access(room, caller.user);
    if (access.sight.intervals.length === 0) return { error: refuse("not-found") };
    const mark = clamp(access, { room, user: caller.user, delivered: seq, read: seq });
    await services.receipts.mark(mark, access.head);
    const counted = await services.rooms.steady(room, caller.user, (now) => unreadOf(services, room, now));
    const counts = { room, ...counted };
    // One read position for all devices: the others learn it at once.
    services.bus.publish(`user.${caller.user}`, {
      t: "frame",
      frame: JSON.stringify({ t: "unread", ...counts }),
    });
    return { ok: counts };
  },
});

export const roomReceipts = operation({
  name: "room.receipts",
  summary: "Others' watermarks; above 100 members how many others have delivered and read seq",
  who: "session",
  policy: "members",
  http: { method: "GET", path: "/v1/rooms/:room/receipts" },
  rate: "read",
  input: v.strictObject({ room: id, seq: v.optional(count, 0) }),
  output: v.object({
    marks: v.exactOptional(v.array(v.tuple([v.string(), v.number(), v.number()]))),
    counts: v.exactOptional(v.object({ delivered: v.number(), read: v.number() })),
  }),
  async handle(services, { caller }, { room, seq }) {
    const { sight, document } = await services.rooms.settledAccess(room, caller.user);
    if (sight.role === null || document === null) return { error: refuse("not-found") };
    if (document.members > limits.receiptsListMax) {
      return { ok: { counts: await services.store.receipts.counts(room, caller.user, seq) } };
    }
    const members = await services.store.memberships.ofRoom(room, "", limits.receiptsListMax);
    const users = members.map(({ user }) => user);
    const marks = await services.store.receipts.of(room, users);
    return {
      ok: {
        marks: marks.map(({ user, delivered, read }) => [user, delivered, read] as [string, number, number]),
      },
    };
  },
});

export const roomUnreadExplain = operation({
  name: "room.unread.explain",
  summary: "Which seqs are behind the badge",
  who: "session",
  policy: "one's own",
  http: { method: "GET", path: "/v1/rooms/:room/unread" },
  rate: "read",
  input: v.strictObject({ room: id }),
  output: v.object({
    read: v.number(),
    seq: v.number(),
    seqs: v.array(v.number()),
    mentions: v.array(v.number()),
    more: v.boolean(),
  }),
  async handle(services, { caller }, { room }) {
    return await services.rooms.steady(room, caller.user, async (access) => {
      if (access.sight.intervals.length === 0) return { error: refuse("not-found") };
      const { read, seq } = await unreadOf(services, room, access);
      const { messages } = services.store;
      const after = unreadAfter(access, read);
      const { explainMax, unreadLookMax } = limits;
      const unread = await messages.unread(room, caller.user, after, seq, explainMax, unreadLookMax);
      const mentions = await mentionsIn(services, room, access, { after, upTo: seq, limit: explainMax });
      return { ok: { read, seq, ...unread, mentions } };
    });
  },
});

export const roomTyping = operation({
  name: "room.typing",
  summary: "You are typing; at most every 3 s",
  who: "session",
  policy: "members",
  http: { method: "POST", path: "/v1/rooms/:room/typing" },
  rate: "read",
  input: v.strictObject({ room: id }),
  output: nothing,
  async handle(services, call, { room }) {
    const { user } = call.caller;
    if (call.connection !== null && !services.live.types(call.connection, room)) return { ok: {} };
    const { sight, document, head } = await services.rooms.access(room, user);
    if (sight.role === null) return { error: refuse("not-found") };
    if ((document?.members ?? 0) <= limits.receiptsListMax) {
      const frame = JSON.stringify({ t: "typing", room, user, seq: head });
      services.bus.publish(`room.${room}`, { seq: head, from: user, frame });
    }
    return { ok: {} };
  },
});

/** A live room is the common case, and needs no read. */
async function withinSight(
  services: Services,
  call: Call & { caller: Caller },
  mark: Mark,
): Promise<{ mark: Mark; asOf: Seq } | null> {
  const live = call.connection === null ? null : services.live.seqOf(call.connection, mark.room);
  if (live !== null) return { mark: { ...mark, delivered: Math.min(mark.delivered, live) }, asOf: live };
  const access = await services.rooms.access(mark.room, mark.user);
  return access.sight.intervals.length === 0 ? null : { mark: clamp(access, mark), asOf: access.head };
}
