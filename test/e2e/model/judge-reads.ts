/** Do the reads of a room answer what the model says? */
import { expect } from "bun:test";
import type { Entry } from "../../../actors/room/frame.ts";
import type { Device } from "./device.ts";
import { call } from "./http.ts";
import type { Model } from "./model.ts";
import { pageOf, summaryOf, unread, type Where } from "./reads.ts";
import type { ModelRoom } from "./room.ts";
import { horizon, isMember } from "./sight.ts";
import { errorOf, okOf } from "./wire.ts";
import type { World } from "./world.ts";

/** Reads that follow the history reader are asked again until it has caught up, so often at most. */
export const looksMax = 200;

/** Seqs that room.unread.explain names at most. */
const explainMax = 1_000;

/** The whole room, page by page. */
export async function judgePages(room: ModelRoom, device: Device): Promise<void> {
  const head = horizon(room, device.user);
  for (let after = 0; after === 0 || after < head; after += 40) {
    await judgePage(room, device, { after, limit: 40 });
  }
}

/** Summary, badge, members and receipts of one room, as they are for one user now. */
export async function judgeReads(model: Model, world: World, room: ModelRoom, device: Device): Promise<void> {
  const user = device.user;
  const head = horizon(room, user);
  const mark = model.mark(room, user);
  const result = await caughtUp(device, room, head);
  const { rooms } = result as { rooms: (Record<string, unknown> & { delivered: number })[] };
  const delivered = rooms[0]?.delivered ?? 0;
  const summary = summaryOf(room, user, { ...mark, delivered });
  expect(rooms).toEqual(summary === null ? [] : [summary]);
  judgeDelivered(model, world, room, { user, delivered });
  const explained = await device.ask("room.unread.explain", { room: room.id });
  if (summary === null) return expect(errorOf(explained)).toBe("not-found");
  const { seqs, mentions } = unread(room, user, mark.read, head);
  const more = seqs.length > explainMax;
  const listed = { seqs: seqs.slice(0, explainMax), mentions: mentions.slice(0, explainMax), more };
  expect(okOf(explained)).toEqual({ read: mark.read, seq: head, ...listed });
  const members = await device.ask("room.members", { room: room.id });
  if (!isMember(room, user)) return expect(errorOf(members)).toBe("not-found");
  const roles = [...room.state().members].map(([one, role]) => ({ user: one, role }));
  const sorted = (a: { user: string }, b: { user: string }) => (a.user < b.user ? -1 : 1);
  expect(okOf(members)).toEqual({ members: roles.sort(sorted), next: null });
  const receipts = okOf(await device.ask("room.receipts", { room: room.id })) as { marks: MarkOnWire[] };
  const marks = new Map(receipts.marks.map(([one, ...mark]) => [one, mark]));
  expect([...marks.keys()].filter((one) => !roles.some((role) => role.user === one))).toEqual([]);
  for (const { user: one } of roles) {
    const [delivered, read] = marks.get(one) ?? [0, 0];
    judgeDelivered(model, world, room, { user: one, delivered });
    expect(read).toBe(model.mark(room, one).read);
  }
}

type MarkOnWire = [user: string, delivered: number, read: number];

/** At least what was answered, and at most what somebody said: a cursor counts some time after, or never, if the server dies. */
function judgeDelivered(
  model: Model,
  world: World,
  room: ModelRoom,
  { user, delivered }: { user: string; delivered: number },
): void {
  expect(delivered).toBeWithin(model.mark(room, user).delivered, world.delivered(model, room, user) + 1);
}

/** The summary's counts are as of its seq: asked until that is the head. */
async function caughtUp(device: Device, room: ModelRoom, head: number): Promise<unknown> {
  for (let look = 0; look < looksMax; look++) {
    const result = okOf(await device.ask("room.summaries", { rooms: [room.id] }));
    const { rooms } = result as { rooms: { seq: number }[] };
    if (head === 0 || rooms[0]?.seq === head) return result;
  }
  throw new Error(`the summary of ${room.id} never came to ${head}`);
}

export async function judgePage(
  room: ModelRoom,
  device: Device,
  where: Where,
  http: { url: string } | null = null,
): Promise<void> {
  const input = { room: room.id, ...where };
  const result =
    http === null
      ? await device.ask("room.history", input)
      : await call(http.url, device.token, "room.history", input);
  const page = pageOf(room, device.user, where);
  if (page === null) return expect(errorOf(result)).toBe("not-found");
  const { fields, ...rest } = okOf(result) as { fields: FieldsOnWire[]; entries: Entry[] };
  const { fields: expected, ...expectedRest } = page;
  expect(rest as object).toEqual({ room: room.id, epoch: room.epoch, ...expectedRest });
  expect(fields.map(comparable).sort(bySeq)).toEqual(expected.map(comparable).sort(bySeq));
}

type FieldsOnWire = { seq: number; edit: unknown; reactions: { key: string; users: string[] }[] };

/** Reactions in one order; which event set each isn't part of the protocol. */
function comparable({ seq, edit, reactions }: FieldsOnWire): FieldsOnWire {
  const sorted = reactions.map(({ key, users }) => ({ key, users: [...users].sort() }));
  return { seq, edit, reactions: sorted.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

const bySeq = (a: { seq: number }, b: { seq: number }) => a.seq - b.seq;
