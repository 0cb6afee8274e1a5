/**
 * Between a caller and a room's actor: gathers facts, answers `look`, and sees a command through until its outcome is
 * known or the budget is spent. Everything here may run on any node.
 */

import { limits } from "../../actors/limits.ts";
import {
  type Cid,
  type ConnectionId,
  type Log,
  type LogRecord,
  type Outcome,
  type Position,
  type RoomId,
  type Seq,
  type Store,
  Unavailable,
  type UserId,
} from "../../actors/ports.ts";
import { catchUp } from "../../actors/room/catch-up.ts";
import type { Done, Fact, Refusal, RoomAction, RoomCommand, RoomReply } from "../../actors/room/commands.ts";
import { assertFormat, eventOf, partsOf } from "../../actors/room/frame.ts";
import { refuse } from "../../actors/room/refusals.ts";
import { sees } from "../../actors/room/sight.ts";
import { tailOf } from "../../actors/room/tail.ts";
import type { Failure } from "../../actors/runtime/failure.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { Gathered } from "../store/gathered.ts";
import { pause } from "../waiting.ts";
import { type Access, accessOf } from "./access.ts";

export interface Sender {
  user: UserId;
  connection: ConnectionId | null;
}

/** How the edge reaches the actor that decides for a room. */
export interface RoomPort {
  ask(room: RoomId, command: RoomCommand, timeoutMs: number): Promise<RoomReply | Failure>;
}

/** An action whose facts are still to be read. */
export type Draft = DistributiveOmit<RoomAction, "target"> & { seq?: Seq };
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface Sending {
  room: RoomId;
  draft: Draft;
  cid: Cid;
  again: boolean;
  hash: string;
  /** See RoomCommand. */
  deny?: Refusal | undefined;
}

export interface EdgeSources {
  log: Log;
  store: Pick<Store, "messages" | "projection" | "rooms" | "memberships">;
  platform: Platform;
  rooms: RoomPort;
  /** Told how each command ended: "ok" or an error code, and after how many seconds. */
  sent?: (result: string, seconds: number) => void;
  /** Somebody looks for the newest documents of this stream's rooms: history shall not pause there. */
  hurry?: (stream: number) => void;
  /** How long the edge tries by itself before it answers `unknown`. Default 15 s. */
  budgetMs?: number;
}

const budgetMs = 15_000;
const firstPauseMs = 20;
/** History that was hurried is milliseconds behind, but for bursts. */
const settleMs = 5_000;
const settlePauseMs = 4;
const settlePauseMaxMs = 50;
/** Documents that are looked for move at the rate of commits: some milliseconds apart, and a read takes about one. */
const steadyTriesMax = 5;
/** What came while documents were read: at most 50 posts of 16 KiB are looked at, and a read takes milliseconds. */
const newPostsMax = 50;
/** A quote inside of a text is escaped, so user content can't match. */
const posted = '"kind":"posted"';
const pauseMaxMs = 1_000;

export class RoomEdge {
  readonly #sources: EdgeSources;
  readonly #accesses: Gathered<UserId, Access>;

  constructor(sources: EdgeSources) {
    this.#sources = sources;
    this.#accesses = new Gathered((room, users) => accessOf(sources, room, users));
  }

  /** The outcome of a durable command, or `unknown` when the budget is spent. */
  async send(sender: Sender, sending: Sending): Promise<{ ok: Done } | { error: Refusal }> {
    const { log, platform, sent, hurry } = this.#sources;
    const began = platform.monotonic();
    const tries = { again: sending.again };
    const result = await this.#seeThrough(sender, sending, tries).catch((error) => {
      // A read that failed says nothing about an earlier attempt that may still land.
      if (tries.again) return { error: refuse("unknown") };
      throw error;
    });
    if (!isPlainPost(sending.draft)) hurry?.(log.streamOf(sending.room));
    sent?.("ok" in result ? "ok" : result.error.code, (platform.monotonic() - began) / 1_000);
    return result;
  }

  async #seeThrough(
    sender: Sender,
    sending: Sending,
    tries: { again: boolean },
  ): Promise<{ ok: Done } | { error: Refusal }> {
    const { platform } = this.#sources;
    const deadline = platform.monotonic() + (this.#sources.budgetMs ?? budgetMs);
    let looked: Position | undefined;
    let pauseMs = firstPauseMs;
    for (;;) {
      const { seq } = sending.draft;
      const target = seq === undefined ? undefined : await this.#fact(sending.room, sender.user, seq);
      const command = commandOf(sender, sending, target, tries.again, looked);
      const left = deadline - platform.monotonic();
      if (left <= 0) return { error: refuse("unknown") };
      const reply = await this.#sources.rooms.ask(sending.room, command, Math.min(left, limits.askTimeoutMs));
      if ("failure" in reply) {
        const answer = answerFailure(reply, tries.again);
        if (answer !== null) return { error: answer };
        tries.again = true;
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMaxMs, pauseMs * 2);
      } else if ("look" in reply) {
        const found = await this.#look(sender.user, sending);
        if ("ok" in found || "error" in found) return found;
        looked = found.looked;
      } else if (!("stale" in reply)) {
        return reply;
      }
    }
  }

  /** What these users may see of a room, up to its head. */
  access(room: RoomId, user: UserId): Promise<Access> {
    return this.#accesses.ask(room, user);
  }

  /**
   * The same, once the documents have all of it: for what only they can tell (counts, lists of members). Whoever isn't in
   * the room doesn't wait for what others do there: how long that takes would tell them of it.
   * @throws Unavailable when history doesn't get there in time
   */
  async settledAccess(room: RoomId, user: UserId): Promise<Access> {
    const { log, store, platform } = this.#sources;
    const access = await this.access(room, user);
    if (access.tail === 0) return access;
    const stream = log.streamOf(room);
    this.#sources.hurry?.(stream);
    const deadline = platform.monotonic() + settleMs;
    let pauseMs = settlePauseMs;
    while ((await store.projection.checkpoint(stream)) < access.tail) {
      if (platform.monotonic() > deadline) throw new Unavailable("history is behind");
      await this.#pause(pauseMs);
      pauseMs = Math.min(settlePauseMaxMs, pauseMs * 1.5);
    }
    return await this.access(room, user);
  }

  /**
   * What `read` makes of documents that stood still meanwhile, posts apart: a count that is as of a seq must not know of
   * deletions above it. In a room that never rests the last try counts. To those who aren't in it, it rests.
   */
  async steady<T>(room: RoomId, user: UserId, read: (access: Access) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const access = await this.settledAccess(room, user);
      const result = await read(access);
      if (access.sight.role === null || tries === steadyTriesMax) return result;
      if (await this.#stoodStill(room, access.document?.seq ?? 0)) return result;
    }
  }

  /** Nothing came into the room's documents above this seq but posts. An event's own document is there before its effects. */
  async #stoodStill(room: RoomId, seq: Seq): Promise<boolean> {
    const { messages } = this.#sources.store;
    const came = await messages.range(room, seq + 1, seq + newPostsMax, newPostsMax);
    return came.length < newPostsMax && came.every(({ line }) => line.includes(posted));
  }

  /** Who wrote a message and whether it is still there, complete up to the head at the time of the call. */
  async #fact(room: RoomId, user: UserId, seq: Seq): Promise<Fact> {
    const [head] = await this.#sources.log.heads([room]);
    const access = await this.access(room, user);
    const asOf = head === undefined || head.seq === 0 ? access.head : head.seq;
    if (seq > access.head || !sees(access.sight, seq)) return { seq, by: "", is: "absent", asOf };
    const { lines } = await catchUp(this.#sources, room, seq - 1, 1);
    const line = lines[0];
    if (line === undefined) return { seq, by: "", is: "absent", asOf };
    const event = eventOf(line.line);
    const is = event.kind === "posted" ? "post" : event.kind === "tombstone" ? "tombstone" : "other";
    return { seq, by: event.by, is, asOf };
  }

  /** Documents, then the log tail: the outcome of a cid, or up to where there is none. */
  async #look(
    by: UserId,
    sending: Sending,
  ): Promise<{ ok: Done } | { error: Refusal } | { looked: Position }> {
    const { log, store } = this.#sources;
    const { room, cid } = sending;
    let looked = await store.projection.checkpoint(log.streamOf(room));
    let outcome = await store.messages.outcome(room, by, cid);
    let epoch: string | null = null;
    if (outcome === null) {
      for await (const records of tailOf(log, room, looked)) {
        for (const record of records) {
          outcome ??= outcomeIn(record, by, cid);
          epoch = record.epoch;
          looked = record.position;
        }
        if (outcome !== null) break;
      }
    }
    if (outcome === null) return { looked };
    if (outcome.closed) return { error: refuse("closed") };
    if (sending.draft.do !== "landed" && outcome.hash !== sending.hash) return { error: refuse("conflict") };
    epoch ??= (await store.rooms.many([room]))[0]?.epoch ?? "";
    return { ok: { seq: outcome.seq, n: outcome.n, at: outcome.at, epoch } };
  }

  /** Jittered: many callers of one room must not come back together. */
  #pause(ms: number): Promise<void> {
    const { platform } = this.#sources;
    return pause(platform, ms * (0.5 + platform.random() / 2));
  }
}

function commandOf(
  { user, connection }: Sender,
  { draft, cid, hash, deny }: Sending,
  target: Fact | undefined,
  again: boolean,
  looked: Position | undefined,
): RoomCommand {
  const action = (target === undefined ? draft : withTarget(draft, target)) as RoomAction;
  const command: RoomCommand = { ...action, by: user, cid, hash, origin: connection, again };
  if (deny !== undefined) command.deny = deny;
  if (looked !== undefined) command.looked = looked;
  return command;
}

function withTarget({ seq: _, ...draft }: Draft, target: Fact) {
  return { ...draft, target };
}

/** Everything else changes lists that somebody looks at: members, names, who has which room. */
function isPlainPost(draft: Draft): boolean {
  return draft.do === "post" && draft.pair === undefined;
}

/** @throws NewerFormat: "not here" would be a guess */
function outcomeIn(record: LogRecord, by: UserId, cid: Cid): Outcome | null {
  assertFormat(record);
  // Most records aren't it: a text search is cheaper than a parse.
  if (!record.server.includes(cid)) return null;
  const { parts, closed } = partsOf(record);
  for (const entry of closed ?? []) {
    if (entry.by === by && entry.cid === cid) return { closed: true, hash: entry.hash };
  }
  for (const [i, part] of parts.entries()) {
    if (part.by !== by || part.cid !== cid) continue;
    return { closed: false, seq: record.from + i, n: part.n ?? 1, at: record.at, hash: part.hash ?? "" };
  }
  return null;
}

/** null: try again by the same cid. "Nothing was done" is said only while no earlier attempt may still land. */
function answerFailure({ failure, retryAfterMs = 1_000 }: Failure, again: boolean): Refusal | null {
  switch (failure) {
    case "overloaded":
      return again ? null : refuse("overloaded", { retryAfterMs });
    case "unavailable":
    case "quarantined":
    case "stopped":
      return refuse(again ? "unknown" : "unavailable", { retryAfterMs });
    case "timeout":
    case "crashed":
    case "moved":
    case "unknown":
      return null;
  }
}
