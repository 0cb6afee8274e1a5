/**
 * Who may do what, from the outside: the answer of every operation to every kind of caller. An operation without
 * a row doesn't compile; that is how a new one gets here.
 */
import type { ErrorCode } from "../../actors/room/errors.ts";
import type { InputOf, OperationName } from "../../src/operations/catalogue.ts";
import { password } from "../support/node.ts";
import type { Caller, World } from "./world.ts";

export type Expected = "ok" | ErrorCode;

export interface Case<Name extends OperationName> {
  /** What is tried, where it isn't plain. */
  what: string;
  input(world: World, caller: Caller): InputOf<Name>;
  /** In the order of `callers`. */
  answers: readonly Expected[];
}

const ok = "ok";
const unauth = "unauthorized";
const none = "not-found";
const no = "forbidden";
const ban = "banned";
const same = "unchanged";
const bad = "invalid";

function row<Name extends OperationName>(
  answers: readonly Expected[],
  input: Case<Name>["input"],
  what = "",
): Case<Name> {
  return { what, input, answers };
}

//                          anonymous revoked stranger left  banned member moderator admin owner
const anybody: Expected[] = [ok, ok, ok, ok, ok, ok, ok, ok, ok];
const signedIn: Expected[] = [unauth, unauth, ok, ok, ok, ok, ok, ok, ok];
/** Members, and who was one: up to their end. */
const insiders: Expected[] = [unauth, unauth, none, ok, ok, ok, ok, ok, ok];
/** Reads that only members have. */
const membersOnly: Expected[] = [unauth, unauth, none, none, none, ok, ok, ok, ok];
/** Commands of members. */
const members: Expected[] = [unauth, unauth, none, none, ban, ok, ok, ok, ok];
const moderators: Expected[] = [unauth, unauth, none, none, ban, no, ok, ok, ok];
const admins: Expected[] = [unauth, unauth, none, none, ban, no, no, ok, ok];
const ownerOnly: Expected[] = [unauth, unauth, none, none, ban, no, no, no, ok];
const nobody: Expected[] = [unauth, unauth, none, none, ban, no, no, no, no];

const empty = () => ({});
const device = "laptop";

export const rows: { [Name in OperationName]: readonly Case<Name>[] } = {
  "account.register": [row(anybody, () => ({ name: "newcomer", password, device }))],
  "account.me": [row(signedIn, empty)],
  "account.profile": [row(signedIn, () => ({ about: "new" }))],
  "account.password": [row(signedIn, () => ({ current: password, next: "another password" }))],
  "account.sync": [row(signedIn, empty)],

  "session.login": [row(anybody, () => ({ name: "other", password, device }))],
  "session.refresh": [
    row([unauth, unauth, ok, ok, ok, ok, ok, ok, ok], ({ of }, caller) => ({
      refresh: caller === "anonymous" ? "made up" : of[caller].refresh,
      device,
    })),
  ],
  "session.logout": [row(signedIn, empty)],
  "session.list": [row(signedIn, empty)],
  "session.revoke": [
    row(
      signedIn,
      ({ of }, caller) => ({ session: caller === "anonymous" ? of.other.session : of[caller].session }),
      "one's own",
    ),
    row(
      [unauth, unauth, none, none, none, none, none, none, none],
      ({ of }) => ({ session: of.other.session }),
      "another's",
    ),
  ],
  "session.revokeOthers": [row(signedIn, empty)],

  "user.find": [row(signedIn, () => ({ name: "other" }))],
  "user.many": [row(signedIn, ({ of }) => ({ users: [of.other.user] }))],

  "room.post": [row(members, ({ room, cid }) => ({ room, cid: cid(), text: "hi" }))],
  "room.edit": [
    row(
      members,
      ({ room, cid, postOf }, caller) => ({ room, cid: cid(), seq: postOf(caller), text: "new" }),
      "one's own",
    ),
    row(
      nobody,
      ({ room, cid, postOf }) => ({ room, cid: cid(), seq: postOf("other"), text: "new" }),
      "another's",
    ),
  ],
  "room.delete": [
    row(members, ({ room, cid, postOf }, caller) => ({ room, cid: cid(), seq: postOf(caller) }), "one's own"),
    row(moderators, ({ room, cid, postOf }) => ({ room, cid: cid(), seq: postOf("other") }), "a member's"),
    row(
      ownerOnly,
      ({ room, cid, postOf }) => ({ room, cid: cid(), seq: postOf("otherAdmin") }),
      "an admin's",
    ),
  ],
  "room.react": [
    row(members, ({ room, cid, postOf }) => ({
      room,
      cid: cid(),
      seq: postOf("other"),
      key: "👍",
      on: true,
    })),
  ],
  "room.versions": [row(insiders, ({ room, postOf }) => ({ room, seq: postOf("other") }))],

  "room.create": [row(signedIn, ({ cid, of }) => ({ cid: cid(), name: "new", members: [of.other.user] }))],
  "room.direct": [row(signedIn, ({ of }) => ({ user: of.other.user }))],
  "room.summaries": [row(signedIn, ({ room, hidden }) => ({ rooms: [room, hidden] }))],
  "room.history": [row(insiders, ({ room }) => ({ room }))],
  "room.landed": [row(signedIn, ({ room, cid }) => ({ room, cid: cid() }))],
  "room.rename": [row(admins, ({ room, cid }) => ({ room, cid: cid(), name: "new" }))],
  "room.describe": [row(admins, ({ room, cid }) => ({ room, cid: cid(), about: "new" }))],
  "room.setHistory": [row(admins, ({ room, cid }) => ({ room, cid: cid(), history: "joined" }))],
  "room.setAccess": [row(admins, ({ room, cid }) => ({ room, cid: cid(), join: "closed" }))],

  "room.join": [
    row(
      [unauth, unauth, ok, ok, ban, same, same, same, same],
      ({ room, cid }) => ({ room, cid: cid() }),
      "an open group",
    ),
    row(
      [unauth, unauth, none, none, none, none, none, none, same],
      ({ hidden, cid }) => ({ room: hidden, cid: cid() }),
      "a closed group",
    ),
  ],
  "room.leave": [
    row([unauth, unauth, none, none, ban, ok, ok, ok, no], ({ room, cid }) => ({ room, cid: cid() })),
  ],
  "room.add": [row(moderators, ({ room, cid, of }) => ({ room, cid: cid(), users: [of.outsider.user] }))],
  "room.remove": [
    row(moderators, ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user }), "a member"),
    row(ownerOnly, ({ room, cid, of }) => ({ room, cid: cid(), user: of.otherAdmin.user }), "an admin"),
    row(nobody, ({ room, cid, of }) => ({ room, cid: cid(), user: of.owner.user }), "the owner"),
  ],
  "room.ban": [
    row(moderators, ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user }), "a member"),
    row(ownerOnly, ({ room, cid, of }) => ({ room, cid: cid(), user: of.otherAdmin.user }), "an admin"),
    row(nobody, ({ room, cid, of }) => ({ room, cid: cid(), user: of.owner.user }), "the owner"),
  ],
  "room.unban": [row(moderators, ({ room, cid, of }) => ({ room, cid: cid(), user: of.banned.user }))],
  "room.role": [
    row(
      admins,
      ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user, role: "moderator" }),
      "of a member, to moderator",
    ),
    row(
      [unauth, unauth, none, none, ban, no, no, bad, ok],
      ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user, role: "admin" }),
      "of a member, to admin",
    ),
    row(
      ownerOnly,
      ({ room, cid, of }) => ({ room, cid: cid(), user: of.otherAdmin.user, role: "member" }),
      "of an admin",
    ),
    row(
      [unauth, unauth, none, none, ban, no, no, bad, bad],
      ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user, role: "owner" }),
      "to owner",
    ),
  ],
  "room.transfer": [row(ownerOnly, ({ room, cid, of }) => ({ room, cid: cid(), user: of.other.user }))],
  "room.banned": [row([unauth, unauth, none, none, none, no, ok, ok, ok], ({ room }) => ({ room }))],
  "room.members": [row(membersOnly, ({ room }) => ({ room }))],

  "room.delivered": [row(insiders, ({ room }) => ({ room, seq: 1 }))],
  "room.read": [row(insiders, ({ room }) => ({ room, seq: 1 }))],
  "room.receipts": [row(membersOnly, ({ room }) => ({ room }))],
  "room.unread.explain": [row(insiders, ({ room }) => ({ room }))],
  "room.typing": [row(membersOnly, ({ room }) => ({ room }))],

  "presence.watch": [row(signedIn, ({ of }) => ({ users: [of.other.user] }))],
  // Neither carrier here is a connection.
  "presence.set": [row([unauth, unauth, bad, bad, bad, bad, bad, bad, bad], () => ({ state: "away" }))],
};
