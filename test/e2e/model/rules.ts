/** Who may do what, and what comes of it: DESIGN.md and docs/protocol.md once more, in the plainest words. */
import type { ErrorCode } from "../../../actors/room/errors.ts";
import type { RoomEvent } from "../../../actors/room/events.ts";
import type { Role } from "../../../actors/room/model.ts";
import type { Act } from "./act.ts";
import type { ModelRoom } from "./room.ts";
import { goneAt, visible } from "./sight.ts";

export const rank: Record<Role, number> = { owner: 4, admin: 3, moderator: 2, member: 1 };
const inDirect = ["room.post", "room.edit", "room.delete", "room.react"];

type Verdict = RoomEvent[] | ErrorCode;
type Of<Op extends Act["op"]> = Extract<Act, { op: Op }>;

/** The events that an act makes, or why not. */
export function judge(room: ModelRoom, by: string, act: Act): Verdict {
  const { kind, members, banned, join } = room.state();
  const role = members.get(by);
  if (act.op === "room.landed") return "closed";
  if (act.op === "room.create") return [created(by, act)];
  if (kind === null)
    return act.op === "room.post" && act.with !== undefined ? first(room, by, act) : "not-found";
  if (act.op === "room.join") {
    if (role !== undefined) return "unchanged";
    if (banned.has(by)) return "banned";
    return join === "open" && kind === "group" ? [{ kind: "joined", role: "member" }] : "not-found";
  }
  if (role === undefined) return banned.has(by) ? "banned" : "not-found";
  if (kind === "direct" && !inDirect.includes(act.op)) return "forbidden";
  return byMember(room, by, role, act);
}

/**
 * Refused before any room is asked, and so never remembered: the same input is wrong for ever.
 * `people`: everyone who has an account.
 */
export function misfit(room: ModelRoom, by: string, act: Act, people: readonly string[]): boolean {
  if (act.op === "room.add") return act.users.some((user) => !people.includes(user));
  if (act.op === "room.ban") return !people.includes(act.user);
  if (act.op !== "room.post" || act.with === undefined) return false;
  return room.pair === null || act.with === by || !room.pair.includes(by) || !room.pair.includes(act.with);
}

function created(by: string, { name, about, history, join, members }: Of<"room.create">): RoomEvent {
  const others = [...new Set(members)].filter((user) => user !== by);
  return {
    kind: "created",
    room: { kind: "group", name, about, history, join },
    members: [{ user: by, role: "owner" }, ...others.map((user) => ({ user, role: "member" as const }))],
  };
}

/** A direct room is made by its first message. */
function first(room: ModelRoom, by: string, { text, re, mentions = [] }: Of<"room.post">): Verdict {
  if (re !== undefined) return "invalid";
  const pair = [by, ...(room.pair ?? []).filter((user) => user !== by)];
  const made: RoomEvent = {
    kind: "created",
    room: { kind: "direct", name: "", about: "", history: "everyone", join: "closed" },
    members: pair.map((user) => ({ user, role: "member" as const })),
  };
  return [made, { kind: "posted", text, ...called(mentions, pair) }];
}

/** Only members can be mentioned. */
function called(mentions: readonly string[], members: readonly string[]): { mentions?: string[] } {
  const among = [...new Set(mentions)].filter((user) => members.includes(user));
  return among.length === 0 ? {} : { mentions: among };
}

function byMember(
  room: ModelRoom,
  by: string,
  role: Role,
  act: Exclude<Act, Of<"room.create" | "room.join" | "room.landed">>,
): Verdict {
  const { members, banned, name, about, history, join } = room.state();
  const atLeast = (lowest: Role) => rank[role] >= rank[lowest];
  const over = (user: string) => {
    const theirs = members.get(user);
    return theirs === undefined || rank[role] > rank[theirs];
  };
  switch (act.op) {
    case "room.post": {
      const { text, re, mentions = [] } = act;
      if (re !== undefined && re > room.head) return "invalid";
      return [
        {
          kind: "posted",
          text,
          ...(re === undefined ? {} : { re }),
          ...called(mentions, [...members.keys()]),
        },
      ];
    }
    case "room.edit": {
      const { seq, text, mentions = [] } = act;
      const trouble = unfit(room, by, seq);
      if (trouble !== null) return trouble;
      if (room.event(seq).by !== by) return "forbidden";
      return [{ kind: "edited", target: seq, text, ...called(mentions, [...members.keys()]) }];
    }
    case "room.delete": {
      const trouble = unfit(room, by, act.seq);
      if (trouble !== null) return trouble;
      const author = room.event(act.seq).by;
      const others = room.pair === null && atLeast("moderator") && over(author);
      return author === by || others ? [{ kind: "deleted", target: act.seq, author }] : "forbidden";
    }
    case "room.react":
      return unfit(room, by, act.seq) ?? [{ kind: "reacted", target: act.seq, key: act.key, on: act.on }];
    case "room.leave":
      return role === "owner" ? "forbidden" : [{ kind: "left" }];
    case "room.add": {
      if (!atLeast("moderator")) return "forbidden";
      const users = [...new Set(act.users)].filter((user) => !members.has(user));
      if (users.length === 0) return "unchanged";
      if (users.some((user) => banned.has(user))) return "banned";
      return users.map((user) => ({ kind: "added", user, role: "member" }));
    }
    case "room.remove":
      if (!atLeast("moderator") || !over(act.user)) return "forbidden";
      return members.has(act.user) ? [{ kind: "removed", user: act.user }] : "unchanged";
    case "room.ban":
      if (!atLeast("moderator") || !over(act.user)) return "forbidden";
      return banned.has(act.user) ? "unchanged" : [{ kind: "banned", user: act.user }];
    case "room.unban":
      if (!atLeast("moderator")) return "forbidden";
      return banned.has(act.user) ? [{ kind: "unbanned", user: act.user }] : "unchanged";
    case "room.role": {
      if (!atLeast("admin") || !over(act.user)) return "forbidden";
      const theirs = members.get(act.user);
      if (theirs === undefined) return "not-found";
      if (rank[act.role] >= rank[role]) return "invalid";
      return theirs === act.role ? "unchanged" : [{ kind: "role", user: act.user, role: act.role }];
    }
    case "room.transfer":
      if (!atLeast("owner")) return "forbidden";
      if (act.user === by) return "unchanged";
      return members.has(act.user) ? [{ kind: "transferred", user: act.user }] : "not-found";
    case "room.rename":
      if (!atLeast("admin")) return "forbidden";
      return act.name === name ? "unchanged" : [{ kind: "renamed", name: act.name }];
    case "room.describe":
      if (!atLeast("admin")) return "forbidden";
      return act.about === about ? "unchanged" : [{ kind: "described", about: act.about }];
    case "room.setHistory":
      if (!atLeast("admin")) return "forbidden";
      return act.history === history ? "unchanged" : [{ kind: "history", history: act.history }];
    case "room.setAccess":
      if (!atLeast("admin")) return "forbidden";
      return act.join === join ? "unchanged" : [{ kind: "access", join: act.join }];
  }
}

/** Why a seq can't be edited, deleted or reacted to. What you may not see isn't there, deleted or not. */
function unfit(room: ModelRoom, by: string, seq: number): ErrorCode | null {
  if (seq > room.head || !visible(room, by, seq)) return "not-found";
  if (goneAt(room, seq) !== null) return "gone";
  return room.event(seq).kind === "posted" ? null : "not-found";
}
