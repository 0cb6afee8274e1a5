/** Who may do what. Nobody acts on a rank at or above their own; the one exception is leaving. */
import type { RoomAction } from "./commands.ts";
import type { Role } from "./model.ts";

export const rank = { owner: 4, admin: 3, moderator: 2, member: 1 } as const satisfies Record<Role, number>;

/**
 * The lowest role that may do it in a group, as a member.
 *
 * | | owner | admin | moderator | member |
 * |---|---|---|---|---|
 * | post, reply, react, edit and delete own, leave¹ | ✓ | ✓ | ✓ | ✓ |
 * | add, remove, ban, unban, delete others' | ✓ | ✓ | ✓ | |
 * | roles, name, description, history, access | ✓ | ✓ | | |
 * | transfer ownership | ✓ | | | |
 *
 * ¹ An owner transfers first: a room is never left without one. In a direct room both may post, edit,
 * delete and react; nothing else changes there.
 */
export const lowestRole = {
  post: "member",
  edit: "member",
  delete: "member",
  react: "member",
  leave: "member",
  add: "moderator",
  remove: "moderator",
  ban: "moderator",
  unban: "moderator",
  role: "admin",
  rename: "admin",
  describe: "admin",
  history: "admin",
  access: "admin",
  transfer: "owner",
} as const satisfies Partial<Record<RoomAction["do"], Role>>;

/** What also works in a direct room. */
export const inDirect: ReadonlySet<RoomAction["do"]> = new Set(["post", "edit", "delete", "react"] as const);

export function outranks(actor: Role, target: Role): boolean {
  return rank[actor] > rank[target];
}
