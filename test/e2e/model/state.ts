/** What a room is at one moment, and what each event makes of it. */
import type { StampedEvent } from "../../../actors/room/events.ts";
import type { HistoryRule, JoinRule, Role, RoomKind } from "../../../actors/room/model.ts";

export interface RoomState {
  readonly kind: RoomKind | null;
  readonly name: string;
  readonly about: string;
  readonly history: HistoryRule;
  readonly join: JoinRule;
  readonly members: ReadonlyMap<string, Role>;
  readonly banned: ReadonlySet<string>;
}

export const nothing: RoomState = {
  kind: null,
  name: "",
  about: "",
  history: "everyone",
  join: "closed",
  members: new Map(),
  banned: new Set(),
};

export function stateAfter(state: RoomState, event: StampedEvent): RoomState {
  const { members, banned } = state;
  switch (event.kind) {
    case "created":
      return {
        ...state,
        ...event.room,
        members: new Map(event.members.map(({ user, role }) => [user, role])),
      };
    case "joined":
      return { ...state, members: new Map([...members, [event.by, event.role]]) };
    case "added":
    case "role":
      return { ...state, members: new Map([...members, [event.user, event.role]]) };
    case "left":
      return { ...state, members: without(members, event.by) };
    case "removed":
      return { ...state, members: without(members, event.user) };
    case "banned":
      return { ...state, members: without(members, event.user), banned: new Set([...banned, event.user]) };
    case "unbanned":
      return { ...state, banned: new Set([...banned].filter((user) => user !== event.user)) };
    case "transferred":
      return { ...state, members: new Map([...members, [event.by, "admin"], [event.user, "owner"]]) };
    case "renamed":
      return { ...state, name: event.name };
    case "described":
      return { ...state, about: event.about };
    case "history":
      return { ...state, history: event.history };
    case "access":
      return { ...state, join: event.join };
    case "posted":
    case "edited":
    case "deleted":
    case "reacted":
      return state;
  }
}

function without(members: ReadonlyMap<string, Role>, user: string): Map<string, Role> {
  return new Map([...members].filter(([member]) => member !== user));
}
