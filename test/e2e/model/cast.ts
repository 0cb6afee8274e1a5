/** Who does it, and to whom: mostly people with whom it works, since refusals are cheap to come by. */
import type { Role } from "../../../actors/room/model.ts";
import type { Move } from "./move.ts";
import type { ModelRoom } from "./room.ts";
import { rank } from "./rules.ts";

/** An id that nobody has. */
const nobody = "1".repeat(22);

const lowest: Partial<Record<Move["op"], Role>> = {
  // Of others' messages; one's own are anybody's to delete.
  "room.delete": "moderator",
  "room.add": "moderator",
  "room.remove": "moderator",
  "room.ban": "moderator",
  "room.unban": "moderator",
  "room.role": "admin",
  "room.rename": "admin",
  "room.describe": "admin",
  "room.setHistory": "admin",
  "room.setAccess": "admin",
  "room.transfer": "owner",
};

export function cast(
  room: ModelRoom,
  people: readonly string[],
  move: Move & { target: number },
): { who: string; whom: string } {
  const { members, banned } = room.state();
  const pick = (from: readonly string[], n: number) => from[n % Math.max(1, from.length)];
  const anybody = {
    who: pick(people, move.who) ?? nobody,
    whom: pick([...people, nobody], move.whom) ?? nobody,
  };
  if (!move.able) return anybody;
  const outside = people.filter((user) => !members.has(user) && !banned.has(user));
  const who = pick(whoMay(room, people, outside, move), move.who) ?? anybody.who;
  const below = [...members.keys()].filter((user) => rankOf(room, user) < rankOf(room, who));
  const targets = move.op === "room.add" ? outside : move.op === "room.unban" ? [...banned] : below;
  return { who, whom: pick(targets, move.whom) ?? anybody.whom };
}

function whoMay(
  room: ModelRoom,
  people: readonly string[],
  outside: readonly string[],
  { op, target, yes }: Move & { target: number },
): readonly string[] {
  const { members, kind } = room.state();
  if (op === "room.create" || op === "room.landed") return people;
  if (op === "room.join") return outside;
  if (kind === null) return room.pair ?? [];
  const author = target <= room.head ? room.event(target).by : "";
  const own = op === "room.edit" || (op === "room.delete" && yes);
  if (own && members.has(author)) return [author];
  const least = rank[lowest[op] ?? "member"];
  const able = [...members.keys()].filter((user) => rankOf(room, user) >= least);
  return op === "room.leave" ? able.filter((user) => members.get(user) !== "owner") : able;
}

function rankOf(room: ModelRoom, user: string): number {
  const role = room.state().members.get(user);
  return role === undefined ? 0 : rank[role];
}
