/** The people of the authorization matrix, and two groups that they have to do with in different ways. */
import type { RoomId, UserId } from "../../actors/ports.ts";
import type { Role } from "../../actors/room/model.ts";
import type { Tokens } from "../../src/auth/sessions.ts";
import type { InputOf, OperationName, OutputOf } from "../../src/operations/catalogue.ts";
import { granted, join, startNode, type TestNode } from "../support/node.ts";
import { overDispatch } from "./carriers.ts";

/** Whoever asks, in the order of the matrix's columns. */
export const callers = [
  "anonymous",
  "revoked",
  "stranger",
  "left",
  "banned",
  "member",
  "moderator",
  "admin",
  "owner",
] as const;
export type Caller = (typeof callers)[number];
/** Some are only acted upon. */
export type Person = Exclude<Caller, "anonymous"> | "other" | "otherAdmin" | "outsider";

const people: readonly Person[] = [
  "revoked",
  "stranger",
  "left",
  "banned",
  "member",
  "moderator",
  "admin",
  "owner",
  "other",
  "otherAdmin",
  "outsider",
];
const inRoom: readonly Person[] = ["left", "banned", "member", "moderator", "admin", "other", "otherAdmin"];
const ranks: Partial<Record<Person, Role>> = { moderator: "moderator", admin: "admin", otherAdmin: "admin" };

export interface World {
  node: TestNode;
  /** An open group with everybody's post in it. */
  room: RoomId;
  /** A closed group of the owner alone. */
  hidden: RoomId;
  of: Record<Person, Tokens>;
  /** Seq of each one's post; of the owner's for those who were never in. */
  postOf(who: Caller | Person): number;
  /** Minted for each use. */
  cid(): string;
  /** The token that a caller has. */
  tokenOf(who: Caller): string | undefined;
}

export async function createWorld(): Promise<World> {
  const node = await startNode();
  const signed = await Promise.all(
    people.map(async (who) => [who, await join(node, who.toLowerCase())] as const),
  );
  const of = Object.fromEntries(signed) as Record<Person, Tokens>;
  const posts = new Map<Person, number>();
  const cid = () => Bun.randomUUIDv7("hex", node.platform.now());

  const as = async <Name extends OperationName>(who: Person, name: Name, input: InputOf<Name>) =>
    granted(await overDispatch(node, of[who].access, name, input)) as OutputOf<Name>;

  const group = { about: "", history: "everyone", join: "open" } as const;
  const members = inRoom.map((who): UserId => of[who].user);
  const { room } = await as("owner", "room.create", { cid: cid(), name: "open", ...group, members });
  const { room: hidden } = await as("owner", "room.create", {
    ...group,
    cid: cid(),
    name: "hidden",
    join: "closed",
  });
  for (const who of [...inRoom, "owner"] as const) {
    const { seq } = await as(who, "room.post", { room, cid: cid(), text: `from ${who}` });
    posts.set(who, seq);
  }
  for (const [who, role] of Object.entries(ranks)) {
    await as("owner", "room.role", { room, cid: cid(), user: of[who as Person].user, role });
  }
  await as("left", "room.leave", { room, cid: cid() });
  await as("owner", "room.ban", { room, cid: cid(), user: of.banned.user });
  await node.auth.revoke(of.revoked.user, [of.revoked.session]);

  return {
    node,
    room,
    hidden,
    of,
    cid,
    postOf: (who) => posts.get(who as Person) ?? posts.get("owner") ?? 0,
    tokenOf: (who) => (who === "anonymous" ? undefined : of[who].access),
  };
}
