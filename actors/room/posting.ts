/** Making rooms and messages: create, post, edit, delete, react. */
import { limits } from "../limits.ts";
import type { UserId } from "../ports.ts";
import type { Command, Fact } from "./commands.ts";
import type { Decision } from "./decide.ts";
import type { RoomEvent } from "./events.ts";
import { lowestRole, outranks, rank } from "./permissions.ts";
import { refuse, refuseField } from "./refusals.ts";
import { type RoomState, roleOf } from "./state.ts";

export function decideCreate(room: RoomState, command: Command<"create">): Decision {
  // The id is an HMAC of creator and cid: a room that is there was made by this very command.
  if (room.kind !== null) return { error: refuse("unchanged") };
  const others = [...new Set(command.members)].filter((user) => user !== command.by);
  if (others.length > limits.addMax) {
    return { error: refuseField("members", "too many members at once", limits.addMax) };
  }
  const { name, about, history, join } = command;
  const created: RoomEvent = {
    kind: "created",
    room: { kind: "group", name, about, history, join },
    members: [
      { user: command.by, role: "owner" },
      ...others.map((user) => ({ user, role: "member" }) as const),
    ],
  };
  return { events: [created] };
}

export function decidePost(room: RoomState, command: Command<"post">): Decision {
  const events: RoomEvent[] = [];
  if (room.kind === null && command.pair !== undefined) events.push(createdDirect(command.pair));
  if (command.re !== undefined && command.re > room.seq) {
    return { error: refuseField("re", "there is no such message", room.seq) };
  }
  const members = room.kind === null ? new Set(command.pair) : room.members;
  const mentions = membersAmong(members, command.mentions);
  events.push({
    kind: "posted",
    text: command.text,
    ...(command.re === undefined ? {} : { re: command.re }),
    ...(mentions.length === 0 ? {} : { mentions }),
  });
  return { events };
}

function createdDirect(pair: [UserId, UserId]): RoomEvent {
  return {
    kind: "created",
    room: { kind: "direct", name: "", about: "", history: "everyone", join: "closed" },
    members: pair.map((user) => ({ user, role: "member" })),
  };
}

export function decideEdit(room: RoomState, command: Command<"edit">): Decision {
  const trouble = judge(room, command.target);
  if (trouble !== null) return trouble;
  if (command.target.by !== command.by) return { error: refuse("forbidden") };
  const mentions = membersAmong(room.members, command.mentions);
  return {
    events: [
      {
        kind: "edited",
        target: command.target.seq,
        text: command.text,
        ...(mentions.length === 0 ? {} : { mentions }),
      },
    ],
  };
}

export function decideDelete(room: RoomState, command: Command<"delete">): Decision {
  const trouble = judge(room, command.target);
  if (trouble !== null) return trouble;
  const author = command.target.by;
  if (author !== command.by && !mayDeleteOthers(room, command.by, author)) {
    return { error: refuse("forbidden") };
  }
  return { events: [{ kind: "deleted", target: command.target.seq, author }] };
}

function mayDeleteOthers(room: RoomState, by: UserId, author: UserId): boolean {
  const role = roleOf(room, by);
  if (role === null || room.kind === "direct" || rank[role] < rank[lowestRole.remove]) return false;
  const authors = roleOf(room, author);
  return authors === null || outranks(role, authors);
}

export function decideReact(room: RoomState, command: Command<"react">): Decision {
  const trouble = judge(room, command.target);
  if (trouble !== null) return trouble;
  return {
    events: [{ kind: "reacted", target: command.target.seq, key: command.key, on: command.on }],
  };
}

/** The edge read the fact; what happened to the message since then is in the room's state. */
function judge(room: RoomState, fact: Fact): Decision | null {
  // What the caller may not see isn't there for them: not even as something deleted.
  if (fact.is === "absent") return { error: refuse("not-found", { field: "seq" }) };
  if (room.deletions.has(fact.seq)) return { error: refuse("gone") };
  if (fact.asOf < room.deletionsAfter) return { stale: true };
  switch (fact.is) {
    case "post":
      return null;
    case "tombstone":
      return { error: refuse("gone") };
    case "other":
      return { error: refuse("not-found", { field: "seq" }) };
  }
}

/** Who isn't in the room can't be called to it. */
function membersAmong(members: { has(user: UserId): boolean }, users?: readonly UserId[]): UserId[] {
  return users === undefined ? [] : [...new Set(users)].filter((user) => members.has(user));
}
