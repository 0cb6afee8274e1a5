/** A room for tests: events in, decisions out. */
import type { Fact, RoomAction, RoomCommand } from "../../../actors/room/commands.ts";
import { type Decision, decide } from "../../../actors/room/decide.ts";
import type { RoomEvent } from "../../../actors/room/events.ts";
import type { Role, RoomSettings } from "../../../actors/room/model.ts";
import { emptyRoom, evolve, type RoomState } from "../../../actors/room/state.ts";

export const now = 1_795_268_000_000;
const open: RoomSettings = { name: "Birds", about: "", history: "everyone", join: "open" };

/** A cid minted `ms` after `now`, the n-th of that moment. */
export function cidAt(ms: number, n = 0): string {
  const time = (now + ms).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** A group with these members; `settings` over the usual ones (open, history for everyone). */
export function group(members: Record<string, Role>, settings: Partial<RoomSettings> = {}): RoomState {
  const room = emptyRoom("room");
  const [owner = "owner"] = Object.keys(members);
  happen(room, owner, {
    kind: "created",
    room: { kind: "group", ...open, ...settings },
    members: Object.entries(members).map(([user, role]) => ({ user, role })),
  });
  return room;
}

export function direct(a: string, b: string): RoomState {
  const room = emptyRoom("room");
  happen(room, a, {
    kind: "created",
    room: { kind: "direct", name: "", about: "", history: "everyone", join: "closed" },
    members: [a, b].map((user) => ({ user, role: "member" })),
  });
  return room;
}

/** Applies events as if they had been decided. */
export function happen(room: RoomState, by: string, ...events: RoomEvent[]): void {
  for (const event of events) {
    const ord = room.ord + (event.kind === "posted" ? 1 : 0);
    evolve(room, { seq: room.seq + 1, at: now, ord, by, ...event });
  }
}

export function command(by: string, action: RoomAction, more: Partial<RoomCommand> = {}): RoomCommand {
  return { ...action, by, cid: cidAt(0), hash: "h", origin: null, again: false, ...more } as RoomCommand;
}

export function decided(room: RoomState, by: string, action: RoomAction): Decision {
  return decide(room, command(by, action));
}

/** The kinds of the events, or the code of the refusal. */
export function outcome(decision: Decision): string {
  if ("error" in decision) return decision.error.code;
  return "stale" in decision ? "stale" : decision.events.map(({ kind }) => kind).join(" ");
}

export function post(seq: number, by: string, asOf = 1_000): Fact {
  return { seq, by, is: "post", asOf };
}
