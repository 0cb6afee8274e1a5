/** The caps on coming into a room, for every way into one: making it, joining, being added, a direct room's first message. */
import { limits } from "../../actors/limits.ts";
import type { RoomId, UserId } from "../../actors/ports.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import { refuse } from "../../actors/room/refusals.ts";
import { accessOf } from "../rooms/access.ts";
import type { Services } from "./services.ts";

interface Entering {
  room: RoomId;
  caller?: UserId;
  /** `field`: the input that names these. */
  others?: { users: readonly UserId[]; field: string };
}

/**
 * `limit` when one of these isn't in the room, and has limits.roomsPerUserMax already or came into this one limits.intervalsMax
 * times; whoever is in, stays in. Travels with the command as its `deny`: what it says changes with time, and a retry of what
 * landed must get its outcome.
 * Documents are counted: rooms that somebody enters within the same half second may go above.
 */
export async function denyFull(
  services: Pick<Services, "log" | "store">,
  { room, caller, others = { users: [], field: "" } }: Entering,
): Promise<Refusal | undefined> {
  const users = [...new Set([...(caller === undefined ? [] : [caller]), ...others.users])];
  const accesses = await accessOf(services, room, users);
  const entering = accesses.map(({ sight }) => sight).filter(({ role }) => role === null);
  const counts = await services.store.memberships.roomsOf(entering.map(({ user }) => user));
  for (const [i, { user, intervals }] of entering.entries()) {
    const often = intervals.length >= limits.intervalsMax;
    if (!often && (counts[i] ?? 0) < limits.roomsPerUserMax) continue;
    const bound = often ? limits.intervalsMax : limits.roomsPerUserMax;
    return refuse("limit", user === caller ? { bound } : { bound, field: others.field });
  }
  return undefined;
}
