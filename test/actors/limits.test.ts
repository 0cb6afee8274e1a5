import { expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import type { RoomCommand } from "../../actors/room/commands.ts";
import { emptyRoom } from "../../actors/room/state.ts";
import { RoomTurn } from "../../actors/room/turn.ts";
import { utf8Length } from "../../actors/room/utf8.ts";
import { cidAt, now } from "./room/given.ts";

const kib = 1_024;
const cid = cidAt(0);
/** As long as one of ours. */
const id = "z".repeat(22);
/** A control character is six bytes of JSON: the worst that a byte of text can become. */
const worstText = "\u0001".repeat(limits.textBytesMax);

/** The record that this command makes alone. */
function recordOf(command: RoomCommand): number {
  const turn = new RoomTurn(emptyRoom(id), now);
  turn.decide(command);
  const draft = turn.draft();
  if (draft === null) throw new Error("nothing was written");
  return utf8Length(draft.frame) + utf8Length(draft.server);
}

const sent = { by: id, cid, hash: id, origin: id, again: false, looked: 0, epoch: id };

test("the largest post fits a request, with all its mentions, and a record", () => {
  const pair: [string, string] = [id, `y${id.slice(1)}`];
  const mentions = Array.from({ length: limits.mentionsMax }, (_, i) => id.slice(3) + String(100 + i));
  const post = { text: worstText, mentions };
  const request = {
    id: "x".repeat(64),
    op: "room.post",
    in: { ...post, re: Number.MAX_SAFE_INTEGER, room: id, cid, with: id, again: true },
  };
  expect(JSON.stringify(request).length).toBeLessThan(limits.frameBytesMax);
  expect(recordOf({ ...sent, do: "post", pair, ...post })).toBeLessThan(limits.recordBytesMax);
});

test("a group with as many people as may be added at once is one record", () => {
  const members = Array.from({ length: limits.addMax }, (_, i) => id.slice(4) + String(1_000 + i));
  const about = "\u0001".repeat(limits.aboutCharsMax);
  const name = "\u0001".repeat(limits.nameCharsMax);
  const command = {
    ...sent,
    do: "create",
    name,
    about,
    history: "everyone",
    join: "closed",
    members,
  } as const;
  expect(recordOf(command)).toBeLessThan(limits.recordBytesMax);
  expect(limits.addMax).toBeLessThanOrEqual(limits.membershipsPerTransactionMax);
});

test("a record fits what NATS takes, and every read of records holds one", () => {
  expect(limits.recordBytesMax + limits.recordHeaderBytesMax).toBeLessThan(256 * kib);
  expect(limits.recordBytesMax).toBeLessThan(limits.tailBytesMax);
  expect(limits.recordBytesMax).toBeLessThan(limits.readBytesMax);
  expect(limits.roomIdCharsMax).toBeGreaterThanOrEqual(id.length);
});

test("all rooms of an account fit one resume and one read of heads", () => {
  expect(limits.roomsPerUserMax).toBeLessThanOrEqual(limits.resumeRoomsMax);
  expect(limits.resumeRoomsMax).toBeLessThanOrEqual(limits.headsPerReadMax);
  expect(limits.warmMax).toBeLessThanOrEqual(limits.headsPerReadMax);
  const cursor = [id, Number.MAX_SAFE_INTEGER];
  const rooms = Array.from({ length: limits.resumeRoomsMax }, (_, i) => [
    id.slice(4) + String(1_000 + i),
    cursor,
  ]);
  const resume = JSON.stringify({ t: "resume", n: 1, rooms: Object.fromEntries(rooms) });
  expect(resume.length).toBeLessThan(limits.frameBytesMax);
});

test("a hello holds the longest token and the longest tab, and not much more", () => {
  const hello = { t: "hello", token: "x".repeat(limits.accessTokenCharsMax), tab: "\u0001".repeat(64) };
  expect(JSON.stringify(hello).length).toBeLessThan(limits.helloBytesMax);
});

test("what a reader is sent at once leaves it far from being slow", () => {
  expect(4 * limits.resumeBytesMax).toBeLessThanOrEqual(limits.outboxBytesMax);
  expect(limits.recordBytesMax).toBeLessThan(limits.resumeBytesMax);
  expect(limits.newestPage).toBeLessThanOrEqual(limits.pageMax);
  expect(limits.pageMax).toBeLessThanOrEqual(limits.sliceEventsMax);
  expect(limits.ringEventsMax).toBeLessThanOrEqual(limits.resumeEventsMax);
  // What a resume sends before it is live was made while records were held for it.
  expect(limits.resumeEventsMax).toBeLessThanOrEqual(limits.heldFramesMax);
});

test("a page lists no less than one user may set, and no more versions than a post may have", () => {
  expect(limits.reactionsPerUserMax).toBeLessThan(limits.reactionsListMax);
  expect(limits.versionsMax).toBeLessThan(limits.editsMax);
  expect(limits.unreadExactMax).toBeLessThanOrEqual(limits.unreadLookMax);
  expect(limits.explainMax).toBeGreaterThanOrEqual(limits.unreadExactMax);
});

test("who waits for somebody waits longer than that one does", () => {
  expect(limits.logReadMs).toBeLessThan(limits.appendMs);
  expect(limits.appendMs).toBeLessThan(limits.routeMs);
  expect(limits.routeMs).toBeLessThan(limits.askTimeoutMs);
  expect(limits.restartDelayMaxMs).toBeLessThan(limits.routeMs);
  expect(limits.storeMs).toBeLessThanOrEqual(limits.askTimeoutMs);
  expect(limits.replicaReadMs).toBeLessThan(limits.logReadMs);
  expect(limits.askTickMs).toBeLessThan(limits.routeMs);
  expect(limits.logReadMs).toBeLessThan(limits.cutOffMs);
  expect(2 * limits.drainMs).toBeLessThan(limits.stopMs);
});

test("a node is missed before its people are offline, and nobody is cut off by one lost beat", () => {
  expect(limits.heartbeatsMissedMax).toBeGreaterThan(1);
  expect(limits.heartbeatMs * (limits.heartbeatsMissedMax + 1)).toBeLessThan(limits.presenceLeaseMs);
  expect(2 * limits.versionCheckMs).toBeLessThanOrEqual(limits.presenceLeaseMs);
  expect(limits.idleTimeoutS * 1_000).toBeGreaterThan(2 * limits.pingMs);
  expect(limits.helloMs).toBeLessThan(limits.pingMs);
});

test("a batch fits what it is taken from", () => {
  expect(limits.turnCommandsMax).toBeLessThanOrEqual(limits.roomMailboxMax);
  expect(limits.inFlightMax).toBeLessThanOrEqual(limits.roomMailboxMax);
  expect(4 * limits.roomMailboxMax).toBeLessThanOrEqual(limits.cidsMax);
  expect(limits.unauthenticatedPerAddressMax).toBeLessThan(limits.unauthenticatedMax);
  expect(limits.hellosAtOnce).toBeLessThanOrEqual(limits.unauthenticatedMax);
  expect(limits.addMax).toBeLessThanOrEqual(limits.membersMax);
  expect(limits.restartDelayMs).toBeLessThan(limits.restartDelayMaxMs);
});

test("a token ends before its refresh token, that before its session, and a key after all that it signed", () => {
  expect(limits.accessMs).toBeLessThan(limits.refreshIdleMs);
  expect(limits.refreshIdleMs).toBeLessThan(limits.sessionLifeMs);
  expect(limits.refreshGraceMs).toBeLessThan(limits.accessMs);
  expect(limits.accessMs).toBeLessThan(limits.keyRotateMs);
});
